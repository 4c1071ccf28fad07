// The dials: one row for each side, or one for all; what cannot act says why in its own place.
import { clamp, el, fill } from "./dom.js";
import { chip, nameOf, tint } from "./look.js";
import { readNumber, setting } from "./numbers.js";
import { drawKeys } from "./otherkeys.js";
import { stamp } from "./question.js";
import { isAllowed, setValue, usualOf, valueOf, whyOff } from "./state.js";

export function drawDials(board) {
  const { speaker, state, product } = board;
  const hidden = product.dials.filter((dial) => !dial.first).length;
  const isShown = (dial) => (state.limits ? dial.id in state.limits : dial.first || state.more);
  fill(board.parts.dials,
    el("h2", { class: "cap" }, speaker.say("dials")),
    el("div", { class: "dials" }, product.dials.filter(isShown).map((dial) => dialBox(board, dial)),
      state.limits ? null : el("button", { type: "button", class: "btn more quiet", "data-f": "more", "aria-expanded": String(state.more),
        onclick: () => board.change((s) => { s.more = !s.more; }, { ask: false }) },
      state.more ? `− ${speaker.say("fewer_dials")}` : `+ ${speaker.say("more_dials", { n: hidden })}`),
      state.more && !state.limits && product.tables ? drawKeys(board) : null),
    el("p", { class: "stamp" }, stamp(board)));
}

function dialBox(board, dial) {
  const { speaker, state, product: { moved } } = board;
  const unit = speaker.of(dial.unit);
  const isAlone = moved !== null;
  const about = isAlone ? unit : dial.side ? speaker.say("each_its_own") : `${unit} · ${speaker.say("for_all")}`;
  const places = isAlone ? [moved] : dial.side ? [...state.sides.keys()] : [-1];
  return el("div", { class: "dial" },
    el("p", { class: "name" }, speaker.of(dial.title), el("small", {}, about)), limitsLine(board, dial),
    places.map((side) => row(board, dial, side)));
}

// What the task allows, where one sets limits.
function limitsLine(board, dial) {
  const limits = board.state.limits?.[dial.id];
  if (!limits) return null;
  const [low, high] = limits.map((end) => setting(end, board.state.lang));
  const key = low === high ? "limit" : "limits";
  return el("p", { class: "limits" }, board.speaker.say(key, { low, high }));
}

function row(board, dial, side) {
  const why = whyOff(board.product, board.state, dial, side);
  const kind = side < 0 ? "world" : "own";
  const look = side < 0 ? null : tint(board, side);
  if (why) {
    return el("div", { class: `track off ${kind}`, style: look }, side < 0 ? null : chip(board, side),
      el("span", { class: "why" }, board.speaker.of(why)));
  }
  return new Row(board, dial, side, kind, look).element;
}

// The words of a value: as shown in the box, and as read aloud.
export const valueWords = (board, dial, value) => value === "inf"
  ? board.speaker.say("endless") : board.speaker.number(value, digitsFor(value, dial.digits));

// As many as it takes to tell what was typed, four at most.
function digitsFor(value, usual) {
  const tells = (digits) => Math.abs(Number(value.toFixed(digits)) - value) < 1e-9;
  return [usual, usual + 1, usual + 2, 4].find(tells) ?? 4;
}

class Row {
  constructor(board, dial, side, kind, look) {
    Object.assign(this, { board, dial, side, held: false });
    const { speaker } = board;
    const title = speaker.of(dial.title);
    const label = side < 0 ? title : `${title}, ${speaker.letter(side)} ${nameOf(board, side)}`;
    const name = `${dial.id}-${side}`;
    const about = `${board.id}-m-${name}`;
    this.range = el("input", { type: "range", min: dial.low, max: dial.high, step: dial.step,
      "data-f": `range-${name}`, "aria-label": label, oninput: () => this.drag(), onchange: () => this.drop() });
    this.box = el("input", { class: "num", inputmode: "decimal", autocomplete: "off", "data-f": `box-${name}`,
      "aria-label": label, "aria-describedby": about, onchange: () => this.typed(),
      onkeydown: (event) => this.key(event) });
    this.back = el("button", { type: "button", class: "back", "data-f": `back-${name}`, onclick: () => this.goBack() }, "↺");
    this.message = el("p", { class: "msg", id: about, role: "alert" });
    this.notch = el("i");
    this.element = el("div", { class: `track ${kind}`, style: look }, side < 0 ? null : chip(board, side),
      el("span", { class: "rw" }, this.notch, this.range),
      el("span", { class: "numw" }, this.box, this.back), this.message);
    this.show();
  }

