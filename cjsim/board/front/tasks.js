// A task on the board, on the page of its exercise: its limits, the board, a field for what was
// designed, and the verdict of the same checks as in a notebook, played by the engine in the page.
import { limitsWords } from "./address.js";
import { decoded } from "./bytes.js";
import { el, fill } from "./dom.js";
import { PageEngine } from "./engine.js";
import { Judge, filled } from "./judge.js";
import { keep, kept } from "./kept.js";
import { formatted, perCent, setting } from "./numbers.js";
import { drawScore } from "./score.js";

// How an address is looked at: of no matter to what was designed.
const ASIDE = /^(limits|guess|lang|theme|view|bare|more|person|pins)(=|$)/;

// common: {known, words, wasm, thread}, see tools/site/tasks.py; folder: the board's address.
export async function openTasks(common, folder) {
  if (location.protocol === "file:") return; // the link stays: a page from a disk fetches nothing
  for (const host of document.querySelectorAll("[data-board-task]")) {
    const answer = await fetch(`${folder}task-${host.dataset.boardTask}.json`);
    if (answer.ok) new TaskPage(host, await answer.json(), common, folder);
  }
}

export class TaskPage {
  constructor(host, task, common, folder) {
    Object.assign(this, { host, task, common, folder, lang: host.dataset.lang, plays: new Map(), tries: [] });
    const judged = (key, places) => this.say(key, places);
    this.judge = new Judge(task, common.known, this.lang, judged, (changes) => this.play(changes));
    this.main = task.checks.find(({ kind }) => kind === "more");
    this.draw();
    addEventListener("message", (event) => this.heard(event));
  }

  say(key, places = {}) {
    return filled(this.common.words[this.lang][key], places);
  }

  // --- what stands there

  draw() {
    this.opener = el("button", { type: "button", class: "open", "aria-expanded": "false", onclick: () => this.toggle() },
      this.say("board_task.open"));
    this.apart = el("a", { target: "_blank" }, this.say("board_task.apart"));
    this.place = el("div", { class: "place" });
    this.keptAs = `cjsim-task-${this.host.dataset.boardTask}`;
    this.input = el("input", { type: "text", spellcheck: "false", autocomplete: "off", oninput: () => this.compare() });
    this.input.value = kept(this.keptAs);
    this.button = el("button", { type: "submit", class: "check" }, this.say("board_task.check"));
    this.verdict = el("div", { class: "verdict", role: "status" });
    const form = el("form", { onsubmit: (event) => {
      event.preventDefault();
      this.check();
    } }, el("label", {}, el("span", {}, this.say("board_task.field")), this.input), this.button);
    this.rows = this.task.dials.map((dial) => this.row(dial));
    fill(this.host, el("ul", { class: "dials", "aria-label": this.say("board_task.limits") },
      this.rows.map(({ element }) => element)),
    el("p", { class: "ways" }, this.opener, this.apart), this.place, form, this.verdict);
    this.compare();
  }

  // A dial that may be turned: how far, where it stands now, and where the design has it.
  row(dial) {
    const shown = (value) => setting(value, this.lang);
    const [low, high] = this.task.limits[dial.key].map(shown);
    const key = low === high ? "board_task.dial_fixed" : "board_task.dial";
    const unit = dial.unit[this.lang] && `\u00a0${dial.unit[this.lang]}`;
    const own = el("output", {});
    const words = this.say(key, { low, high, unit, usual: shown(dial.usual) });
    return { dial, shown, own, element: el("li", {}, el("b", {}, dial.title[this.lang]), el("span", {}, words), own) };
  }

  // Where the design in the field has each dial.
  compare() {
    keep(this.keptAs, this.input.value);
    this.apart.href = this.address();
    const design = this.designed();
    for (const { dial, shown, own, element } of this.rows) {
      const value = design?.[dial.key];
      const [low, high] = this.task.limits[dial.key];
      const isOut = value !== undefined && !(low <= value && value <= high);
      own.textContent = value === undefined ? "" : this.say("board_task.own", { value: shown(value) });
      element.classList.toggle("turned", value !== undefined);
      element.classList.toggle("out", isOut);
    }
  }

  // What the field says, if it can be read and is about this task.
  designed() {
    try {
      return this.judge.designed(this.input.value);
    } catch {
      return null;
    }
  }

  // --- the board, within the page or beside it

  address(more = "") {
    const { product, start, dials, limits } = this.task;
    const given = this.input?.value.split("#")[1] ?? "";
    const own = this.input && given.split(";")[0] === product ? plain(given) : start;
    const ends = limitsWords(Object.fromEntries(dials.map(({ id, key }) => [id, limits[key]])));
    const theme = document.body?.dataset.theme;
    const shade = ["light", "dark"].includes(theme) ? `;theme=${theme}` : "";
    return `${this.folder}index.html#${own};guess=skip;limits=${ends};lang=${this.lang}${shade}${more}`;
  }

