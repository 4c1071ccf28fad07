// Luck intervals, as cjsim/experiment/intervals.py has them: Student's t; from ten runs on the end
// on the side to which they lean moves out to where Hall's transformation puts it.

const ALIKE = 1e-9;

// values: one per world, null where there is none. t95: quantiles by number of worlds.
export function interval(values, t95, leansFrom) {
  const known = values.filter((value) => value !== null && !Number.isNaN(value));
  const n = known.length;
  const mean = n ? sum(known) / n : NaN;
  const off = known.map((value) => value - mean);
  const size = Math.max(0, ...known.map(Math.abs));
  const width = Math.max(0, ...off) - Math.min(0, ...off);
  if (n < 2 || !(width > ALIKE * size)) return { mean, low: NaN, high: NaN, runs: n };
  const squares = sum(off.map((x) => x ** 2));
  const error = Math.sqrt(squares / (n - 1)) / Math.sqrt(n);
  const lean = n < 3 ? NaN : skewness(off, squares, n);
  const [below, above] = reach(lean, n, t95[n], leansFrom);
  return { mean, low: mean - below * error, high: mean + above * error, runs: n };
}

// Does the difference leave zero out? Worlds that are all alike and not zero are on one side.
export function isClear(gap) {
  if (Number.isNaN(gap.low)) return gap.runs > 1 && gap.mean !== 0;
  return gap.low > 0 || gap.high < 0;
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

function skewness(off, squares, n) {
  const plain = sum(off.map((x) => x ** 3)) / n / (squares / n) ** 1.5;
  return (plain * Math.sqrt(n * (n - 1))) / (n - 2);
}

function reach(lean, n, quantile, leansFrom) {
  const third = Math.abs(lean) > 1e-6 ? lean / 3 : NaN;
  if (n < leansFrom || Number.isNaN(third)) return [quantile, quantile];
  const end = (at) => {
    const moved = Math.cbrt(1 + 3 * third * (at - third / (2 * n)));
    return (Math.sqrt(n) * (moved - 1)) / third;
  };
  const at = quantile / Math.sqrt(n);
  return [Math.max(quantile, end(at)), Math.max(quantile, -end(-at))];
}
