// What a design gains, beside the usual firm and the best known: a dot for each world, the mean with
// its luck interval, and where earlier tries stood.
import { drawn, el } from "./dom.js";

const EDGE = 12;
const LINE = 58; // where the mean stands
const ROWS = 4; // of dots: so that two seldom hide each other
const NAMES = ["usual", "best", "mine", "world"];

// gain: {gaps} while the worlds are played, {gaps, mean, low, high} after; width in pixels; words of
// `NAMES`; number: as shown.
export function drawScore({ gain, best, tries, width }, words, number) {
  const isOver = gain.mean !== undefined;
  const ends = [0, best, ...gain.gaps, ...tries];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const x = (value) => EDGE + ((value - low) / (high - low || 1)) * (width - 2 * EDGE);
  const said = isOver ? `${words.mine} ${number(gain.mean)}, ${words.best} ${number(best)}` : words.best;
  return [drawn("svg", { class: "scorebar", viewBox: `0 0 ${width} 92`, role: "img", "aria-label": said },
    drawn("line", { class: "ground", x1: EDGE, x2: width - EDGE, y1: LINE, y2: LINE }),
    isOver ? mean(gain, x) : [],
    tries.map((at) => drawn("line", { class: "try", x1: x(at), x2: x(at), y1: LINE - 5, y2: LINE + 5 })),
    mark(x(0), "0", "usual"), mark(x(best), number(best), "best"),
    gain.gaps.map((gap, nth) => drawn("circle", { class: "world", cx: x(gap), cy: 12 + 8 * (nth % ROWS), r: 3.5 }))),
  el("p", { class: "legend", "aria-hidden": "true" }, NAMES.filter((name) => name !== "mine" || isOver)
    .map((name) => el("span", { class: name }, words[name])))];
}

// A place on the line, its number below.
const mark = (at, number, kind) => drawn("g", { class: kind },
  drawn("line", { x1: at, x2: at, y1: 6, y2: LINE + 12 }),
  drawn("text", { x: at, y: LINE + 28, "text-anchor": "middle" }, number));

function mean({ mean: at, low, high }, x) {
  const bar = drawn("rect", { class: at > 0 ? "mean" : "mean less", x: Math.min(x(0), x(at)), y: LINE - 7, height: 14,
    width: Math.abs(x(at) - x(0)) });
  return Number.isNaN(low) ? [bar] : [bar, drawn("line", { class: "luck", x1: x(low), x2: x(high), y1: LINE, y2: LINE })];
}
