// What the answers of some worlds come to: means, differences, their luck intervals.
import { interval } from "./intervals.js";

export const MEASURES = ["deals", "churn", "profit"];

const READERS = {
  deals: ({ measures }) => measures.first_deals + measures.repeat_deals,
  churn: ({ measures }) => (measures.churn === null ? null : 100 * measures.churn),
  profit: ({ measures }) => measures.profit_per_person,
  contacts: ({ measures }) => measures.contacts,
};

export function resultOf(answers, product, people) {
  const count = answers[0].sides.length;
  const read = (measure, side) => answers.map((answer) => READERS[measure](answer.sides[side]));
  const gapOf = (measure, side) => {
    const first = read(measure, 0);
    const gaps = read(measure, side).map((value, world) =>
      value === null || first[world] === null ? null : value - first[world]);
    return interval(gaps, product.t95, product.leans_from);
  };
  const sides = Array.from({ length: count }, (_, side) => ({
    reached: product.stages.map((_, i) => mean(answers.map((a) => a.sides[side].reached[i]))),
    money: Object.fromEntries(product.bars.map((bar) =>
      [bar, mean(answers.map((a) => a.sides[side].money[bar]))])),
    ...Object.fromEntries(Object.keys(READERS).map((m) => [m, mean(read(m, side))])),
    profits: interval(read("profit", side), product.t95, product.leans_from),
    retained: together(answers.map((a) => a.sides[side].retained)),
  }));
  const gaps = sides.map((_, side) => side === 0 ? null
    : Object.fromEntries(Object.keys(READERS).map((m) => [m, gapOf(m, side)])));
  const pairs = sides.map((_, side) => side === 0 ? null
    : [0, 1, 2, 3].map((part) => mean(answers.map((a) => a.pairs[side - 1][part]))));
  return { worlds: answers.length, people, sides, gaps, pairs };
}

// The mean curve, as far as it is known in every world; null where none was asked for.
const together = (curves) => curves[0]?.map((_, day) => {
  const shares = curves.map((curve) => curve?.[day] ?? null);
  return shares.includes(null) ? null : mean(shares);
}) ?? null;

export function mean(values) {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((a, b) => a + b, 0) / known.length : NaN;
}

// Between two results of the same shape, for a picture that moves.
export function between(from, to, share) {
  if (typeof to === "number") {
    return typeof from === "number" && Number.isFinite(from) && Number.isFinite(to)
      ? from + (to - from) * share : to;
  }
  if (Array.isArray(to)) return to.map((value, i) => between(from?.[i], value, share));
  if (to && typeof to === "object") {
    return Object.fromEntries(Object.entries(to).map(([k, v]) => [k, between(from?.[k], v, share)]));
  }
  return to;
}

// Bars and differences that grow from nothing; the first side is there already.
export function nothingOf(result) {
  const empty = between(result, result, 1);
  empty.sides.slice(1).forEach((side) => {
    side.reached = side.reached.map(() => 0);
    for (const bar of Object.keys(side.money)) side.money[bar] = 0;
  });
  return empty;
}
