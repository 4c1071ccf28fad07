// Axes that do not move: shares go to 100 %, the others are laid when a product is opened; they grow
// only where a bar would not find room.

export class Axes {
  constructor() {
    this.share = 1;
    this.money = [0, 0];
    this.gap = { deals: 0, churn: 0, profit: 0 };
  }

  hold(result) {
    const shares = result.sides.flatMap((side) => side.reached.map((n) => n / result.people));
    const most = Math.max(...shares);
    if (most > this.share) this.share = Math.ceil(most / 0.2) * 0.2;
    const sums = result.sides.flatMap((side) => Object.values(side.money));
    const [low, high] = [Math.min(0, ...sums), Math.max(0, ...sums)];
    if (low < this.money[0]) this.money[0] = -stretched(-low);
    if (high > this.money[1]) this.money[1] = stretched(high);
    const ours = result.sides[0];
    this.widen("deals", result, ours.deals / 3);
    this.widen("churn", result, 30);
    this.widen("profit", result, Math.abs(ours.money.margin) / 3);
  }

  widen(measure, result, usual) {
    const gaps = result.gaps.slice(1).map((gap) => Math.abs(gap[measure].mean));
    const most = Math.max(...gaps.filter(Number.isFinite), 0);
    if (!this.gap[measure]) this.gap[measure] = roundUp(Math.max(usual || 1, 1.2 * most));
    else if (most > this.gap[measure]) this.gap[measure] = roundUp(1.2 * most);
  }
}

const stretched = (value) => roundUp(1.25 * value);

// The next of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten.
export function roundUp(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value * (1 - 1e-9));
}

// Marks of an axis from low to high, about as many as wanted, on round numbers.
export function marks(low, high, wanted = 5) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((one) => one * power >= rough);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
