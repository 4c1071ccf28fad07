// The trail: the same people walk uphill on each side; contacts are sparks, crosses missed.
import { drawn, el } from "./dom.js";
import { differences, isAway, livesFrom, stageOn } from "./life.js";
import { inkOf, nameOf, titleOf, wordsOf } from "./look.js";
import { heading } from "./picture.js";
import { strategyOf } from "./state.js";
import { drawHill, drawLabels, drawPerson, drawRing, noise, write } from "./walkers.js";

export const SAMPLE = { usual: 240, small: 130 };
const PACE = 38; // days a second
const WIDTHS = [0.95, 0.95, 0.95, 0.95, 0.95, 0.8, 0.8, 0.95, 2.7, 0.85, 1, 1.15]; // of the stages
const HILL = { bottom: 0.735, rise: 0.45 };
const DASHES = { solid: [], stripes: [10, 4], dots: [3, 4], hollow: [1, 5] };

export const sampleFor = (board) => (board.width() < 30 * board.rem() ? SAMPLE.small : SAMPLE.usual);

export class Trail {
  constructor(board) {
    Object.assign(this, { board, day: null, playing: false, only: false });
  }

  // The nodes of the picture; drawn on when they stand in the page, see `begin`.
  nodes() {
    const { board } = this;
    const { speaker } = board;
    this.day ??= Math.min(300, board.product.days / 4);
    this.canvas = el("canvas", { role: "img", tabindex: -1, onclick: (event) => this.choose(event) });
    this.slider = el("input", { type: "range", min: 0, max: Math.round(board.product.days), step: 1, "data-f": "day",
      "aria-label": speaker.say("time"), oninput: (event) => { this.day = Number(event.target.value); this.draw(); } });
    this.dayWords = el("span", { class: "day" });
    this.button = el("button", { type: "button", class: "btn solid play-button", "data-f": "play", onclick: () => this.toggle() });
    this.legend = el("div", { class: "legend" });
    const only = el("input", { type: "checkbox", "data-f": "only", checked: this.only,
      onchange: (event) => { this.only = event.target.checked; this.draw(); } });
    const note = speaker.say("trail_note", { people: speaker.counted("people", sampleFor(board)) });
    return [heading(speaker.say("trail_title"), el("p", {}, note)),
      el("div", { class: "play" }, this.button, this.slider, this.dayWords,
        el("label", { class: "c" }, only, speaker.say("only_differing"))), this.canvas, this.legend];
  }

  // Take the lives that are known; false while they are not.
  begin() {
    const { board } = this;
    const answer = board.lives();
    if (!answer) {
      this.button.disabled = true;
      this.legend.textContent = board.speaker.say("waiting");
      return false;
    }
    if (answer !== this.answer) {
      this.answer = answer;
      this.sides = livesFrom(answer, board.product);
      this.persons = answer.lives[0].persons;
      this.differ = this.sides.length > 1 ? differences(this.sides) : this.persons.map(() => 0);
    }
    this.button.disabled = false;
    this.measure();
    this.legend.replaceChildren(...this.legendNodes());
    this.draw();
    return true;
  }

