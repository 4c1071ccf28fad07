// Between the board and its engine: what is known is not asked again, a new question takes the
// place of an old one, and an engine that does not answer is noticed.
import { keyOf, settingsOf } from "./state.js";

export const PATIENCE = 3000; // ms without an answer, after which the engine is lost
const KEPT_QUESTIONS = 400;

export class Asker {
  // heard: called with {worlds}, {lives}, {pin} when something new is known; see `Board.heard`.
  constructor(engine, heard, lost, failed) {
    Object.assign(this, { engine, heard, lost, failed });
    this.known = new Map(); // key of settings -> answers by world
    this.lives = new Map(); // key of settings and people asked for -> answer
    this.number = ownNumbers(); // two views of one widget hear each other's answers
    this.later = [];
  }

  // The answers to some settings, as many worlds as are known without a gap.
  answersTo(settings, worlds) {
    const all = this.known.get(keyOf(settings)) ?? [];
    const missing = Array.from({ length: worlds }, (_, i) => i).find((i) => !all[i]);
    return all.slice(0, missing ?? worlds);
  }

  livesOf(settings, sample) {
    return this.lives.get(this.livesKey(settings, sample));
  }

  livesKey(settings, sample) {
    return `${sample} ${keyOf(settings)}`;
  }

  // Ask for what a state needs: its worlds, then the lives that its view shows, then its pins.
  ask(state, sample) {
    const settings = settingsOf(state);
    this.sample = sample;
    this.later = [this.keysTask(settings), this.worldsTask(settings, state.worlds)];
    if (sample) this.later.push(this.livesTask(settings, sample));
    for (const pin of state.pins) {
      this.later.push(this.worldsTask({ ...settings, sides: pin.sides, dials: pin.dials }, state.worlds));
    }
    this.next();
  }

  worldsTask(settings, worlds) {
    return () => {
      const all = this.known.get(keyOf(settings)) ?? [];
      const wanted = Array.from({ length: worlds }, (_, i) => i).filter((i) => !all[i]);
      return wanted.length ? { ...question(settings), kind: "worlds", worlds: wanted, settings } : null;
    };
  }

  livesTask(settings, sample) {
    return () => (this.livesOf(settings, sample) ? null
      : { ...question(settings), kind: "lives", world: 0, sample, settings });
  }

  // The keys of a table, before all else; the answer goes to `then`.
  keys(state, table, then) {
    this.wanted = { table, then };
    this.ask(state, this.sample ?? 0);
  }

  keysTask(settings) {
    return () => (this.wanted ? { ...question(settings), kind: "keys", table: this.wanted.table, settings } : null);
  }

  next() {
    clearTimeout(this.clock);
    while (this.later.length) {
      const message = this.later.shift()();
      if (message) return this.send(message);
    }
    this.number++; // what still comes is for nobody
    this.engine.cancel();
    this.heard({ done: true });
  }

  send({ settings, ...message }) {
    const id = ++this.number;
    this.wait();
    this.engine.ask({ ...message, id }, (answer) => {
      if (answer.id !== id || id !== this.number) return;
      this.lost(false);
      this.wait();
      this.take(answer, message, settings);
    });
  }

  take(answer, message, settings) {
    if (answer.error !== undefined) {
      this.stop();
      this.failed(answer.error);
    } else if (answer.done) this.next();
    else if (answer.keys) {
      const { then } = this.wanted;
      this.wanted = null;
      then(answer.keys);
    }
    else if (answer.lives) {
      this.lives.set(this.livesKey(settings, message.sample), answer);
      this.heard({ lives: true });
    } else if (answer.world !== undefined) {
      const key = keyOf(settings);
      const all = this.known.get(key) ?? [];
      all[answer.world] = answer;
      this.known.delete(key);
      this.known.set(key, all);
      if (this.known.size > KEPT_QUESTIONS) this.known.delete(this.known.keys().next().value);
      this.heard({ worlds: true });
    }
  }

  wait() {
    clearTimeout(this.clock);
    this.clock = setTimeout(() => this.lost(true), PATIENCE);
  }

  stop() {
    clearTimeout(this.clock);
    this.later = [];
    this.number++;
  }
}

// Where the numbers of a view's questions begin.
export const ownNumbers = () => 1e6 * Math.floor(1e6 * Math.random());

const question = (settings) => ({
  people: settings.people, same_luck: settings.same, sides: settings.sides, dials: settings.dials,
  stays: settings.stays,
});