  get value() {
    return valueOf(this.board.state, this.dial, this.side);
  }

  get usual() {
    return usualOf(this.dial, this.board.state.sides[Math.max(0, this.side)].strategy);
  }

  show() {
    const { board, dial, value, usual } = this;
    const at = (v) => clamp(((v === "inf" ? dial.high : v) - dial.low) / (dial.high - dial.low), 0, 1);
    const words = valueWords(board, dial, value);
    this.range.value = value === "inf" ? dial.high : value;
    this.range.style.setProperty("--p", `${100 * at(value)}%`);
    this.range.setAttribute("aria-valuetext", `${words} ${board.speaker.of(dial.unit)}`);
    this.notch.parentElement.style.setProperty("--d", at(usual));
    this.box.value = value === "inf" ? "∞" : words;
    this.element.classList.toggle("changed", value !== usual);
    this.element.classList.toggle("beyond", value !== usual && !isAllowed(board.state, dial, value));
    const back = board.speaker.say("back_to", { value: valueWords(board, dial, usual) });
    this.back.setAttribute("aria-label", back);
    this.back.title = back;
  }

  // A slider's position as a value; near the file's value it is the file's value.
  position() {
    const { dial, usual } = this;
    const position = Number(this.range.value);
    if (this.mayBeEndless() && position >= dial.high) return "inf";
    return usual !== "inf" && Math.abs(position - usual) < dial.step / 2 ? usual : position;
  }

  mayBeEndless() {
    const { dial } = this;
    return (dial.side ? Object.values(dial.usual) : [dial.usual]).includes("inf");
  }

  drag() {
    this.clear();
    this.set(this.position(), { keep: true, begins: !this.held });
    this.held = true;
  }

  drop() {
    this.held = false;
    this.board.keep();
  }

  typed() {
    const { dial, board } = this;
    const words = this.box.value.trim();
    if (words === "∞" && this.mayBeEndless()) return this.set("inf");
    const value = readNumber(words);
    const wrong = !(value >= dial.low && value <= dial.high) || (dial.whole && !Number.isInteger(value));
    if (!wrong) {
      this.clear();
      return this.set(value);
    }
    this.show();
    this.element.classList.add("bad");
    this.message.textContent = board.speaker.say("bad_number", {
      text: words, low: board.speaker.number(dial.low, dial.digits),
      high: board.speaker.number(dial.high, dial.digits),
    });
  }

  key(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.clear();
    this.show();
  }

  clear() {
    this.element.classList.remove("bad");
    this.message.textContent = "";
  }

  goBack() {
    this.clear();
    this.set(this.usual);
    this.range.focus();
  }

  set(value, { keep = false, begins = true } = {}) {
    this.board.turn((state) => setValue(state, this.dial, this.side, value), { keep, begins });
    this.show();
  }
}

// What was changed, in words, for the foot and under an exported picture.
export function changesOf(board) {
  const { speaker, state, product } = board;
  const known = (id) => product.dials.find((dial) => dial.id === id);
  const words = (id, value) => {
    const dial = known(id);
    if (!dial) return `${id} = ${typeof value === "number" ? speaker.number(value, 4).replace(/[.,]?0+$/, "") : value}`;
    return `${speaker.of(dial.title).toLowerCase()} ${valueWords(board, dial, value)}`;
  };
  return [
    ...state.sides.flatMap((side, i) => Object.entries(side.dials).map(([id, value]) =>
      `${nameOf(board, i)}: ${words(id, value)}`)),
    ...Object.entries(state.dials).map(([id, value]) => words(id, value)),
  ];
}
