// What stands over everything: which product, how many people, which luck; undo, language, room.
import { el, fill } from "./dom.js";
import { firstState } from "./state.js";
import { openProduct } from "./opening.js";

export function drawTop(board) {
  const { speaker, state, product } = board;
  const say = (key) => speaker.say(key);
  fill(board.parts.top,
    el("span", { class: "brand" }, say("brand")),
    el("label", { class: "prod" }, el("span", {}, say("product")),
      choice("product", productChoices(board), state.product, (name) => openProduct(board, name))),
    el("label", { class: "ppl" }, el("span", {}, say("people")),
      choice("people", peopleChoices(board), state.people,
        (n) => board.change((s) => { s.people = Number(n); }, { move: false }))),
    el("label", { class: "opt" }, el("span", {}, say("worlds")),
      choice("worlds", product.worlds.map((n) => [n, n]), state.worlds,
        (n) => board.change((s) => { s.worlds = Number(n); }, { move: false }))),
    el("label", { class: "opt" },
      el("input", { type: "checkbox", "data-f": "same", checked: state.same,
        onchange: (event) => board.change((s) => { s.same = event.target.checked; }, { move: false }) }),
      say("same")),
    el("span", { class: "sp" }),
    button(board, "undo", () => board.undo(), { class: "btn quiet", disabled: !board.place.canGoBack() }),
    button(board, "reset", () => reset(board), { class: "btn quiet" }),
    languages(board),
    button(board, "dark", () => board.change((s) => { s.theme = board.theme === "dark" ? "light" : "dark"; },
      { ask: false }), { class: "btn opt", "aria-pressed": String(board.theme === "dark") }),
    button(board, "room", () => board.room(true), { class: "btn opt" }));
}

function choice(name, options, value, then) {
  return el("select", { "data-f": name, onchange: (event) => then(event.target.value) },
    options.map(([key, words]) => el("option", { value: key, selected: key === value }, words)));
}

function productChoices(board) {
  const known = board.products.map(({ name, title }) => [name, board.speaker.of(title)]);
  const own = [board.product.name, board.speaker.of(board.product.title)];
  return known.some(([name]) => name === own[0]) ? known : [own, ...known];
}

function peopleChoices(board) {
  const sizes = new Set([...board.product.people.choices, board.state.people]);
  return [...sizes].sort((a, b) => a - b).map((n) => [n, board.speaker.number(n)]);
}

const button = (board, key, then, attributes) =>
  el("button", { type: "button", "data-f": key, onclick: then, ...attributes }, board.speaker.say(key));

function languages(board) {
  const name = { en: "English", ru: "Русский" };
  return el("span", { class: "seg", role: "group", "aria-label": board.speaker.say("language") },
    Object.keys(board.product.words).map((lang) => el("button", {
      type: "button", class: "btn", "data-f": `lang-${lang}`, lang, "aria-label": name[lang] ?? lang,
      "aria-pressed": String(lang === board.state.lang),
      onclick: () => board.change((s) => { s.lang = lang; }, { ask: false }),
    }, lang.toUpperCase())));
}

// Sides, dials and luck as they were; the reader's own things stay.
function reset(board) {
  board.change((state) => {
    const { lang, theme, room, view, guess, people, worlds, limits } = state;
    Object.assign(state, firstState(board.product, lang), { theme, room, view, guess, people, worlds, limits });
  });
}