  measure() {
    const { board, canvas } = this;
    const rem = board.rem();
    const width = board.width();
    const count = this.shownSides();
    const above = canvas.getBoundingClientRect().top - board.parts.pic.getBoundingClientRect().top;
    const need = board.space(board.state.room ? 0.4 : 2.6) - above;
    this.small = width / 12 < 2.2 * rem;
    const context = canvas.getContext("2d");
    this.family = getComputedStyle(board.root).fontFamily;
    const total = WIDTHS.reduce((a, b) => a + b);
    this.edges = [0];
    for (const share of WIDTHS) this.edges.push(this.edges.at(-1) + (share / total) * width);
    context.font = `400 ${0.72 * rem}px ${this.family}`;
    this.labels = this.small ? null : this.labelRows(context, width);
    const rows = this.small ? 1 : 1 + Math.max(...this.labels.map(([row]) => row));
    const label = (0.7 + 0.97 * rows) * rem;
    const most = count > 2 ? 11 * rem : 22 * rem;
    const least = (board.state.room ? 5 : 7.6) * rem;
    const high = Math.max(least, Math.min(most, (need - label) / Math.min(2, count)));
    const pixels = Math.min(2, devicePixelRatio || 1);
    Object.assign(this, { rem, width, high, label, height: high * count + label,
      dot: Math.max(2.2, Math.min(5.5, Math.sqrt(width * high) / 165)) });
    canvas.width = width * pixels;
    canvas.height = this.height * pixels;
    canvas.style.height = `${this.height}px`;
    canvas.getContext("2d").setTransform(pixels, 0, 0, pixels, 0, 0);
    const style = getComputedStyle(board.root);
    const read = (name) => style.getPropertyValue(name).trim();
    this.ink = Object.fromEntries(["ink", "ink2", "edge", "line", "hill", "card", "paper"].map((n) => [n, read(`--${n}`)]));
    const resolved = (colour) => read(colour.slice(4, -1));
    this.marks = board.state.sides.map((_, i) => [resolved(inkOf(board, i)), resolved(wordsOf(board, i))]);
  }

  shownSides() {
    return Math.min(this.sides?.length ?? 2, this.board.width() < 30 * this.board.rem() ? 2 : 4);
  }

  // For each stage the row of its name and where it stands: names do not run into each other.
  labelRows(context, width) {
    const ends = [];
    return this.board.product.stages.map((stage, i) => {
      const long = context.measureText(this.board.speaker.of(stage.title)).width;
      const middle = (this.edges[i] + this.edges[i + 1]) / 2;
      const x = Math.max(long / 2 + 2, Math.min(width - long / 2 - 2, middle));
      let row = 0;
      while ((ends[row] ?? -9) > x - long / 2 - 5) row++;
      ends[row] = x + long / 2;
      return [row, x];
    });
  }

  ground(x) {
    const u = Math.max(0, Math.min(1, x / this.width));
    return HILL.bottom - HILL.rise * (u * u * (3 - 2 * u) * 0.75 + u * 0.25);
  }

  top(side) {
    return side === 0 ? 0 : this.high * side + this.label;
  }

  // Where a person stands at a stage: always at the same spot of it.
  spot(person, stage, side) {
    const [a, b] = [noise(person, 2 * stage + 1) - 0.5, noise(person, 2 * stage + 2) - 0.5];
    const top = this.top(side);
    if (!isAway(stage)) {
      const [from, to] = [this.edges[stage - 1], this.edges[stage]];
      const x = (from + to) / 2 + a * 0.86 * (to - from);
      return [x, top + this.high * (this.ground(x) - 0.03 - (b + 0.5) * (stage === 9 ? 0.3 : 0.17))];
    }
    const row = top + this.high * (0.965 - (b + 0.5) * 0.075);
    const [begin, end] = stage === 13
      ? [this.width * (this.small ? 0.68 : 0.6), this.width - 4]
      : [this.width * (this.small ? 0.24 : 0.2), this.width * 0.38];
    return [begin + (a + 0.5) * (end - begin), row];
  }

