// Whom a side wins and whom it drives away, person by person against the first: dots and a strip.
import { drawn, el, fill } from "./dom.js";
import { nameOf } from "./look.js";
import { perCent } from "./numbers.js";
import { canvas, heading, line } from "./picture.js";

const PARTS = ["either", "only_with", "only_without", "neither"];
const INKS = ["either", "won", "lost", "neither"];
const SIGNS = ["", "+", "−", ""];
const DOTS = 500;

const sharesOf = (pair) => {
  const all = pair.reduce((a, b) => a + b, 0);
  return pair.map((n) => n / all);
};

const listed = (board, shares) => shares.map((share, i) =>
  `${board.speaker.say(PARTS[i])} ${perCent(share, board.speaker.lang, 1)}`).join(", ");

export function drawWho(board) {
  const { speaker, shown } = board;
  const title = speaker.say("who_title", { b: nameOf(board, 1) });
  if (!shown?.pairs[1] || board.isHidden(1)) return [heading("?")];
  const shares = sharesOf(shown.pairs[1]);
  const stands = speaker.counted("people", Math.max(1, Math.round(board.state.people / DOTS)));
  return [heading(title, el("p", {}, speaker.say("who_note", { people: stands }))),
    dots(board, shares, `${title}: ${listed(board, shares)}`)];
}

function dots(board, shares, label) {
  const width = board.width();
  const tall = Math.max(15 * board.rem(), board.space(board.state.room ? 3 : 7));
  const rows = Math.max(6, Math.round(Math.sqrt((DOTS * tall) / width)));
  const columns = Math.ceil(DOTS / rows);
  const cell = width / columns;
  const kinds = spread(shares);
  const marks = kinds.map((kind, n) =>
    dot(kind, (Math.floor(n / rows) + 0.5) * cell, ((n % rows) + 0.5) * cell, cell));
  return canvas(width, rows * cell, label, marks);
}

// So many dots of each kind that they come to all of them: the largest rests get one more.
function spread(shares) {
  const exact = shares.map((share) => share * DOTS);
  const counts = exact.map(Math.floor);
  const order = [...exact.keys()].sort((a, b) => (exact[b] % 1) - (exact[a] % 1));
  const missing = DOTS - counts.reduce((a, b) => a + b, 0);
  order.slice(0, missing).forEach((kind) => counts[kind]++);
  return counts.flatMap((count, kind) => Array(count).fill(kind));
}

function dot(kind, x, y, cell) {
  const r = cell * 0.34;
  const sign = (d) => line(d, `stroke:var(--card);stroke-width:${cell * 0.11}`);
  const flat = `M${x - r * 0.6} ${y}H${x + r * 0.6}`;
  if (kind === 1) {
    return [drawn("rect", { x: x - r, y: y - r, width: 2 * r, height: 2 * r, rx: 2, style: "fill:var(--won)" }),
      sign(`${flat}M${x} ${y - r * 0.6}V${y + r * 0.6}`)];
  }
  if (kind === 2) {
    const s = r * 1.2;
    return [drawn("path", { d: `M${x} ${y - s}l${s} ${s}l${-s} ${s}l${-s} ${-s}z`, style: "fill:var(--lost)" }), sign(flat)];
  }
  const edge = kind === 3 ? ";stroke:var(--edge);stroke-width:1" : "";
  return drawn("circle", { cx: x, cy: y, r: r * 0.8, style: `fill:var(--${INKS[kind]})${edge}` });
}

export function drawStrip(board) {
  const { speaker, shown, state } = board;
  if (!shown?.pairs[1] || board.isHidden(1) || ["trail", "lives"].includes(state.view)) return fill(board.parts.strip);
  const shares = sharesOf(shown.pairs[1]);
  const title = speaker.say("whom", { a: nameOf(board, 0), b: nameOf(board, 1) });
  fill(board.parts.strip, el("p", { class: "cap plain" }, title),
    el("div", { class: "barx", role: "img", "aria-label": listed(board, shares) }, shares.map((share, i) =>
      el("span", { style: `flex:${share} 0 0;background:var(--${INKS[i]})` }))),
    el("ul", {}, shares.map((share, i) => el("li", {},
      el("span", { class: "sw", style: `background:var(--${INKS[i]})` }, SIGNS[i]),
      speaker.say(PARTS[i]), " ", el("b", {}, perCent(share, speaker.lang, 1))))));
}
