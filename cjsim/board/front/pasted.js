// What was copied from the board, read as strictly as cjsim/board/pasted.py reads it: what cannot be
// read is an error, for a task that is scored must be the design that was meant.
import { readCode } from "./code.js";
import { MOST_SIDES } from "./state.js";

const LONGEST = 4000;
// Parts of an address that say how it is looked at, not what was designed.
const ASIDE = ["n", "worlds", "own-luck", "view", "guess", "person", "more", "pins", "lang", "theme", "room", "bare",
  "limits"];
const NUMBER = /^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+)?$/i;

// The kind of trouble, a key of the labels' table [pasted], and what fills its places.
export class Unread extends Error {
  constructor(kind, facts = {}) {
    super(kind);
    Object.assign(this, { kind, facts });
  }
}

// known: {presets: of each preset what its board knows, in their order; tables: names of a scenario's}.
// Gives {product, sides: [{strategy, dials}], dials}; throws Unread.
export function pasted(typed, known) {
  const words = typed.trim().replace(/^["']+|["']+$/g, "").slice(0, LONGEST);
  const at = words.indexOf("#");
  const isNamed = known.presets.some(({ name }) => name === words.split(";")[0]);
  if (at >= 0 || isNamed) return ofAddress(words.slice(at + 1), known);
  const letters = words.toUpperCase().replace(/[^\p{L}\p{N}]/gu, "");
  if (!letters || words.includes("=") || /[^A-Z0-9]/.test(letters)) throw new Unread("neither");
  return ofCode(letters, known);
}

const numbered = (known, number) => known.presets.find((preset) => preset.number === number);

function ofCode(letters, known) {
  const read = readCode(letters, (number) => numbered(known, number));
  if (!read?.state) throw new Unread("misread");
  const { name } = numbered(known, read.number);
  return { product: name, sides: read.state.sides, dials: read.state.dials };
}

function ofAddress(address, known) {
  const [first, ...parts] = address.split(";");
  const product = unquoted(first);
  const preset = known.presets.find(({ name }) => name === product);
  if (!preset) {
    const names = known.presets.map(({ name }) => name).join(", ");
    throw new Unread("product", { product: product.slice(0, 40), known: names });
  }
  const design = { product, sides: preset.sides.map((strategy) => ({ strategy, dials: {} })), dials: {} };
  for (const part of parts.filter(Boolean)) {
    const [quoted, value] = halves(part, "=");
    const name = unquoted(quoted);
    if (name === "s") {
      design.sides = value.split("+").slice(0, MOST_SIDES).map((one) => sideOf(one, preset, part));
    } else if (!ASIDE.includes(name)) readDial(design.dials, name, unquoted(value), preset, known, part);
  }
  return design;
}

// `guide,accuracy:0.9`: a strategy and its own dials.
function sideOf(words, preset, part) {
  const [name, ...own] = words.split(",");
  const strategy = unquoted(name);
  if (!preset.strategies.some((one) => one.name === strategy)) throw unread(part);
  const dials = {};
  for (const one of own) {
    const [id, typed] = halves(one, ":");
    const dial = preset.dials.find((known) => known.id === id && known.side);
    const value = numberOf(typed);
    if (!dial || value === null) throw unread(part);
    if (value !== dial.usual[strategy]) dials[id] = value;
  }
  return { strategy, dials };
}

// `product.price=500`: a dial of the world, or what looks like any other key of a scenario.
function readDial(dials, name, typed, preset, known, part) {
  const dial = preset.dials.find((one) => one.id === name && !one.side);
  const value = numberOf(typed);
  if (dial) {
    if (value === null) throw unread(part);
    if (value !== dial.usual) dials[name] = value;
    return;
  }
  const [table, ...rest] = name.split(".");
  const isTable = known.tables.includes(table) || preset.strategies.some((one) => one.name === table);
  if (!isTable || !rest.length || rest.some((word) => !/^[\w-]+$/.test(word))) throw unread(part);
  dials[name] = value ?? { true: true, false: false }[typed] ?? typed;
}

const unread = (part) => new Unread("part", { part: [...part].slice(0, 80).join("") });

function halves(words, sign) {
  const at = words.indexOf(sign);
  return at < 0 ? [words, ""] : [words.slice(0, at), words.slice(at + 1)];
}

// A finite number, or "inf", which stands for itself as on the board; null for what is neither.
function numberOf(typed) {
  if (typed === "inf") return typed;
  const plain = typed.trim();
  const value = NUMBER.test(plain) ? Number(plain.replaceAll("_", "")) : NaN;
  return Number.isFinite(value) ? value : null;
}

// As Python has it: a sign that is no byte stays, bytes that are no letter become one that says so.
const unquoted = (words) => words.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
  new TextDecoder().decode(Uint8Array.from(run.slice(1).split("%"), (byte) => parseInt(byte, 16))));
