// How many ever stood at each stage: a bar for each side, its ghost, its pins, its numbers.
import { marks } from "./axes.js";
import { drawn } from "./dom.js";
import { barLook, legend, nameOf, patterns, wordsOf } from "./look.js";
import { perCent } from "./numbers.js";
import { canvas, ghostBar, heading, line, promise, words } from "./picture.js";
import { pinTools, pinResults } from "./pins.js";

export function drawFunnel(board) {
  const { speaker } = board;
  const plan = measured(board);
  const inner = [patterns(board), axis(board, plan), heads(board, plan)];
  board.product.stages.forEach((stage, row) => inner.push(stageRow(board, plan, stage, row)));
  const label = `${speaker.say("funnel_title")}. ${board.plainSentence()}`;
  return [heading(speaker.say("funnel_title"), legend(board), pinTools(board)),
    canvas(plan.width, plan.height, label, inner)];
}

// Where everything goes, in pixels.
function measured(board) {
  const rem = board.rem();
  const width = board.width();
  const sides = board.state.sides.length;
  const isSmall = width < 30 * rem;
  const columns = isSmall ? Math.min(sides, 2) : sides;
  const hasGap = !isSmall && sides === 2;
  const size = (isSmall ? 0.75 : 0.84) * rem;
  const letters = Math.max(...board.product.stages.map((s) => board.speaker.of(s.title).length));
  const left = Math.min(width * 0.42, (letters * 0.56 + 1.6) * size + 0.7 * rem);
  const column = Math.max((isSmall ? 2.4 : 3.3) * rem,
    (board.speaker.number(board.state.people).length * 0.62 + 1) * size);
  const plot = width - left - column * (columns + (hasGap ? 1 : 0)) - 0.6 * rem;
  const least = Math.max((board.state.room ? 0.98 : 1.3) * rem, sides * (board.state.room ? 0.42 : 0.52) * rem);
  const high = Math.max(least, Math.min(3.1 * rem, (board.space(board.state.room ? 1.3 : 4.7) - 4.6 * rem) / 12));
  const top = 1.15 * rem;
  return {
    rem, width, sides, columns, hasGap, size, left, column, plot, top, high,
    bar: (high * 0.78) / sides, height: top + 12 * high + 1.35 * rem,
    x: (share) => left + (share / board.axes.share) * plot,
    columnAt: (i) => width - (columns - i - 1 + (hasGap ? 1 : 0)) * column - 0.2 * rem,
  };
}

function axis(board, plan) {
  const bottom = plan.top + 12 * plan.high;
  return marks(0, board.axes.share).map((share) => [
    line(`M${plan.x(share)} ${plan.top - 2}V${bottom}`, `stroke:var(--${share ? "line" : "edge"})`),
    words(plan.x(share), bottom + 0.95 * plan.rem, perCent(share, board.speaker.lang),
      `fill:var(--ink2);font-size:${plan.size * 0.9}px`, "middle"),
  ]);
}

function heads(board, plan) {
  const { speaker } = board;
  const y = 0.8 * plan.rem;
  const style = (i) => `fill:${wordsOf(board, i)};font-weight:700;font-size:${plan.size}px`;
  const letters = Array.from({ length: plan.columns }, (_, i) =>
    words(plan.columnAt(i), y, speaker.letter(i), style(i), "end"));
  if (plan.hasGap) {
    letters.push(words(plan.width - 0.2 * plan.rem, y, `${speaker.letter(1)} − ${speaker.letter(0)}`,
      `fill:var(--ink2);font-size:${plan.size}px`, "end"));
  }
  return letters;
}

function stageRow(board, plan, stage, row) {
  const { speaker } = board;
  const y = plan.top + row * plan.high;
  const base = y + plan.high / 2 + plan.size * 0.35;
  const style = (rest = "") => `fill:var(--ink);font-size:${plan.size}px;${rest}`;
  const title = words(plan.left - 0.5 * plan.rem, base, "", style(), "end");
  title.append(drawn("tspan", { style: "fill:var(--ink2)" }, `${stage.number} `), speaker.of(stage.title));
  const parts = [row ? line(`M0 ${y}H${plan.width}`, "stroke:var(--line);stroke-opacity:.55") : "", title];
  board.state.sides.forEach((_, side) => parts.push(bars(board, plan, stage, row, side, y)));
  if (!board.shown) return parts;
  const heads = (side) => board.shown.sides[side].reached[row];
  for (let side = 0; side < plan.columns; side++) {
    parts.push(words(plan.columnAt(side), base, board.isHidden(side) ? "?" : speaker.number(heads(side)), style(), "end"));
  }
  if (plan.hasGap && !board.isHidden(1)) {
    const gap = heads(1) - heads(0);
    const small = Math.abs(gap) < 0.0075 * board.state.people;
    parts.push(words(plan.width - 0.2 * plan.rem, base, speaker.number(gap, 0, true),
      style(small ? "fill:var(--ink2)" : "font-weight:650"), "end"));
  }
  return parts;
}

function bars(board, plan, stage, row, side, y) {
  const top = y + plan.high * 0.11 + side * plan.bar;
  const height = Math.max(2, plan.bar - 1.5);
  if (board.isHidden(side)) {
    return side === 1 ? promise(board, side, plan.x(0), plan.x(board.axes.share), top + height / 2) : "";
  }
  if (!board.shown) return "";
  const at = (result) => plan.x(result.sides[side].reached[row] / result.people);
  const long = Math.max(1, at(board.shown) - plan.x(0));
  const bar = drawn("rect", { x: plan.x(0), y: top, width: long, height, ...barLook(board, side), class: "bar",
    "data-side": side });
  bar.append(drawn("title", {}, `${nameOf(board, side)}, ${board.speaker.of(stage.title)}: ${
    board.speaker.number(board.settled.sides[side].reached[row])}`));
  const ghost = board.ghost?.sides[side];
  const parts = [bar];
  if (ghost && Math.abs(at(board.ghost) - at(board.settled)) > 1.5) {
    parts.push(ghostBar(plan.x(0), top, at(board.ghost) - plan.x(0), height));
  }
  pinResults(board).forEach((result, pin) => {
    if (result?.sides[side]) parts.push(pinMark(plan, at(result), top, height, pin, row === 0 && side === 0));
  });
  return parts;
}

function pinMark(plan, x, top, height, pin, isFirst) {
  const mark = line(`M${x} ${top - 1}v${height + 2}`, "stroke:var(--ink);stroke-width:2.5");
  if (!isFirst) return mark;
  return [mark, drawn("circle", { cx: x, cy: plan.top - 0.5 * plan.rem, r: 0.42 * plan.rem, style: "fill:var(--ink)" }),
    words(x, plan.top - 0.28 * plan.rem, String(pin + 1),
      `fill:var(--paper);font-weight:700;font-size:${0.62 * plan.rem}px`, "middle")];
}
