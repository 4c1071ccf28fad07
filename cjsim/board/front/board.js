// The board: one state, one result, the parts of the page that show them.
import { addressOf, productNamed, stateOf } from "./address.js";
import { Asker } from "./asking.js";
import { Axes } from "./axes.js";
import { drawCards } from "./cards.js";
import { readCode } from "./code.js";
import { drawDials } from "./dials.js";
import { el, fill } from "./dom.js";
import { drawFoot } from "./foot.js";
import { drawFunnel } from "./funnel.js";
import { lendColours, who } from "./look.js";
import { drawMoney } from "./money.js";
import { drawQuestion, questionWords } from "./question.js";
import { between, resultOf } from "./results.js";
import { sentenceOf } from "./sentence.js";
import { drawSides } from "./sides.js";
import { Speaker } from "./speaker.js";
import { copied, settingsOf } from "./state.js";
import { drawTabs } from "./tabs.js";
import { drawTop } from "./topbar.js";
import { Trail, sampleFor } from "./trail.js";
import { drawLives } from "./twolives.js";
import { drawStrip, drawWho } from "./uplift.js";

const MOVE = 240; // ms that bars take to their new length
const PICTURES = { funnel: drawFunnel, money: drawMoney, who: drawWho, lives: drawLives };
const PARTS = { top: drawTop, ask: drawQuestion, sides: drawSides, dials: drawDials, tabs: drawTabs, foot: drawFoot };
let boards = 0;

// options: product (see product.py); products: [{name, title}] to choose from and `load(name)`, a
// promise of another one; engine(product), which answers; place(changed), where the state is kept;
// lang; theme(), "light" or "dark"; inNotebook; read(text, name), a promise of a product from a file.
export class Board {
  constructor(host, options) {
    Object.assign(this, { options, id: `board${++boards}`, products: options.products ?? [] });
    this.root = skeleton(this);
    host.append(this.root);
    this.place = options.place((address) => this.goTo(address, { stay: true }));
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.trail = new Trail(this);
    this.listen();
    this.use(options.product);
    this.ready = this.goTo(this.place.now, { stay: true });
  }

  // --- one product at a time

  use(product) {
    this.engine?.cancel();
    cancelAnimationFrame(this.frame); // bars of another product may be on their way
    this.product = product;
    this.engine = this.options.engine(product);
    this.asker = new Asker(this.engine, (news) => this.heard(news), (lost) => this.isLost(lost),
      (why) => this.failed(why));
    Object.assign(this, { axes: new Axes(), settled: null, shown: null, ghost: null, trying: null, table: "" });
    this.trail.stop();
    this.trail = new Trail(this);
  }

  async open(name) {
    const product = await this.options.load(name);
    const { lang, theme, room, view, guess } = this.state;
    const hadPins = this.state.pins.length > 0;
    this.use(product);
    this.state = Object.assign(stateOf("", product, lang), { theme, room, view, guess });
    this.show();
    if (hadPins) this.toast(this.speaker.say("pins_gone"));
  }

  // A scenario file, read by Python; the address in it says what it showed.
  async openScenario(text, name, address) {
    try {
      this.use(await this.options.read(text, name));
    } catch (error) {
      return this.failed(error.message);
    }
    this.state = stateOf(address || "", this.product, this.state.lang);
    return this.show();
  }

  // What an address says; with `stay` it is where the page already is.
  async goTo(address, { stay = false } = {}) {
    const name = productNamed(address);
    if (name && name !== this.product.name && this.products.some((one) => one.name === name)) {
      this.use(await this.options.load(name));
    }
    this.state = stateOf(address, this.product, this.options.lang);
    this.trying = null;
    this.show({ stay });
  }

