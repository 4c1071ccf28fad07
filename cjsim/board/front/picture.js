// What the pictures share: words in SVG, bars with their ghosts, the heading above them.
import { drawn, el } from "./dom.js";
import { inkOf } from "./look.js";

export const words = (x, y, content, style, anchor = "start") =>
  drawn("text", { x, y, "text-anchor": anchor, style }, content);

export const line = (d, style) => drawn("path", { d, style: `fill:none;${style}` });

export function heading(title, ...beside) {
  return el("div", { class: "t" }, el("h2", {}, title), beside);
}

export const ghostBar = (x, y, width, height) => drawn("rect", { x, y, width: Math.max(0, width), height, class: "ghost" });

// A picture that is drawn in pixels of the board: wide as its place, high as it says.
export function canvas(width, height, label, ...inner) {
  return drawn("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label }, inner);
}

// A line that promises a bar: the side has run, its numbers wait for the guess.
export const promise = (board, side, x0, x1, y) =>
  line(`M${x0} ${y}H${x1}`, `stroke:${inkOf(board, side)};stroke-width:1.5;stroke-dasharray:2 5`);