  toggle() {
    const isOpen = this.place.childElementCount > 0;
    this.opener.setAttribute("aria-expanded", String(!isOpen));
    this.opener.textContent = this.say(isOpen ? "board_task.open" : "board_task.close");
    this.frame = isOpen ? null : el("iframe", { src: this.address(";bare"), title: this.say("board_task.frame") });
    fill(this.place, this.frame);
  }

  heard({ source, data }) {
    if (!this.frame || source !== this.frame.contentWindow) return;
    if (data.cjsimHeight) this.frame.style.height = `${data.cjsimHeight + 8}px`;
    if (data.cjsimAddress) {
      this.input.value = `#${plain(data.cjsimAddress.slice(1))}`;
      this.compare();
    }
  }

  // --- the check

  async check() {
    this.button.disabled = true;
    this.verdict.setAttribute("aria-busy", "true"); // the verdict is read aloud, not each world
    try {
      this.show(await this.judge.findings(this.input.value));
    } catch (error) {
      fill(this.verdict, el("p", { class: "trouble" }, error.message));
    }
    this.button.disabled = false;
    this.verdict.setAttribute("aria-busy", "false");
  }

  // The worlds of a design, each played once: a promise of what they give.
  play(changes) {
    const key = JSON.stringify(Object.entries(changes).sort());
    if (!this.plays.has(key)) this.plays.set(key, this.asked(changes));
    this.plays.get(key).catch(() => this.plays.delete(key));
    return this.plays.get(key);
  }

  asked(changes) {
    const { strategy, people, worlds } = this.task;
    const side = { strategy, dials: {} };
    const dials = {};
    for (const [key, value] of Object.entries(changes)) {
      if (key.startsWith(`${strategy}.`)) side.dials[key.slice(strategy.length + 1)] = value;
      else dials[key] = value;
    }
    const message = { id: 1, kind: "worlds", people, worlds: [...Array(worlds).keys()], same_luck: true,
      sides: [side], dials };
    this.engine ??= new PageEngine(decoded(this.common.wasm), this.task.plan, this.common.thread, () => this.lang);
    const told = [];
    return new Promise((done, failed) => this.engine.ask(message, (answer) => {
      if (answer.error !== undefined) failed(new Error(answer.error));
      else if (answer.done) done(told);
      else if (!answer.alive) {
        told.push(answer.sides[0]);
        this.underWay(told);
      }
    }));
  }

  // World by world, while they are played.
  underWay(told) {
    const gaps = this.judge.gainOf(told, this.main.measure).gaps;
    const words = this.say("board_task.playing", { done: told.length, all: this.task.worlds });
    this.picture({ gaps }, el("p", {}, words));
  }

  picture(gain, ...below) {
    const words = { usual: this.say("board_task.usual", { name: this.task.usual_title[this.lang] }),
      ...Object.fromEntries(["best", "mine", "world"].map((name) => [name, this.say(`board_task.${name}`)])) };
    const width = Math.max(240, Math.min(680, this.verdict.clientWidth));
    const look = { gain, best: this.main.best, tries: this.tries, width };
    const number = (value) => formatted(value, this.lang, this.main.digits, true);
    fill(this.verdict, drawScore(look, words, number), ...below);
  }

  show(findings) {
    const { gain } = findings.find(({ name }) => name === this.main.name);
    const lines = el("ul", { class: "lines" }, findings.map((one) => this.line(one)));
    const points = findings.reduce((sum, one) => sum + one.points, 0);
    const most = findings.reduce((sum, one) => sum + one.most, 0);
    const shown = (value) => formatted(value, this.lang, Number.isInteger(value) ? 0 : 2);
    const sum = el("p", { class: "points" },
      this.say("grade.points", { points: shown(Number(points.toFixed(2))), most: shown(most) }));
    if (!gain) return fill(this.verdict, lines, sum);
    const share = gain.mean / this.main.best;
    const isSolved = findings.every(({ passed }) => passed);
    const key = !(gain.low > 0) ? "unclear" : share > 1.0005 ? "beaten" : "share";
    const words = this.say(`board_task.${key}`, { share: perCent(share, this.lang),
      usual: this.say("board_task.usual", { name: this.task.usual_title[this.lang] }) });
    this.picture(gain, el("p", { class: isSolved ? "score solved" : "score" },
      isSolved ? `${this.say("board_task.solved")} ${words}` : words), lines, sum);
    this.tries.push(gain.mean);
    return null;
  }

  line({ passed, line, hint }) {
    return el("li", { class: passed ? "passed" : "failed" }, el("span", { "aria-hidden": "true" }, passed ? "✓" : "✗"),
      el("span", {}, inCode(line), hint && el("small", {}, `${this.say("grade.hint")}: `, inCode(hint))));
  }
}

const plain = (address) => address.split(";").filter((part) => !ASIDE.test(part)).join(";");

// Names between `ticks` as code.
const inCode = (line) => line.split("`").map((part, i) => (i % 2 ? el("code", {}, part) : part));
