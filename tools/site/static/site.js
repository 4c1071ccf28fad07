// The lectures of the site: predictions that hide their answers, panels that run in the page.
"use strict";

const decoded = (text) =>
  JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))));

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
};

const isRussian = document.documentElement.lang.startsWith("ru");
const WORDS = isRussian
  ? { guess: "Мой прогноз", skip: "Дальше без прогноза", live: "Живая панель: двигайте ползунки" }
  : { guess: "That is my guess", skip: "Go on without a guess", live: "A live panel: move the dials" };
const shown = (value) => String(value).replace(".", isRussian ? "," : ".");

function remembered(way, ...words) {
  try {
    return sessionStorage[way](...words);
  } catch {
    return null; // a browser that keeps nothing
  }
}

// --- predictions: what stands behind one is veiled until it is made

class Lecture {
  constructor(article) {
    this.blocks = [...article.querySelectorAll("section > *:not(section)")];
    this.guesses = [...article.querySelectorAll("[data-guess]")].map((at) => this.question(at));
    this.keptAs = `cjsim-guesses-${location.pathname}`;
    const kept = JSON.parse(remembered("getItem", this.keptAs) ?? "{}");
    for (const guess of this.guesses) if (guess.number in kept) this.close(guess, kept[guess.number]);
    this.answers = [...article.querySelectorAll("[data-answer]")]
      .map((at) => ({ at, ...decoded(at.dataset.answer) }));
    for (const answer of this.answers) answer.at.dataset.truth = this.judged({ value: null }, answer); // for paper
    this.score = article.querySelector("[data-score]");
    this.tell();
    addEventListener("hashchange", () => this.reveal(location.hash));
    this.reveal(location.hash);
  }

  question(at) {
    const guess = { at, value: null, isOver: false, ...decoded(at.dataset.guess) };
    const control = guess.options ? this.choice(guess) : this.slider(guess);
    const skip = make("button", { type: "button", class: "skipguess", onclick: () => this.over(guess, null) }, WORDS.skip);
    guess.put = control.put;
    guess.form = make("form", { class: "prediction", tabindex: -1, onsubmit: (event) => {
      event.preventDefault();
      const value = control.value();
      if (value !== null) this.over(guess, value);
    } }, ...control.parts, make("button", { type: "submit" }, WORDS.guess), skip);
    at.replaceWith(guess.form);
    return guess;
  }

  choice(guess) {
    const name = `guess-${guess.number}`;
    const labels = Object.entries(guess.options).map(([value, words]) =>
      make("label", {}, make("input", { type: "radio", name, value, required: "" }), ` ${words}`));
    return {
      parts: labels,
      value: () => guess.form.querySelector("input:checked")?.value ?? null,
      put: (value) => guess.form.querySelectorAll("input").forEach((one) => { one.checked = one.value === value; }),
    };
  }

  slider(guess) {
    const middle = (guess.low + guess.high) / 2;
    const range = make("input", { type: "range", min: guess.low, max: guess.high, step: guess.step,
      value: middle, "aria-label": guess.question });
    const output = make("output", {}, "…");
    let isTouched = false;
    const tell = () => { output.textContent = shown(range.value); };
    range.addEventListener("input", () => {
      isTouched = true;
      tell();
    });
    const put = (value) => {
      range.value = value;
      tell();
    };
    const parts = [make("p", {}, guess.question), make("span", {}, shown(guess.low)), range,
      make("span", {}, shown(guess.high)), output];
    return { parts, value: () => (isTouched ? Number(range.value) : null), put };
  }

  // Guessed, or gone on without one: remembered until the tab is closed, and read on from here.
  over(guess, value) {
    this.close(guess, value);
    const kept = this.guesses.filter(({ isOver }) => isOver).map((one) => [one.number, one.value]);
    remembered("setItem", this.keptAs, JSON.stringify(Object.fromEntries(kept)));
    this.tell();
    guess.form.focus({ preventScroll: true }); // its buttons are off: nothing else holds the place
  }

  close(guess, value) {
    Object.assign(guess, { value, isOver: true });
    if (value !== null) guess.put(value);
    for (const part of guess.form.elements) part.disabled = true;
  }

  tell() {
    for (const answer of this.answers) {
      const guess = this.guesses.find(({ number }) => number === answer.number);
      if (!guess?.isOver) continue;
      answer.at.textContent = this.judged(guess, answer);
      delete answer.at.dataset.truth;
    }
    this.veil(this.guesses.find(({ isOver }) => !isOver) ?? null);
    if (this.score) this.count(decoded(this.score.dataset.score));
  }