  readCode(typed) {
    const at = (number) => (number === this.product.number ? this.product : null);
    const found = readCode(typed, at);
    const other = found && !found.state ? this.options.numbered?.(found.number) : null;
    if (!found || (!found.state && !other)) {
      this.toast(this.speaker.say("bad_code", { text: typed }));
      return this.draw(["foot"]);
    }
    if (other) return this.open(other).then(() => this.readCode(typed));
    const { lang, theme, room, view, guess } = this.state;
    this.state = Object.assign(found.state, { lang, theme, room, view, guess });
    return this.show();
  }

  // --- one change at a time

  // move: a ghost stays where the bars were; ask: the engine is asked.
  change(make, { move = true, ask = true } = {}) {
    if (move && ask) this.ghost = this.settled;
    else if (ask === true) this.ghost = null;
    this.former = copied(this.state);
    make(this.state);
    this.show({ ask });
  }

  changeSides(make) {
    this.trying = null;
    this.change((state) => make(state.sides), { move: false });
  }

  // A result of other strategies says nothing of these.
  forget() {
    const now = this.state.sides.map((side) => side.strategy).join();
    if (now !== this.shape) Object.assign(this, { settled: null, shown: null, ghost: null });
    this.shape = now;
    cancelAnimationFrame(this.frame);
  }

  // A dial under a hand: only what it moves is drawn. keep: it is not let go yet.
  turn(make, { keep = false, begins = true } = {}) {
    if (begins) {
      this.ghost = this.settled;
      this.former = copied(this.state);
    }
    if (this.trying?.said) this.trying = null;
    make(this.state);
    this.draw(["ask", "foot"]);
    this.ask();
    if (!keep) this.keep();
  }

  keep() {
    this.place.go(addressOf(this.state, this.product));
    this.draw(["top"]);
  }

  undo() {
    this.trying = null;
    this.place.back();
  }

  answerGuess(answer) {
    this.change((state) => { state.guess = answer; }, { ask: false });
    if (this.settled) this.moveTo(this.settled, { grow: true });
    this.announce();
  }

  room(on) {
    if (on) this.root.parentNode.host?.requestFullscreen?.().catch(() => null)
      ?? document.documentElement.requestFullscreen?.().catch(() => null);
    else if (document.fullscreenElement) document.exitFullscreen();
    this.change((state) => { state.room = on; }, { ask: false });
  }

  // --- what is known

  ask() {
    const needsLives = ["trail", "lives"].includes(this.state.view);
    this.take();
    this.asker.ask(this.state, needsLives ? sampleFor(this) : 0);
  }

  heard(news) {
    if (news.worlds) this.take();
    if (news.lives || news.done) this.paint();
    if (news.done) this.announce();
  }

  // The result as far as it is known; the last picture stays while nothing is.
  take() {
    const answers = this.asker.answersTo(settingsOf(this.state), this.state.worlds);
    if (!answers.length) return;
    const result = resultOf(answers, this.product, this.state.people);
    this.axes.hold(result);
    const hundreds = Math.max(...result.sides.map((side) => Math.abs(side.profit)));
    this.digits = hundreds >= 1000 ? 0 : 2;
    const isFirst = !this.settled;
    this.settled = result;
    this.draw(["ask"]);
    this.moveTo(result, { grow: isFirst });
  }

  moveTo(result, { grow = false } = {}) {
    cancelAnimationFrame(this.frame);
    const from = grow ? nothingOf(result) : this.shown;
    if (this.calm.matches || !from || from.sides.length !== result.sides.length) {
      this.shown = result;
      return this.paint();
    }
    const begin = performance.now();
    const step = (now) => {
      const share = Math.min(1, Math.max(0, (now - begin) / MOVE));
      this.shown = share < 1 ? between(from, result, 1 - (1 - share) ** 3) : result;
      this.paint();
      if (share < 1) this.frame = requestAnimationFrame(step);
    };
    this.shown = between(from, result, 0);
    this.frame = requestAnimationFrame(step);
    return this.paint();
  }

  lives() {
    return this.asker.livesOf(settingsOf(this.state), sampleFor(this));
  }

  isHidden(side) {
    return side > 0 && !this.state.guess;
  }

