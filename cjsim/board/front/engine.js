// The engine of a page without Python: threads that live runs, answers in the worlds' order.
// The same messages as the kernel's: ask(message, onAnswer), cancel().

const MOST_THREADS = 2;
const BEAT = 1000; // ms after which a question that takes longer says that it is being worked at
const LONGEST_RUN = 30_000; // ms; a thread that is silent for longer is not believed to work
const MOST_RUNS = 1500; // results of runs that are kept, so that undo and pins answer at once

export class PageEngine {
  // wasm: bytes of the module; plan: of the product; script: of the threads, as text.
  constructor(wasm, plan, script, lang = () => document.documentElement.lang) {
    this.plan = plan;
    this.lang = lang;
    this.known = new Map(); // key of a run -> what a thread found
    this.question = null;
    const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    const count = Math.max(1, Math.min(MOST_THREADS, navigator.hardwareConcurrency ?? 1));
    this.threads = Array.from({ length: count }, () => {
      const thread = { worker: new Worker(address), task: null };
      thread.worker.onmessage = ({ data }) => this.heard(thread, data);
      thread.worker.onerror = (event) => this.fail(["failed", event.message]);
      thread.worker.postMessage({ wasm, plan });
      return thread;
    });
    URL.revokeObjectURL(address);
    this.clock = setInterval(() => this.beat(), BEAT);
  }

  // Answer this; what is under way for an older question is given up.
  ask(message, onAnswer) {
    const { kind } = message;
    if (kind !== "worlds" && kind !== "lives") {
      this.question = { message, onAnswer };
      this.fail(["kind", kind]);
      return;
    }
    const worlds = kind === "worlds" ? message.worlds : [message.world ?? 0];
    const groups = worlds.map((world) => ({
      world, owner: null, found: message.sides.map(() => null),
    }));
    const todo = groups.flatMap((group) => message.sides.map((_, place) => ({
      group, place, key: this.keyOf(message, place, group.world),
    })));
    this.question = { message, onAnswer, groups, told: 0 };
    this.question.todo = todo.filter(({ group, place, key }) => {
      if (kind === "worlds") group.found[place] = this.known.get(key) ?? null;
      return !group.found[place];
    });
    this.goOn();
  }

  cancel() {
    this.question = null;
  }

  // The threads are ended; nothing is answered any more.
  close() {
    this.cancel();
    clearInterval(this.clock);
    for (const { worker } of this.threads) worker.terminate();
  }

  // Whatever the result of a run depends on.
  keyOf({ people, sides, dials = {}, same_luck: same, stays = false }, place, world) {
    const luck = same === false ? place : 0;
    const sorted = (table = {}) => Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1));
    const { strategy, dials: own } = sides[place];
    return JSON.stringify([people, strategy, sorted(own), sorted(dials), world, luck, stays]);
  }

  // Tell what is there, then give each idle thread a run. A newer question waits for one at most.
  goOn() {
    this.tell();
    const { question } = this;
    if (!question) return;
    for (const thread of this.threads) {
      if (thread.task) continue;
      const task = this.taskFor(thread);
      if (!task) return;
      thread.task = { ...task, question, begun: performance.now() };
      const { group: { world }, place } = task;
      thread.worker.postMessage({ ask: question.message, place, world });
    }
  }

  beat() {
    const since = performance.now() - LONGEST_RUN;
    const isAlive = this.threads.some(({ task }) => task && task.begun > since);
    if (this.question && isAlive) this.question.onAnswer({ id: this.question.message.id, alive: true });
  }

  // Both threads take up the first world, to be quick; then each stays with the worlds that it has
  // begun, whose burn-in it knows, and takes from the other only when nothing else is left.
  taskFor(thread) {
    const { todo, groups } = this.question;
    const free = todo.findIndex(({ group }) =>
      group === groups[0] || !group.owner || group.owner === thread);
    const [task] = todo.splice(Math.max(0, free), 1);
    if (task) task.group.owner ??= thread;
    return task;
  }

  heard(thread, { found, error }) {
    if (!thread.task) return this.fail(error); // it could not begin
    const { question, group, place, key } = thread.task;
    thread.task = null;
    if (found) {
      group.found[place] = found;
      if (question.message.kind === "worlds") this.known.set(key, found); // lives are large
      if (this.known.size > MOST_RUNS) this.known.delete(this.known.keys().next().value);
    } else if (question === this.question) this.fail(error);
    return this.question && this.goOn();
  }

  // The worlds that are complete, in their order.
  tell() {
    const { question } = this;
    const { message: { id, kind }, groups, onAnswer } = question;
    while (question === this.question && groups[question.told]?.found.every(Boolean)) {
      const group = groups[question.told++];
      onAnswer({ id, ...(kind === "lives" ? livesOf(group) : worldOf(group, this.plan.layout.marks)) });
    }
    if (question === this.question && question.told === groups.length) {
      this.question = null;
      onAnswer({ id, done: true });
    }
  }

  fail([name, about]) {
    const { question } = this;
    if (!question) return;
    this.question = null;
    const words = this.plan.words[this.lang()] ?? Object.values(this.plan.words)[0];
    question.onAnswer({ id: question.message.id, error: words[name].replace("{about}", about) });
  }
}

function worldOf({ world, found }, places) {
  const [first, ...others] = found.map(({ marks }) => marks);
  return {
    world, sides: found.map(({ told }) => told),
    pairs: others.map((marks) => pairsOf(first, marks, places)),
  };
}

// People won under both, only under the other, only under the first, under neither; of those whom
// both know: with luck of their own, one side may have a newcomer more.
function pairsOf(first, other, { SEEN, WON }) {
  const counts = [0, 0, 0, 0];
  for (let who = 0; who < Math.min(first.length, other.length); who++) {
    if (!(first[who] & other[who] & SEEN)) continue;
    counts[(first[who] & WON ? 0 : 1) + (other[who] & WON ? 0 : 2)]++;
  }
  return counts;
}

function livesOf({ found }) {
  const [first, ...others] = found.map(({ ways }) => ways);
  const { persons } = found[0].told;
  return {
    lives: found.map(({ told }) => told),
    differ: persons.filter((_, place) => others.some((ways) => ways[place] !== first[place])),
  };
}
