// Who against whom: two to four sides, each with a strategy.
import { el, fill } from "./dom.js";
import { chip, tint } from "./look.js";
import { MOST_SIDES, strategyOf } from "./state.js";

export function drawSides(board) {
  const { speaker, state } = board;
  fill(board.parts.sides,
    el("h2", { class: "cap" }, speaker.say("sides")),
    el("div", { class: "sides" }, state.sides.map((_, i) => sideBox(board, i))),
    el("div", { class: "addrow" }, state.sides.length < MOST_SIDES
      ? el("button", { type: "button", class: "btn quiet", "data-f": "add", onclick: () => add(board) },
        `+ ${speaker.say("add_side")}`) : null));
}

function sideBox(board, i) {
  const { speaker, state, product } = board;
  const letter = speaker.letter(i);
  const now = state.sides[i].strategy;
  return el("div", { class: "side", style: tint(board, i) }, chip(board, i),
    el("select", { "data-f": `side-${i}`, "aria-label": speaker.say("side", { letter }),
      onchange: (event) => choose(board, i, event.target.value) },
    product.strategies.map(({ name, title }) =>
      el("option", { value: name, selected: name === now }, speaker.of(title)))),
    i > 1 ? el("button", { type: "button", class: "btn quiet rm", "data-f": `remove-${i}`,
      "aria-label": speaker.say("remove_side", { letter }), onclick: () => remove(board, i) }, "×") : el("span"),
    el("p", { class: "line" }, speaker.of(strategyOf(product, now).line)));
}

const choose = (board, i, strategy) => board.changeSides((sides) => { sides[i] = { strategy, dials: {} }; });
const remove = (board, i) => board.changeSides((sides) => sides.splice(i, 1));

function add(board) {
  board.changeSides((sides) => {
    const taken = sides.map((side) => side.strategy);
    const free = board.product.strategies.map((s) => s.name).filter((name) => !taken.includes(name));
    sides.push({ strategy: free.at(-1) ?? taken.at(-1), dials: {} });
  });
}