  draw() {
    if (!this.sides) return;
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, this.width, this.height);
    for (let side = 0; side < this.shownSides(); side++) this.drawSide(context, side);
    drawLabels(this, context);
    const { speaker, product } = this.board;
    const words = speaker.say("day", { day: speaker.number(Math.round(this.day)), days: speaker.number(product.days) });
    this.dayWords.textContent = words;
    this.slider.value = this.day;
    this.slider.style.setProperty("--p", `${(100 * this.day) / product.days}%`);
    this.slider.setAttribute("aria-valuetext", words);
    this.canvas.setAttribute("aria-label", `${speaker.say("trail_title")}, ${words}. ${this.countsWords()}`);
    this.button.textContent = this.playing ? `❚❚ ${speaker.say("pause")}` : `▶ ${speaker.say("play")}`;
  }

  countsWords() {
    return this.sides.slice(0, this.shownSides()).map((_, side) =>
      `${nameOf(this.board, side)}: ${this.board.speaker.say("customers_now")} ${this.customers(side)}`).join("; ");
  }

  customers(side) {
    return this.sides[side].filter((life) => this.board.product.ours.includes(stageOn(life, this.day))).length;
  }

  drawSide(context, side) {
    const { board, high, width, ink, rem } = this;
    const top = this.top(side);
    const [mark, words] = this.marks[side];
    drawHill(this, context, top, mark, DASHES[strategyOf(board.product, board.state.sides[side].strategy).pattern]);
    const counts = new Array(16).fill(0);
    let ringed = null;
    this.sides[side].forEach((life, i) => {
      const stage = stageOn(life, this.day);
      counts[stage]++;
      if (this.only && !this.differ[i]) return;
      const at = drawPerson(this, context, life, i, side, stage, mark);
      if (this.persons[i] === board.state.person) ringed = at;
    });
    if (ringed) drawRing(this, context, ringed);
    context.textAlign = "left";
    write(context, `${board.speaker.letter(side)} ${titleOf(board, side)}`, 0.5 * rem, top + 1.15 * rem, words, `700 ${rem}px ${this.family}`);
    const label = `${board.speaker.say("customers_now")} ${this.customers(side)}`;
    write(context, label, 0.5 * rem, top + 2.35 * rem, ink.ink2, `400 ${0.8 * rem}px ${this.family}`);
    const away = `400 ${0.75 * rem}px ${this.family}`;
    const base = top + high * 0.928 + 0.27 * rem;
    write(context, `${board.speaker.say("asleep")} ${counts[0] + counts[14] + counts[15]}`, 0.5 * rem, base, ink.ink2, away);
    write(context, `${board.speaker.say("with_rival")} ${counts[13]}`, width * 0.4, base, ink.ink2, away);
    context.textAlign = "center";
    for (let stage = 1; stage <= 12; stage++) {
      const x = (this.edges[stage - 1] + this.edges[stage]) / 2;
      if (counts[stage]) write(context, counts[stage], x, top + high * this.ground(x) + 1.05 * rem, ink.ink, `650 ${away.slice(4)}`);
    }
  }

  legendNodes() {
    const { speaker } = this.board;
    const ring = (style, r) => drawn("svg", { width: 12, height: 12, "aria-hidden": "true" },
      drawn("circle", { cx: 6, cy: 6, r, style }));
    const count = (what) => this.differ.filter((x) => x === what).length;
    const differs = speaker.say("life_differs", { more: count(1), less: count(-1) });
    return [
      [ring("fill:var(--card);stroke:var(--ink2);stroke-width:1.4", 3.4), speaker.say("on_the_way")],
      [ring(`fill:${inkOf(this.board, Math.min(1, this.sides.length - 1))}`, 4), speaker.say("customer")],
      ["✦ ", speaker.say("contact_fits")], ["✕ ", speaker.say("contact_misses")],
      [ring("fill:none;stroke:var(--ink);stroke-width:1.3", 5), differs],
    ].map((parts) => el("span", {}, parts));
  }

  choose(event) {
    if (!this.sides) return;
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let best = [Infinity, null];
    for (let side = 0; side < this.shownSides(); side++) {
      this.sides[side].forEach((life, i) => {
        if (this.only && !this.differ[i]) return;
        const [px, py] = this.spot(this.persons[i], stageOn(life, this.day), side);
        const far = (px - x) ** 2 + (py - y) ** 2;
        if (far < best[0]) best = [far, this.persons[i]];
      });
    }
    this.board.change((state) => { state.person = best[1]; }, { ask: false });
  }

  toggle() {
    this.playing = !this.playing;
    this.before = 0;
    this.draw();
    if (this.playing) this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    if (!this.playing || !this.canvas.isConnected) return;
    const seconds = Math.min(0.06, (now - (this.before || now)) / 1000);
    this.before = now;
    this.day += PACE * seconds;
    if (this.day >= this.board.product.days) this.day = 0;
    this.draw();
    this.frame = requestAnimationFrame((next) => this.tick(next));
  }

  stop() {
    this.playing = false;
    cancelAnimationFrame(this.frame);
  }
}
