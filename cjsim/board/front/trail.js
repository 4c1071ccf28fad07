// The trail: the same people walk uphill on each side; contacts are sparks, crosses missed.
import { drawn, el } from "./dom.js";
import { differences, isAway, livesFrom, placeOn, stageOn } from "./life.js";
import { inkOf, nameOf, titleOf, wordsOf } from "./look.js";
import { heading } from "./picture.js";
import { strategyOf } from "./state.js";

export const SAMPLE = { usual: 240, small: 130 };
const PACE = 38; // days a second
const WALK = 14; // days that a step from one stage to the next is drawn over
const SPARK = 16; // days that a contact is seen
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
    const [begin, end] = stage === 13 ? [this.width * 0.6, this.width - 4] : [this.width * 0.2, this.width * 0.38];
    return [begin + (a + 0.5) * (end - begin), row];
  }

  draw() {
    if (!this.sides) return;
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, this.width, this.height);
    for (let side = 0; side < this.shownSides(); side++) this.drawSide(context, side);
    this.drawLabels(context);
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
    this.drawHill(context, top, mark, DASHES[strategyOf(board.product, board.state.sides[side].strategy).pattern]);
    const counts = new Array(16).fill(0);
    let ringed = null;
    this.sides[side].forEach((life, i) => {
      const stage = stageOn(life, this.day);
      counts[stage]++;
      if (this.only && !this.differ[i]) return;
      const at = this.drawPerson(context, life, i, side, stage, mark);
      if (this.persons[i] === board.state.person) ringed = at;
    });
    if (ringed) this.drawRing(context, ringed);
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

  drawHill(context, top, mark, dashes) {
    const { width, high, ink } = this;
    const at = (x) => top + high * this.ground(x);
    context.beginPath();
    context.moveTo(0, top + high * 0.865);
    for (let x = 0; x <= width; x += 8) context.lineTo(x, at(x));
    context.lineTo(width, at(width));
    context.lineTo(width, top + high * 0.865);
    context.closePath();
    context.fillStyle = ink.hill;
    context.fill();
    context.strokeStyle = ink.line;
    context.lineWidth = 1;
    for (const x of this.edges.slice(1, -1)) stroke(context, [[x, at(x)], [x, top + high * 0.865]]);
    context.strokeStyle = mark;
    context.lineWidth = 2.5;
    context.setLineDash(dashes);
    stroke(context, Array.from({ length: Math.floor(width / 6) + 1 }, (_, i) => [6 * i, at(6 * i)]));
    context.setLineDash([]);
  }

  // Returns where the person is drawn.
  drawPerson(context, life, i, side, stage, mark) {
    const { dot, ink } = this;
    const person = this.persons[i];
    let [x, y] = this.spot(person, stage, side);
    const at = placeOn(life, this.day);
    const share = at > 0 ? (this.day - life.moves[at][0]) / WALK : 1;
    if (share < 1) {
      const [fromX, fromY] = this.spot(person, life.moves[at - 1][1], side);
      const eased = share * share * (3 - 2 * share);
      const jump = isAway(stage) || isAway(life.moves[at - 1][1]) ? 0 : Math.sin(Math.PI * eased) * this.high * 0.03;
      [x, y] = [fromX + (x - fromX) * eased, fromY + (y - fromY) * eased - jump];
    }
    const away = isAway(stage);
    context.beginPath();
    context.arc(x, y, away ? dot * 0.72 : dot, 0, 7);
    context.lineWidth = away ? 1.1 : 1.5;
    if (this.board.product.ours.includes(stage)) {
      context.fillStyle = mark;
      context.fill();
      context.lineWidth = 0.8;
      context.strokeStyle = ink.paper;
    } else {
      context.fillStyle = away ? "transparent" : ink.card;
      context.fill();
      context.strokeStyle = away ? ink.edge : ink.ink2;
    }
    context.stroke();
    if (this.differ[i] && this.differ[i] !== 2 && !away) {
      context.beginPath();
      context.arc(x, y, dot * 1.6, 0, 7);
      context.lineWidth = 1.2;
      context.strokeStyle = ink.ink;
      context.stroke();
    }
    for (const [day, fits] of life.contacts) {
      const age = (this.day - day) / SPARK;
      if (age < 0) break;
      if (age <= 1) this.drawContact(context, x, y, age, fits, mark);
    }
    return [x, y];
  }

  drawContact(context, x, y, age, fits, mark) {
    const { dot, ink, high } = this;
    const top = y - dot * 2.4 - age * high * 0.05;
    const size = dot * (fits ? 2.6 * (1 - age * 0.45) : 1.3);
    context.globalAlpha = 1 - age * age;
    context.strokeStyle = ink.ink;
    if (fits) {
      context.beginPath();
      for (let corner = 0; corner < 8; corner++) {
        const [angle, r] = [(corner * Math.PI) / 4, corner % 2 ? size * 0.36 : size];
        context[corner ? "lineTo" : "moveTo"](x + Math.sin(angle) * r, top - Math.cos(angle) * r);
      }
      context.closePath();
      context.fillStyle = mark;
      context.fill();
      context.lineWidth = 0.8;
      context.stroke();
    } else {
      context.lineWidth = 1.7;
      stroke(context, [[x - size, top - size], [x + size, top + size]]);
      stroke(context, [[x + size, top - size], [x - size, top + size]]);
    }
    context.globalAlpha = 1;
  }

  drawRing(context, [x, y]) {
    const { dot, ink, rem, board } = this;
    context.beginPath();
    context.arc(x, y, dot * 2.7, 0, 7);
    context.lineWidth = 2.5;
    context.strokeStyle = ink.ink;
    context.stroke();
    const onRight = x > this.width * 0.8;
    context.textAlign = onRight ? "right" : "left";
    context.font = `700 ${0.85 * rem}px ${this.family}`;
    context.lineWidth = 4;
    context.strokeStyle = ink.paper;
    const at = [x + (onRight ? -1 : 1) * dot * 3.6, y - dot * 2];
    context.strokeText(board.state.person, ...at);
    context.fillStyle = ink.ink;
    context.fillText(board.state.person, ...at);
  }

  drawLabels(context) {
    const { rem, ink, board } = this;
    context.textAlign = "center";
    board.product.stages.forEach((stage, i) => {
      const middle = (this.edges[i] + this.edges[i + 1]) / 2;
      const font = `400 ${0.72 * rem}px ${this.family}`;
      if (!this.labels) write(context, stage.number, middle, this.high + 1.05 * rem, ink.ink2, font);
      else write(context, board.speaker.of(stage.title), this.labels[i][1], this.high + (0.98 + 0.97 * this.labels[i][0]) * rem, ink.ink, font);
    });
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

function write(context, content, x, y, ink, font) {
  context.font = font;
  context.fillStyle = ink;
  context.fillText(content, x, y);
}

function stroke(context, points) {
  context.beginPath();
  points.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](x, y));
  context.stroke();
}

// The same number from 0 to 1 for the same two, for places in the picture and nothing else.
function noise(a, b) {
  let h = Math.imul(a + 1, 374761393) ^ Math.imul(b + 1, 668265263);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}
