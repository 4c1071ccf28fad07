// The three big numbers: deals, churn, profit; what the second side has more than the first.
import { clamp, drawn, el, fill } from "./dom.js";
import { isClear } from "./intervals.js";
import { chip } from "./look.js";
import { perCent } from "./numbers.js";
import { MEASURES } from "./results.js";

export function drawCards(board) {
  fill(board.parts.nums, MEASURES.map((measure) => card(board, measure)));
}

export const digitsOf = (board, measure) => ({ deals: 0, churn: 1, profit: board.digits })[measure];

function card(board, measure) {
  const { speaker, shown, settled, product } = board;
  const money = product.currency;
  const digits = digitsOf(board, measure);
  const hidden = board.isHidden(1);
  const gap = !hidden && settled ? settled.gaps[1][measure] : null;
  const moving = gap ? shown.gaps[1][measure].mean : NaN;
  const short = measure === "deals" ? speaker.say("deals") : speaker.say(`${measure}_short`, { money });
  const unit = { deals: "", churn: speaker.say("points"), profit: money }[measure];
  return el("div", { class: measure === "profit" ? "big key" : "big", "data-measure": measure },
    el("p", { class: "h" },
      el("b", {}, el("span", { class: "l" }, speaker.say(measure)), el("span", { class: "s" }, short),
        el("span", { class: "ba" }, ` ${speaker.letter(1)} − ${speaker.letter(0)}`)),
      el("span", { class: "ci" }, gap ? doubtWords(speaker, gap, digits) : "")),
    el("div", { class: "row" },
      el("p", { class: "v" }, gap ? speaker.number(moving, digits, true) : "?", el("small", {}, gap ? unit : "")),
      el("div", { class: "per" }, board.state.sides.map((_, i) => [chip(board, i),
        el("span", {}, sideWords(board, measure, i, digits))]))),
    axis(board, measure, gap, moving));
}

function sideWords(board, measure, side, digits) {
  if (board.isHidden(side) || !board.shown) return "?";
  const value = board.shown.sides[side][measure];
  return measure === "churn" ? perCent(value / 100, board.speaker.lang, digits) : board.speaker.number(value, digits);
}

export function doubtWords(speaker, gap, digits) {
  if (gap.runs < 2) return speaker.say("one_world");
  if (Number.isNaN(gap.low)) return speaker.say(gap.mean === 0 ? "no_gap" : "all_alike");
  if (!isClear(gap)) return speaker.say("too_even");
  const [low, high] = [gap.low, gap.high].map((end) => speaker.number(end, digits, true));
  return speaker.say("interval", { low, high });
}

// Where the difference stands between its ends that never move; the bar is its interval.
function axis(board, measure, gap, moving) {
  const most = board.axes.gap[measure] || 1;
  const at = (value) => clamp(50 + (50 * value) / most, 1, 99);
  const stroke = (d, width, style) => drawn("path", { d, style: `stroke-width:${width};${style}`,
    "vector-effect": "non-scaling-stroke" });
  const doubt = gap && Number.isFinite(gap.low)
    ? stroke(`M${at(gap.low)} 5H${Math.max(at(gap.high), at(gap.low) + 0.6)}`, 7, "stroke:var(--ink);opacity:.28") : null;
  return drawn("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    stroke("M0 5H100", 1, "stroke:var(--line)"), stroke("M50 1V9", 1, "stroke:var(--edge)"), doubt ?? "",
    gap ? stroke(`M${at(moving)} 1V9`, 3, "stroke:var(--ink)") : "");
}
