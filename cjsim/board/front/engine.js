// The engine of a page without Python: threads that run worlds, answers in the worlds' order.
// The same messages as the kernel's: ask(message, onAnswer), cancel().

const MOST_THREADS = 2;

export class PageEngine {
  // wasm: bytes of the module; plan: of the product; script: of the threads, as text.
  constructor(wasm, plan, script, lang = () => document.documentElement.lang) {
    this.plan = plan;
    this.lang = lang;
    this.tasks = new Map();
    this.number = 0;
    this.question = null;
    const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    const count = Math.max(1, Math.min(MOST_THREADS, navigator.hardwareConcurrency ?? 1));
    this.threads = Array.from({ length: count }, () => {
      const thread = { worker: new Worker(address), busy: 0 };
      thread.worker.onmessage = ({ data }) => this.heard(thread, data);
      thread.worker.onerror = (event) => this.fail(["failed", event.message]);
      thread.worker.postMessage({ wasm, plan });
      return thread;
    });
    URL.revokeObjectURL(address);
  }

  // Answer this; what is under way for an older question is given up.
  ask(message, onAnswer) {
    const kinds = { worlds: message.worlds, lives: [null] };
    const todo = kinds[message.kind];
    this.question = { message, onAnswer, todo: [...(todo ?? [])], parts: [], told: 0 };
    if (todo) this.goOn();
    else this.fail(["kind", message.kind]);
  }

  cancel() {
    this.question = null;
  }

  // The threads are ended; nothing is answered any more.
  close() {
    this.cancel();
    for (const { worker } of this.threads) worker.terminate();
  }

  // A thread has one world at a time, so that a newer question waits for one at most.
  goOn() {
    const { question } = this;
    for (const thread of this.threads) {
      if (thread.busy || !question.todo.length) continue;
      const task = ++this.number;
      const world = question.todo.shift();
      const place = question.parts.push(null) - 1;
      thread.busy = task;
      this.tasks.set(task, { question, place });
      thread.worker.postMessage({ task, ask: question.message, world });
    }
  }

  heard(thread, { task, part, error }) {
    const { question, place } = this.tasks.get(task);
    this.tasks.delete(task);
    thread.busy = 0;
    if (question === this.question) {
      if (error) this.fail(error);
      else this.tell(place, part);
    }
    if (this.question) this.goOn();
  }

  tell(place, part) {
    const { question } = this;
    const { message: { id }, parts, todo } = question;
    parts[place] = part;
    while (parts[question.told] && question === this.question) {
      question.onAnswer({ id, ...parts[question.told++] });
    }
    if (question === this.question && question.told === parts.length && !todo.length) {
      this.question = null;
      question.onAnswer({ id, done: true });
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
