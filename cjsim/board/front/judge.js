// A task on the board, judged in the page as `BoardTask` in cjsim/course/sets/design.py judges it in a
// notebook: the same worlds, the same checks, the same sentences.
import { interval } from "./intervals.js";
import { setting, typedNumber } from "./numbers.js";
import { Unread, pasted } from "./pasted.js";

const PASSED = 0.8; // a share of the points from which on a check counts as passed

const LAST_BITS = 1e-9; // by so much may the best known differ from itself: the page adds in another order

// A line that says all there is: no hint leads on from it.
class Problem extends Error {}

export class Judge {
  // task: what tools/site/tasks.py writes of one; known: as for `pasted`; say(key, places): a sentence
  // of the labels; play(changes): a promise of what each world gives, [{measures, reached}].
  constructor(task, known, lang, say, play) {
    Object.assign(this, { task, known, lang, say, play });
  }

  // Every check of the task: [{name, share, points, most, line, hint, passed, gain}].
  async findings(typed) {
    const told = new Set();
    const all = [];
    for (const check of this.task.checks) all.push(await this.finding(check, typed, told));
    return all;
  }

  async finding(check, typed, told) {
    const words = this.task.words[this.lang].checks[check.name];
    let [mark, note, isHinted] = [{ share: 0 }, "", true];
    try {
      mark = await this.mark(check, typed);
      note = mark.note ? filled(words.note, mark.note) : "";
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      note = told.has(problem.message) ? "" : problem.message;
      told.add(problem.message);
      isHinted = false;
    }
    const share = Number.isFinite(mark.share) ? Math.min(Math.max(mark.share, 0), 1) : 0;
    return {
      name: check.name, share, points: toHundredths(share * check.points), most: check.points,
      line: note ? `${words.says}: ${note}` : words.says,
      hint: share < 1 && isHinted ? words.hint : "",
      passed: share >= PASSED, gain: mark.gain ?? null,
    };
  }

  async mark(check, typed) {
    if (check.kind === "allowed") return { share: Number(this.allowed(typed)) };
    const changes = this.within(typed);
    if (!Object.keys(changes).length) this.allowed(typed);  // throws, and says why
    const worlds = await this.play(changes);
    const price = this.price(changes);
    const gain = this.gainOf(worlds, check.measure, check.measure === "profit_per_person" ? price : 0);
    const amount = (value) => typedNumber(value, this.lang, check.digits, true);
    const note = { mine: amount(gain.mean), low: amount(gain.low), high: amount(gain.high) };
    if (check.kind === "no_loss") return { share: Number(gain.high >= 0), note };
    const costs = this.gainOf(worlds, "costs").mean / this.task.people + price;
    const ratio = gain.mean / check.best;
    const share = gain.low > 0 ? Math.min(1, ratio > 1 - LAST_BITS ? 1 : ratio) : 0;
    return { share, note: { ...note, best: amount(check.best), cost: amount(costs) }, gain };
  }

  // What a design costs per person beside what the model holds.
  price(changes) {
    return Object.entries(this.task.prices).reduce((sum, [key, each]) =>
      sum + (key in changes ? each * (changes[key] - this.usual(key)) : 0), 0);
  }

  // Above the usual firm, whose worlds come with the task, less what the model does not hold.
  gainOf(worlds, measure, less = 0) {
    const usual = this.task.usual[measure];
    const gaps = worlds.map((world, nth) => this.read(world, measure) - usual[nth] - less);
    return { ...interval(gaps, this.task.t95, this.task.leans_from), gaps };
  }

  read({ measures, reached }, measure) {
    const stage = this.task.reached.indexOf(measure);
    return stage < 0 ? measures[measure] : reached[stage];
  }

  // --- what may be turned

  allowed(typed) {
    const changes = Object.entries(this.designed(typed));
    if (!changes.length) throw this.problem("unchanged");
    const { limits } = this.task;
    for (const [key, value] of changes) {
      if (!(key in limits)) throw this.problem("outside", { key, allowed: Object.keys(limits).join(", ") });
      if (!isWithin(value, limits[key])) {
        const [low, high] = limits[key].map((end) => setting(end, this.lang));
        const shown = typeof value === "number" ? setting(value, this.lang) : value;
        throw this.problem("beyond", { key, value: shown, low, high });
      }
    }
    return true;
  }

  within(typed) {
    const { limits } = this.task;
    return Object.fromEntries(Object.entries(this.designed(typed)).filter(([key, value]) =>
      key in limits && isWithin(value, limits[key])));
  }

  // All that the pasted design changes: key -> value.
  designed(typed) {
    const { product, strategy } = this.task;
    const board = this.board(typed);
    if (board.product !== product) {
      throw this.problem("other_product", { found: board.product, wanted: product });
    }
    const mine = board.sides.filter((side) => side.strategy === strategy).at(-1);
    if (!mine) {
      const found = board.sides.map((side) => side.strategy).join(", ");
      throw this.problem("no_side", { wanted: strategy, found });
    }
    const own = Object.entries(mine.dials).map(([id, value]) => [`${strategy}.${id}`, value]);
    const all = { ...board.dials, ...Object.fromEntries(own) };
    return Object.fromEntries(Object.entries(all).filter(([key, value]) => this.usual(key) !== value));
  }

  board(typed) {
    if (!typed.trim()) throw this.problem("missing");
    try {
      return pasted(typed, this.known);
    } catch (problem) {
      if (!(problem instanceof Unread)) throw problem;
      throw this.problem("pasted", { what: this.say(`pasted.${problem.kind}`, problem.facts) });
    }
  }

  // What the firm has under a key as it is; of a key that the board has no dial for, nothing.
  usual(key) {
    const { product, strategy } = this.task;
    const { dials } = this.known.presets.find(({ name }) => name === product);
    const named = (dial) => (dial.side ? `${strategy}.${dial.id}` : dial.id);
    const dial = dials.find((one) => named(one) === key);
    return dial?.side ? dial.usual[strategy] : dial?.usual;
  }

  problem(kind, facts = {}) {
    return new Problem(this.say(`grade.problem.${kind}`, { name: this.task.name, ...facts }));
  }
}

const isWithin = (value, [low, high]) => typeof value === "number" && low <= value && value <= high;

const toHundredths = (points) => Number(points.toFixed(2));

export const filled = (template, places) =>
  template.replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);
