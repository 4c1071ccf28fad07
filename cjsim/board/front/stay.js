// How long customers stay: the share still with us by days since the first deal, a line a side.
import { marks } from "./axes.js";
import { drawn } from "./dom.js";
import { inkOf, legend, nameOf, wordsOf } from "./look.js";
import { perCent } from "./numbers.js";
import { canvas, heading, line, words } from "./picture.js";

const DASHES = ["", "9 5", "3 4", "12 4 3 4"]; // sides of one strategy have one colour
const TOLD_ON = 365; // days after which the shares stand beside the lines; half of a shorter horizon

export function drawStay(board) {
  const { speaker, shown } = board;
  const title = speaker.say("stay_title");
  const note = document.createElement("p");
  if (!shown.sides.every(({ retained }) => retained)) return [heading(title, legend(board))];
  const plan = measured(board);
  const day = Math.min(TOLD_ON, board.product.days / 2);
  const told = shown.sides.map((_, side) => shareWords(board, side, day));
  note.textContent = speaker.say("stay_note");
  const label = speaker.say("stay_alt", { day: speaker.counted("days", Math.round(day)),
    shares: told.map((words, side) => `${nameOf(board, side)} ${words}`).join("; ") });
  const lines = shown.sides.map((_, side) => sideLine(board, plan, side, day, told));
  return [heading(title, legend(board), note), canvas(plan.width, plan.height, label, axes(board, plan), lines)];
}

function measured(board) {
  const rem = board.rem();
  const width = board.width();
  const size = (width < 30 * rem ? 0.75 : 0.84) * rem;
  const [left, top, bottom] = [3.2 * rem, 0.6 * rem, 2.7 * rem];
  const height = Math.max(13 * rem, Math.min(24 * rem, board.space(board.state.room ? 1.5 : 6)));
  return {
    rem, width, height, size, left, top, foot: height - bottom,
    x: (day) => left + (day / board.product.days) * (width - left - 1.2 * rem),
    y: (share) => top + (1 - share) * (height - bottom - top),
  };
}

function axes(board, plan) {
  const { speaker, product } = board;
  const style = `fill:var(--ink2);font-size:${plan.size * 0.9}px`;
  return [
    marks(0, 1).map((share) => [
      line(`M${plan.left} ${plan.y(share)}H${plan.x(product.days)}`, `stroke:var(--${share ? "line" : "edge"})`),
      words(plan.left - 0.4 * plan.rem, plan.y(share) + plan.size * 0.32, perCent(share, speaker.lang), style, "end"),
    ]),
    marks(0, product.days, plan.width < 30 * plan.rem ? 4 : 6).map((day) =>
      words(plan.x(day), plan.foot + 1.1 * plan.rem, speaker.number(day), style, "middle")),
    words((plan.left + plan.width) / 2, plan.height - 0.3 * plan.rem, speaker.say("stay_days"), style, "middle"),
  ];
}

function sideLine(board, plan, side, day, told) {
  if (board.isHidden(side)) return "";
  const strokes = `stroke:${inkOf(board, side)};stroke-width:3;stroke-dasharray:${DASHES[turns(board, side)]}`;
  const [now, before] = [board.shown, board.ghost].map((result) => steps(plan, board, result?.sides[side]?.retained));
  const share = shareOn(board, side, day);
  return [
    before && before !== now ? drawn("path", { d: before, class: "ghost", style: "fill:none" }) : "",
    drawn("path", { d: now, style: `fill:none;${strokes}`, "data-side": side }),
    share === null ? "" : [
      drawn("circle", { cx: plan.x(day), cy: plan.y(share), r: 4, style: `fill:${inkOf(board, side)}` }),
      words(plan.x(day) + 8, labelAt(board, plan, side, day), `${board.speaker.letter(side)} ${told[side]}`,
        `fill:${wordsOf(board, side)};font-weight:650;font-size:${plan.size}px`),
    ],
  ];
}

// How many sides before this one have the same strategy.
const turns = (board, side) => board.state.sides.slice(0, side)
  .filter(({ strategy }) => strategy === board.state.sides[side].strategy).length;

function steps(plan, board, retained) {
  if (!retained) return "";
  const last = retained.length - 1;
  const known = retained.filter((share) => share !== null);
  return known.map((share, place) => {
    const [x, y] = [plan.x((board.product.days * place) / last), plan.y(share)];
    return place ? `H${x}V${y}` : `M${x} ${y}`;
  }).join("");
}

// The share on the last day of the grid that is not after this one.
function shareOn(board, side, day) {
  const { retained } = board.shown.sides[side];
  return retained[Math.floor((day / board.product.days) * (retained.length - 1) + 1e-9)];
}

function shareWords(board, side, day) {
  const share = shareOn(board, side, day);
  return share === null ? "" : perCent(share, board.speaker.lang);
}

// The words of the higher line stand above it, those of the others below it.
function labelAt(board, plan, side, day) {
  const shares = board.state.sides.map((_, one) => shareOn(board, one, day) ?? 0);
  const share = shares[side];
  const higher = shares.filter((other, one) => other > share || (other === share && one < side)).length;
  return plan.y(share) + (higher ? plan.size * (0.3 + 1.15 * higher) : -0.5 * plan.size);
}
