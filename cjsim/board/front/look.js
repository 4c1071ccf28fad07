// How sides look: a strategy's colour, its pattern, a letter. Colour belongs to strategies.
import { drawn, el } from "./dom.js";
import { placeOf, strategyOf } from "./state.js";

const PAPER_ON = { light: "#ffffff", dark: "#111317" };
const INK_ON = "#1b1206";

// The colours of a product's strategies as variables of the board's root: --c-0, --t-0, --i-0 ...
export function lendColours(root, product, theme) {
  product.strategies.forEach(({ colours }, place) => {
    const hollow = product.strategies[place].pattern === "hollow";
    root.style.setProperty(`--c-${place}`, colours[theme]);
    root.style.setProperty(`--t-${place}`, colours[`text_${theme}`]);
    root.style.setProperty(`--i-${place}`, hollow ? colours[`text_${theme}`] : inkOn(colours[theme], theme));
  });
}

// The letter's colour on a chip: whichever is seen better.
function inkOn(colour, theme) {
  const white = contrast(luminance(colour), 1);
  return white > contrast(luminance(colour), luminance(INK_ON)) ? "#ffffff"
    : theme === "dark" ? PAPER_ON.dark : INK_ON;
}

function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

// The style that gives an element the colours of a side.
export function tint(board, side) {
  const place = placeOf(board.product, board.state.sides[side].strategy);
  return `--c:var(--c-${place});--t:var(--t-${place});--i:var(--i-${place})`;
}

export const inkOf = (board, side) => `var(--c-${placeOf(board.product, board.state.sides[side].strategy)})`;
export const wordsOf = (board, side) => `var(--t-${placeOf(board.product, board.state.sides[side].strategy)})`;

export const titleOf = (board, side) =>
  board.speaker.of(strategyOf(board.product, board.state.sides[side].strategy).title);

// What a side is called; two with the same strategy have their letter behind.
export function nameOf(board, side) {
  const { sides } = board.state;
  const title = titleOf(board, side);
  const twice = sides.some((other, i) => i !== side && other.strategy === sides[side].strategy);
  return twice ? `${title} ${board.speaker.letter(side)}` : title;
}

export function chip(board, side) {
  const { pattern } = strategyOf(board.product, board.state.sides[side].strategy);
  return el("span", { class: `chip ${pattern}`, style: tint(board, side), "aria-hidden": "true" },
    board.speaker.letter(side));
}

export const who = (board, side) =>
  el("span", { class: "who", style: tint(board, side) }, nameOf(board, side));

// How many sides before this one have the same strategy: their patterns differ.
const turnsOf = (board, side) =>
  board.state.sides.slice(0, side).filter((s) => s.strategy === board.state.sides[side].strategy).length;

const idOf = (board, side) => `${board.id}-side-${side}`;

// What the bars of each side are filled with.
export function patterns(board) {
  const size = 8;
  return drawn("defs", {}, board.state.sides.map((side, i) => {
    const ground = { width: size, height: size, style: `fill:${inkOf(board, i)}` };
    const { pattern } = strategyOf(board.product, side.strategy);
    if (pattern === "hollow") ground.style += ";fill-opacity:.18";
    return drawn("pattern", { id: idOf(board, i), width: size, height: size, patternUnits: "userSpaceOnUse" },
      drawn("rect", ground), texture(pattern, turnsOf(board, i)));
  }));
}

const LINES = ["M-2 10 10-2M-2 2 2-2M6 10 10 6", "M-2-2 10 10M6-2 10 2M-2 6 2 10", "M0 4H8", "M4 0V8"];

function texture(pattern, turns) {
  const light = "stroke:var(--card);fill:none;stroke-width:1.6;stroke-opacity:.62";
  if (pattern === "dots" && turns === 0) {
    return [[2, 2], [6, 6]].map(([cx, cy]) =>
      drawn("circle", { cx, cy, r: 1.3, style: "fill:var(--card);fill-opacity:.8" }));
  }
  const line = pattern === "stripes" ? turns : turns === 0 ? -1 : 4 - turns;
  return line < 0 ? [] : drawn("path", { d: LINES[line], style: light });
}

export const barLook = (board, side) => ({
  fill: `url(#${idOf(board, side)})`, style: `stroke:${inkOf(board, side)};stroke-width:1`,
});

export function legend(board) {
  return el("span", { class: "keys" }, board.state.sides.map((_, i) =>
    el("span", { class: "key" },
      drawn("svg", { width: 22, height: 12, "aria-hidden": "true" }, patterns(board),
        drawn("rect", { x: 0.75, y: 0.75, width: 20.5, height: 10.5, ...barLook(board, i) })),
      el("b", { class: "who", style: tint(board, i) }, `${board.speaker.letter(i)} ${titleOf(board, i)}`))));
}
