// The state as an address: "#phone;n=2000;s=pull+guide,accuracy:0.9;product.price=500;view=trail".
import { MOST_SIDES, VIEWS, copied, firstState, strategyOf, usualOf } from "./state.js";

const shielded = (words) =>
  encodeURIComponent(words).replace(/[!'()*~]/g, (c) => "%" + c.charCodeAt(0).toString(16));
const sideWords = (side) => [
  shielded(side.strategy), ...Object.entries(side.dials).map(([id, value]) => `${id}:${value}`),
].join(",");
const sidesWords = (sides) => sides.map(sideWords).join("+");

export function addressOf(state, product) {
  const usual = firstState(product, state.lang);
  const parts = [shielded(state.product)];
  if (state.people !== usual.people) parts.push(`n=${state.people}`);
  if (state.worlds !== usual.worlds) parts.push(`worlds=${state.worlds}`);
  if (!state.same) parts.push("own-luck");
  if (sidesWords(state.sides) !== sidesWords(usual.sides)) parts.push(`s=${sidesWords(state.sides)}`);
  for (const [key, value] of Object.entries(state.dials)) {
    parts.push(`${shielded(key)}=${shielded(value)}`);
  }
  if (state.view !== "funnel") parts.push(`view=${state.view}`);
  if (state.guess) parts.push(`guess=${state.guess}`);
  if (state.person !== null) parts.push(`person=${state.person}`);
  if (state.more) parts.push("more");
  if (state.pins.length) parts.push(`pins=${state.pins.map(pinWords).join("~")}`);
  parts.push(`lang=${state.lang}`);
  if (state.theme) parts.push(`theme=${state.theme}`);
  if (state.room) parts.push("room");
  if (state.bare) parts.push("bare");
  if (state.limits) parts.push(`limits=${limitsWords(state.limits)}`);
  return "#" + parts.join(";");
}

export const limitsWords = (limits) =>
  Object.entries(limits).map(([id, [low, high]]) => `${shielded(id)}:${low}:${high}`).join("+");

const pinWords = (pin) => [
  shielded(pin.name), sidesWords(pin.sides),
  Object.entries(pin.dials).map(([key, value]) => `${shielded(key)}:${shielded(value)}`).join(","),
].join("!");

// The name of the product that an address is about, "" where it names none.
export const productNamed = (address) => {
  const first = address.replace(/^#/, "").split(";")[0];
  return first.includes("=") ? "" : plainWords(first);
};

// What cannot be read is left as it is usual.
export function stateOf(address, product, lang) {
  const state = firstState(product, lang);
  for (const part of address.replace(/^#/, "").split(";").slice(1)) {
    const at = part.indexOf("=");
    const name = plainWords(at < 0 ? part : part.slice(0, at));
    read(state, product, name, at < 0 ? "" : part.slice(at + 1));
  }
  return state;
}

function plainWords(words) {
  try {
    return decodeURIComponent(words);
  } catch {
    return "";
  }
}

function read(state, product, name, words) {
  const number = Number(words);
  if (name === "n" && number >= 1 && number <= product.people.market) state.people = Math.round(number);
  else if (name === "worlds" && product.worlds.includes(number)) state.worlds = number;
  else if (name === "own-luck") state.same = false;
  else if (name === "s") readSides(state, product, words);
  else if (name === "view" && VIEWS.includes(words)) state.view = words;
  else if (name === "guess" && ["a", "b", "even", "skip"].includes(words)) state.guess = words;
  else if (name === "person" && number >= 0) state.person = Math.round(number);
  else if (name === "more") state.more = true;
  else if (name === "pins") state.pins = words.split("~").map((pin) => readPin(pin, product)).filter(Boolean);
  else if (name === "lang" && words in product.words) state.lang = words;
  else if (name === "theme" && ["light", "dark"].includes(words)) state.theme = words;
  else if (name === "room") state.room = true;
  else if (name === "bare") state.bare = true;
  else if (name === "limits") readLimits(state, product, words);
  else readDial(state.dials, product, name, plainWords(words));
}

function readDial(dials, product, key, words) {
  const dial = product.dials.find((one) => one.id === key && !one.side);
  if (dial) {
    const value = readValue(dial, words);
    if (value !== null && value !== dial.usual) dials[key] = value;
  } else if (product.tables && /^[a-z_]+(\.[\w-]+)+$/.test(key)) {
    dials[key] = words === "true" ? true : words === "false" ? false
      : words !== "" && Number.isFinite(Number(words)) ? Number(words) : words;
  }
}

function readValue(dial, words) {
  if (words === "inf") return "inf";
  const value = Number(words);
  return words !== "" && value >= dial.low && value <= dial.high ? value : null;
}

function sidesIn(words, product) {
  return words.split("+").slice(0, MOST_SIDES).map((part) => {
    const [name, ...own] = part.split(",");
    const side = { strategy: plainWords(name), dials: {} };
    for (const one of own) {
      const [id, value] = one.split(":");
      const dial = product.dials.find((known) => known.id === id && known.side);
      const number = dial ? readValue(dial, value ?? "") : null;
      if (number !== null && number !== usualOf(dial, side.strategy)) side.dials[id] = number;
    }
    return side;
  }).filter((side) => strategyOf(product, side.strategy));
}

function readSides(state, product, words) {
  const sides = sidesIn(words, product);
  if (sides.length > 1) state.sides = sides;
}

// Of dials that there are: "product.price:300:800+every_days:14:120".
function readLimits(state, product, words) {
  const limits = words.split("+").map((one) => one.split(":")).filter(([id, low, high]) =>
    product.dials.some((dial) => dial.id === plainWords(id)) && Number(low) <= Number(high));
  if (!limits.length) return;
  state.limits = Object.fromEntries(limits.map(([id, low, high]) =>
    [plainWords(id), [Number(low), Number(high)]]));
}

function readPin(words, product) {
  const [name, sideList, dialList] = words.split("!");
  const pin = { name: plainWords(name), sides: sidesIn(sideList ?? "", product), dials: {} };
  for (const one of (dialList ?? "").split(",").filter(Boolean)) {
    const [key, value] = one.split(":");
    readDial(pin.dials, product, plainWords(key), plainWords(value ?? ""));
  }
  return pin.sides.length ? copied(pin) : null;
}
