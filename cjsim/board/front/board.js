// The board: one state, one result, the parts of the page that show them.
import { addressOf, productNamed, stateOf } from "./address.js";
import { Asker } from "./asking.js";
import { Axes } from "./axes.js";
import { drawCards } from "./cards.js";
import { drawDials } from "./dials.js";
import { el, fill } from "./dom.js";
import { focusedIn, keepingFocus } from "./focus.js";
import { drawFoot } from "./foot.js";
import { drawFunnel } from "./funnel.js";
import { lendColours, who } from "./look.js";
import { listen } from "./hands.js";
import { drawMoney } from "./money.js";
import { move } from "./motion.js";
import { drawQuestion, questionWords } from "./question.js";
import { heading } from "./picture.js";
import { resultOf } from "./results.js";
import { sentenceOf } from "./sentence.js";
import { drawSides } from "./sides.js";
import { skeleton } from "./skeleton.js";
import { Speaker } from "./speaker.js";
import { drawStay } from "./stay.js";
import { copied, settingsOf } from "./state.js";
import { drawTabs } from "./tabs.js";
import { drawTop } from "./topbar.js";
import { Trail, sampleFor } from "./trail.js";
import { drawLives } from "./twolives.js";
import { drawStrip, drawWho } from "./uplift.js";

const PICTURES = { funnel: drawFunnel, money: drawMoney, who: drawWho, stay: drawStay, lives: drawLives };
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
    this.unlisten = listen(this);
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
    if (this.settled) move(this, this.settled, { grow: true });
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
    if (news.worlds) {
      this.former = null; // what was asked for can be
      this.take();
    }
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
    move(this, result, { grow: isFirst });
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
    this.complain(why);
  }

  complain(why) {
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
    root.classList.toggle("bare", state.bare);
    root.classList.toggle("limited", Boolean(state.limits));
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
    for (const name of names) keepingFocus(this, () => PARTS[name](this));
  }

  // The numbers, the sentence and the picture, as they are at this moment of a move.
  paint() {
    const { state, parts } = this;
    if (this.naming && focusedIn(this)?.closest(".pinform")) return;
    drawCards(this);
    fill(parts.say, this.sentence());
    drawStrip(this);
    keepingFocus(this, () => {
      if (this.isHidden(1) && !["funnel", "money"].includes(state.view)) fill(parts.pic, heading(this.speaker.say("guess")));
      else if (state.view === "trail") {
        const known = this.trail.canvas?.isConnected && this.trail.answer === this.lives()
          && this.trail.lang === `${state.lang} ${this.theme} ${this.width()} ${state.room}`;
        if (!known) fill(parts.pic, this.trail.nodes());
        this.trail.begin();
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
    // A frame or a notebook is as high as what is in it, not the other way round.
    const isFramed = this.options.inNotebook || this.state.bare;
    if (isFramed && !document.fullscreenElement) return 25 * rem - reserve * rem;
    const top = this.parts.pic.getBoundingClientRect().top - this.root.getBoundingClientRect().top;
    return full - top - reserve * rem;
  }

  close() {
    this.asker.stop();
    this.engine.cancel();
    this.trail.stop();
    this.unlisten();
    this.root.remove();
  }
}
