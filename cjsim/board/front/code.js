// A short code that can be read aloud: the settings as one number, in letters that sound apart.
import { firstState } from "./state.js";

const LETTERS = "ACDEFHJKLMNPRTUWXY3479";
const STEPS_TOLD = 1024; // positions of a dial that a code can name
const CHECK = 97;

// The code, or "" where the settings are too many or stand between the steps.
export function codeOf(state, product) {
  if (product.number < 0) return "";
  const digits = digitsOf(state, product);
  if (!digits) return "";
  let number = 0n;
  for (const [value, base] of digits) number = number * BigInt(base) + BigInt(value);
  number = number * BigInt(CHECK) + BigInt(checkOf(number));
  let code = "";
  for (; number > 0n; number /= 22n) code = LETTERS[Number(number % 22n)] + code;
  return code.length > 20 ? "" : grouped(code);
}

const checkOf = (number) => Number((number * 31n + 7n) % BigInt(CHECK));
const grouped = (code) => code.match(/.{1,4}/g).join("-");

// [value, base] from the first told to the last; the leading 1 keeps zeros in front.
function digitsOf(state, product) {
  const dials = changedDials(state, product);
  const people = product.people.choices.indexOf(state.people);
  if (people < 0 || !dials) return null;
  return [
    [1, 2], [product.number, 32], [people, 4], [product.worlds.indexOf(state.worlds), 4],
    [state.same ? 1 : 0, 2], [state.sides.length - 2, 3],
    ...state.sides.map((s) => [product.strategies.findIndex((k) => k.name === s.strategy), 16]),
    [dials.length, 32], ...dials.flat(),
  ];
}

function changedDials(state, product) {
  const told = [];
  for (const side of [-1, ...state.sides.keys()]) {
    const own = side < 0 ? state.dials : state.sides[side].dials;
    for (const [id, value] of Object.entries(own)) {
      const dial = product.dials.find((one) => one.id === id);
      const steps = dial ? stepsUp(dial, value) : -1;
      if (steps < 0) return null;
      told.push([[side + 1, 5], [dial.number, 16], [steps, STEPS_TOLD]]);
    }
  }
  return told;
}

function stepsUp(dial, value) {
  const steps = ((value === "inf" ? dial.high : value) - dial.low) / dial.step;
  const whole = Math.round(steps);
  return Math.abs(steps - whole) < 1e-6 && whole < STEPS_TOLD ? whole : -1;
}

export function valueAt(dial, steps) {
  const value = Number((dial.low + steps * dial.step).toFixed(6));
  const endless = Object.values(dial.side ? dial.usual : { usual: dial.usual }).includes("inf");
  return endless && value >= dial.high ? "inf" : value;
}

// The number of the product that a code is about and what it says of it; null for no code.
export function readCode(typed, productAt) {
  const plain = typed.toUpperCase().replace(/[^A-Z0-9]/g, "");
  if (!plain || [...plain].some((letter) => !LETTERS.includes(letter))) return null;
  let number = 0n;
  for (const letter of plain) number = number * 22n + BigInt(LETTERS.indexOf(letter));
  const said = Number(number % BigInt(CHECK));
  number /= BigInt(CHECK);
  return said === checkOf(number) ? unpacked(number, productAt) : null;
}

// The last digits came last: the number is taken apart for every count of dials that could be.
function unpacked(number, productAt) {
  for (let sides = 2; sides <= 4; sides++) {
    for (let dials = 0; dials <= 12; dials++) {
      const bases = [2, 32, 4, 4, 2, 3, ...Array(sides).fill(16), 32,
        ...Array(dials).fill([5, 16, STEPS_TOLD]).flat()];
      const values = apart(number, bases);
      if (values && values[0] === 1 && values[5] === sides - 2 && values[6 + sides] === dials) {
        return rebuilt(values, sides, dials, productAt);
      }
    }
  }
  return null;
}

function apart(number, bases) {
  const values = [];
  let rest = number;
  for (const base of [...bases].reverse()) {
    values.unshift(Number(rest % BigInt(base)));
    rest /= BigInt(base);
  }
  return rest === 0n ? values : null;
}

function rebuilt(values, sides, dials, productAt) {
  const product = productAt(values[1]);
  if (!product) return { number: values[1], state: null };
  const state = firstState(product, "en");
  state.people = product.people.choices[values[2]] ?? state.people;
  state.worlds = product.worlds[values[3]] ?? state.worlds;
  state.same = values[4] === 1;
  state.sides = values.slice(6, 6 + sides).map((place) => product.strategies[place]?.name);
  if (state.sides.some((name) => !name)) return null;
  state.sides = state.sides.map((strategy) => ({ strategy, dials: {} }));
  for (let i = 0; i < dials; i++) {
    const [side, number, steps] = values.slice(7 + sides + 3 * i, 10 + sides + 3 * i);
    const dial = product.dials.find((one) => one.number === number);
    const own = side === 0 ? state.dials : state.sides[side - 1]?.dials;
    if (!dial || !own || dial.side !== side > 0) return null;
    own[dial.id] = valueAt(dial, steps);
  }
  return { number: values[1], state };
}