  isLost(lost) {
    if (this.root.classList.toggle("lost", lost)) this.parts.lost.textContent = this.speaker.say("lost");
    else this.parts.lost.textContent = "";
  }

  // The engine refuses what was asked for: say why, and go back to what was there before.
  failed(why) {
    this.isLost(false);
    if (this.former) {
      const { lang } = this.state;
      this.state = Object.assign(this.former, { lang });
      this.former = null;
      this.show();
    }
    this.parts.trouble.textContent = this.speaker.say("failed", { why });
  }

  // --- what is shown

  get speaker() {
    const { lang } = this.state;
    if (this.spoken?.lang !== lang || this.spoken.product !== this.product) {
      this.spoken = { lang, product: this.product, speaker: new Speaker(this.product.words, lang) };
    }
    return this.spoken.speaker;
  }

  get theme() {
    return this.state.theme ?? this.options.theme();
  }

  // Everything; what stands is asked for, and said in the address.
  show({ ask = true, stay = false } = {}) {
    const { root, state } = this;
    this.forget();
    if (!stay) this.place.go(addressOf(state, this.product));
    root.lang = state.lang;
    root.dataset.theme = this.theme;
    root.dataset.view = state.view;
    root.classList.toggle("room", state.room);
    this.parts.trouble.textContent = "";
    if (!this.options.inNotebook) {
      document.documentElement.lang = state.lang;
      document.documentElement.dataset.theme = this.theme;
      document.title = questionWords(this);
    }
    lendColours(root, this.product, this.theme);
    this.parts.skip.textContent = this.speaker.say("skip");
    this.draw(Object.keys(PARTS));
    this.paint();
    if (ask) this.ask();
  }

  draw(names) {
    for (const name of names) this.keepingFocus(() => PARTS[name](this));
  }

  // The numbers, the sentence and the picture, as they are at this moment of a move.
  paint() {
    const { state, parts } = this;
    if (this.naming && this.focused()?.closest(".pinform")) return;
    drawCards(this);
    fill(parts.say, this.sentence());
    drawStrip(this);
    this.keepingFocus(() => {
      if (state.view === "trail") {
        const known = this.trail.canvas?.isConnected && this.trail.answer === this.lives()
          && this.trail.lang === `${state.lang} ${this.theme} ${this.width()} ${state.room}`;
        if (!known) fill(parts.pic, this.isHidden(1) ? [] : this.trail.nodes());
        if (!this.isHidden(1)) this.trail.begin();
        this.trail.lang = `${state.lang} ${this.theme} ${this.width()} ${state.room}`;
      } else {
        this.trail.stop();
        if (this.shown) fill(parts.pic, PICTURES[state.view](this)); // else the old one stays
      }
    });
  }

  sentence() {
    if (this.isHidden(1)) return this.speaker.nodes("say_guess", { a: who(this, 0), b: who(this, 1) });
    return sentenceOf(this.settled, this.speaker, (side) => who(this, side), this.product.currency, this.digits);
  }

  plainSentence() {
    return el("p", {}, this.sentence()).textContent;
  }

  announce() {
    clearTimeout(this.saying);
    this.saying = setTimeout(() => { this.parts.live.textContent = this.plainSentence(); }, 350);
  }

  toast(words) {
    this.parts.toast.textContent = words;
    clearTimeout(this.toasting);
    this.toasting = setTimeout(() => { this.parts.toast.textContent = ""; }, 4000);
  }

  // --- measures of the page

  rem() {
    return parseFloat(getComputedStyle(this.root).fontSize);
  }

  width() {
    return Math.max(240, Math.floor(this.parts.pic.clientWidth));
  }

  // How high a picture may be, less so many rem below it.
  space(reserve) {
    const rem = this.rem();
    const full = document.fullscreenElement ? document.fullscreenElement.clientHeight : innerHeight;
    if (this.options.inNotebook && !document.fullscreenElement) return 25 * rem - reserve * rem;
    const top = this.parts.pic.getBoundingClientRect().top - this.root.getBoundingClientRect().top;
    return full - top - reserve * rem;
  }