  judged(guess, answer) {
    if (guess.value === null) return answer.missed.replace(/^.*\{said\}[.»”"]*\s*/, "").replace("{truth}", answer.shown);
    guess.isRight = guess.options ? guess.value === answer.truth
      : Math.abs(guess.value - answer.truth) <= answer.within + 1e-12;
    const said = guess.options ? guess.options[guess.value] : shown(guess.value);
    return answer[guess.isRight ? "guessed" : "missed"].replace("{said}", said).replace("{truth}", answer.shown);
  }

  count({ numbers, line }) {
    const made = this.guesses.filter((guess) => numbers.includes(guess.number) && guess.isRight !== undefined);
    if (!made.length) return;
    const right = made.filter(({ isRight }) => isRight).length;
    this.score.textContent = line.replace("{right}", right).replace("{made}", made.length)
      .replace("{questions}", numbers.length);
  }

  veil(open) {
    const behind = (block) => open !== null && !block.contains(open.form)
      && Boolean(open.form.compareDocumentPosition(block) & Node.DOCUMENT_POSITION_FOLLOWING);
    for (const block of this.blocks) block.classList.toggle("veiled", behind(block));
  }

  // Who follows a link into what is veiled has decided to go on.
  reveal(hash) {
    const target = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
    if (!target) return;
    const passed = this.guesses.filter((guess) => !guess.isOver
      && guess.form.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_FOLLOWING);
    for (const guess of passed) this.close(guess, null);
    if (!passed.length) return;
    this.tell();
    target.scrollIntoView();
  }
}

// --- panels: the board in a frame; without a server the stored picture stays

function comeAlive(panel) {
  const frame = make("iframe", { src: `${boardAddress()}${panel.dataset.board}`, title: WORDS.live,
    class: "livepanel" });
  const stored = make("div", { class: "stored" }, ...panel.childNodes);
  let width = 0;
  let height = 0;
  const heard = (event) => {
    if (event.source !== frame.contentWindow || !event.data?.cjsimHeight) return;
    if (frame.clientWidth !== width) height = 0;
    width = frame.clientWidth;
    height = Math.max(height, event.data.cjsimHeight + 8); // a shorter sentence pulls nothing up
    frame.style.height = `${height}px`;
    panel.classList.add("alive"); // the picture is there for who prints
  };
  addEventListener("message", heard);
  panel.replaceChildren(frame, stored);
}

// --- panels that were drawn beforehand: a slider at a time chooses among the drawings

function chooseDrawing(panel) {
  const ranges = [...panel.querySelectorAll("input[type=range]")];
  const drawings = [...panel.querySelectorAll(".drawn")];
  const tell = (range) => {
    const words = range.dataset.words.split("|")[range.value];
    range.nextElementSibling.textContent = words;
    range.setAttribute("aria-valuetext", words);
  };
  const show = (moved) => {
    for (const range of ranges) {
      if (range !== moved) range.value = range.defaultValue;
      tell(range);
    }
    const isWanted = ({ dataset: { key, place } }) => key === moved.dataset.key && place === moved.value;
    const wanted = drawings.find(isWanted) ?? drawings[0];
    for (const drawing of drawings) drawing.hidden = drawing !== wanted;
  };
  for (const range of ranges) {
    tell(range);
    range.addEventListener("input", () => show(range));
  }
}

const boardAddress = () => `${document.documentElement.dataset.content_root ?? "./"}../board/index.html`;

// Of these two sentences the theme's Russian has none.
if (isRussian) Documentation.addTranslations({
  locale: "ru",
  plural_expr: "n === 1 ? 0 : 1",
  messages: { "Search finished, found one page matching the search query.":
    ["Поиск закончен, страниц: 1.", "Поиск закончен, страниц: ${resultCount}."] },
});

document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search !== "undefined") {
    const plain = Search.htmlToText; // what is found is told in the page's words, not in its links
    Search.htmlToText = (html, anchor) => plain(html.replace(/<nav class="takealong".*?<\/nav>/s, ""), anchor);
  }
  const article = document.querySelector("article");
  if (!article?.querySelector(".cell")) return;
  new Lecture(article);
  article.querySelectorAll(".drawnpanel").forEach(chooseDrawing);
  if (location.protocol === "file:") return;
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      comeAlive(target);
    }
  }, { rootMargin: "600px" });
  for (const panel of article.querySelectorAll("[data-board]")) {
    panel.classList.add("kept"); // its place, so that a button below stays under the hand
    seen.observe(panel);
  }
});
