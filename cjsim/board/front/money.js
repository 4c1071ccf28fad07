// Where the money goes, per person: what comes in lies right of zero, what goes out left of it.
import { marks } from "./axes.js";
import { drawn } from "./dom.js";
import { barLook, legend, patterns, wordsOf } from "./look.js";
import { canvas, ghostBar, heading, line, words } from "./picture.js";

const COMES_IN = ["margin", "profit"]; // all other bars go out

export const signed = (bar, value) => (COMES_IN.includes(bar) ? value : -value);

export function drawMoney(board) {
  const { speaker, product } = board;
  const title = speaker.say("money_title", { money: product.currency });
  const plan = measured(board);
  const inner = [patterns(board), axis(board, plan)];
  product.bars.forEach((bar, row) => inner.push(barRow(board, plan, bar, row)));
  return [heading(title, legend(board), speakerNote(board)),
    canvas(plan.width, plan.height, `${title}. ${board.plainSentence()}`, inner)];
}

const speakerNote = (board) => {
  const note = document.createElement("p");
  note.textContent = board.speaker.say("money_note");
  return note;
};

function measured(board) {
  const rem = board.rem();
  const width = board.width();
  const rows = board.product.bars.length;
  const sides = board.state.sides.length;
  const isSmall = width < 30 * rem;
  const size = (isSmall ? 0.75 : 0.84) * rem;
  const longest = Math.max(...board.product.bars.map((bar) => board.speaker.say(`bar.${bar}`).length));
  const left = Math.min(width * 0.4, longest * 0.56 * size + 0.8 * rem);
  const numbers = Math.max(4 * rem, (board.speaker.number(board.axes.money[1], board.digits).length + 1.5) * 0.62 * size);
  const high = Math.max(sides * 0.9 * rem,
    Math.min(5 * rem, (board.space(board.state.room ? 1.5 : 4.9) - 3.2 * rem) / rows));
  const [low, most] = moneyAxis(board);
  const plot = width - left - numbers;
  return {
    rem, width, size, left, high, top: 0.3 * rem, bar: (high * 0.76) / sides, low, most, rows,
    height: 0.3 * rem + rows * high + 1.4 * rem,
    x: (value) => left + ((value - low) / (most - low || 1)) * plot,
  };
}

// Costs are positive numbers that go left: the axis holds them on both sides of zero.
function moneyAxis(board) {
  const [low, high] = board.axes.money;
  return [-Math.max(-low, high / 2), high];
}

function axis(board, plan) {
  const bottom = plan.top + plan.rows * plan.high;
  const wanted = plan.width < 30 * plan.rem ? 3 : 5;
  return marks(plan.low, plan.most, wanted).map((value) => [
    line(`M${plan.x(value)} ${plan.top}V${bottom}`, `stroke:var(--${value ? "line" : "edge"})`),
    words(plan.x(value), bottom + 1.05 * plan.rem, board.speaker.number(value, value && Math.abs(value) < 1 ? 2 : 0),
      `fill:var(--ink2);font-size:${plan.size * 0.9}px`, "middle"),
  ]);
}

function barRow(board, plan, bar, row) {
  const y = plan.top + row * plan.high;
  const isProfit = bar === "profit";
  const parts = [
    line(`M0 ${y}H${plan.width}`, `stroke:var(--${isProfit ? "edge" : "line"})`),
    words(plan.left - 0.5 * plan.rem, y + plan.high / 2 + plan.size * 0.35, board.speaker.say(`bar.${bar}`),
      `fill:var(--ink);font-weight:${isProfit ? 700 : 400};font-size:${plan.size}px`, "end"),
  ];
  board.state.sides.forEach((_, side) => {
    if (!board.isHidden(side) && board.shown) parts.push(sideBar(board, plan, bar, side, y));
  });
  return parts;
}

function sideBar(board, plan, bar, side, y) {
  const top = y + plan.high * 0.12 + side * plan.bar;
  const height = plan.bar - 2;
  const span = (value) => ({ x: Math.min(plan.x(0), plan.x(value)), width: Math.abs(plan.x(value) - plan.x(0)) });
  const value = signed(bar, board.shown.sides[side].money[bar]);
  const { x, width } = span(value);
  const parts = [drawn("rect", { x, y: top, width: Math.max(1, width), height, ...barLook(board, side), class: "bar" })];
  if (board.ghost?.sides[side]) {
    const before = span(signed(bar, board.ghost.sides[side].money[bar]));
    if (Math.abs(before.width - width) > 1.5) parts.push(ghostBar(before.x, top, before.width, height));
  }
  const { low, high } = board.settled.sides[side].profits;
  if (bar === "profit" && Number.isFinite(low)) {
    parts.push(line(`M${plan.x(low)} ${top + height / 2}H${plan.x(high)}m0 -4v8`, "stroke:var(--ink);stroke-width:1.5"));
  }
  parts.push(words(plan.width - 0.2 * plan.rem, top + height / 2 + plan.size * 0.35,
    board.speaker.number(value, board.digits),
    `fill:${wordsOf(board, side)};font-weight:${bar === "profit" ? 700 : 500};font-size:${plan.size}px`, "end"));
  return parts;
}