  // --- hands

  focused() {
    return this.root.getRootNode().activeElement;
  }

  // Whatever had the focus has it again after its part was drawn anew.
  keepingFocus(draw) {
    const before = this.focused();
    const name = this.root.contains(before) ? before.dataset.f : null;
    draw();
    if (!name || this.focused() === before) return;
    const same = [...this.root.querySelectorAll("[data-f]")].find((one) => one.dataset.f === name && !one.disabled);
    (same ?? this.parts.stage).focus({ preventScroll: true });
  }

  listen() {
    let wait = 0;
    let wide = 0;
    this.sizes = new ResizeObserver(() => {
      if (!this.state || this.width() === wide) return;
      wide = this.width();
      clearTimeout(wait);
      wait = setTimeout(() => this.paint(), 40);
    });
    this.sizes.observe(this.parts.pic);
    this.root.addEventListener("keydown", (event) => this.key(event));
    if (!this.options.inNotebook) addEventListener("keydown", (event) => event.target === document.body && this.key(event));
    this.onFull = () => !document.fullscreenElement && this.state.room && this.room(false);
    document.addEventListener("fullscreenchange", this.onFull);
  }

  key(event) {
    const isPlain = !(event.ctrlKey || event.altKey || event.metaKey);
    if (this.options.inNotebook && isPlain) event.stopPropagation(); // or a bare x would cut the cell
    if (!isPlain || event.target.matches("input:not([type=range]):not([type=checkbox]), select, textarea")) return;
    if (event.key === "Escape" && this.state.room) this.room(false);
    if (["f", "F", "а", "А"].includes(event.key)) this.room(!this.state.room);
    if (event.key === " " && this.state.view === "trail" && !event.target.closest("button, input")) {
      event.preventDefault();
      this.trail.toggle();
    }
  }

  close() {
    this.asker.stop();
    this.engine.cancel();
    this.trail.stop();
    this.sizes.disconnect();
    document.removeEventListener("fullscreenchange", this.onFull);
    this.root.remove();
  }
}

// Bars and differences that grow from nothing; the first side is there already.
function nothingOf(result) {
  const empty = between(result, result, 1);
  empty.sides.slice(1).forEach((side) => {
    side.reached = side.reached.map(() => 0);
    for (const bar of Object.keys(side.money)) side.money[bar] = 0;
  });
  return empty;
}

function skeleton(board) {
  const part = (tag, name, attributes = {}) => {
    board.parts[name] = el(tag, { class: attributes.class ?? name, ...attributes });
    return board.parts[name];
  };
  board.parts = {};
  const id = board.id;
  const stage = part("section", "stage", { id: `${id}-stage`, tabindex: -1 });
  const skip = part("a", "skip", { class: "vh skip", href: `#${id}-stage`, onclick: (event) => {
    event.preventDefault();
    stage.focus();
  } });
  const left = el("div", { class: "left" }, part("section", "sides", { class: "sidesbox" }),
    part("section", "dials", { class: "dialbox" }));
  stage.append(part("p", "lost", { class: "lostwords", role: "alert" }), part("p", "trouble", { role: "alert" }),
    part("div", "nums"), part("p", "say"),
    el("div", { class: "tabrow" }, part("div", "tabs", { role: "tablist" }), part("div", "export")),
    part("div", "pic", { id: `${id}-pic`, role: "tabpanel", tabindex: 0 }), part("div", "strip"));
  return el("div", { class: board.options.inNotebook ? "board notebook" : "board" },
    el("div", { class: "inner" }, skip, part("header", "top"),
      part("section", "ask", { "aria-labelledby": `${id}-q` }), el("main", { class: "grid" }, left, stage),
      part("footer", "foot"), part("p", "live", { class: "vh", role: "status", "aria-live": "polite" }),
      part("p", "toast", { role: "status" })));
}
