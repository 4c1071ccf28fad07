// Pins: settings with a name whose results stay in the picture as marks, while their product does.
import { el } from "./dom.js";
import { copied, settingsOf } from "./state.js";
import { resultOf } from "./results.js";
import { changesOf } from "./dials.js";

const MOST_PINS = 4;

// The results of the pins, null where they are not known yet.
export function pinResults(board) {
  return board.state.pins.map((pin) => {
    const settings = { ...settingsOf(board.state), sides: pin.sides, dials: pin.dials };
    const answers = board.asker.answersTo(settings, board.state.worlds);
    return answers.length ? resultOf(answers, board.product, board.state.people) : null;
  });
}

export function pinTools(board) {
  const { speaker, state } = board;
  return el("span", { class: "pins" },
    state.pins.map((pin, i) => el("span", { class: "pin" }, el("i", {}, i + 1), pin.name,
      el("button", { type: "button", "data-f": `unpin-${i}`, "aria-label": speaker.say("pin_drop", { name: pin.name }),
        onclick: () => board.change((s) => s.pins.splice(i, 1), { move: false }) }, "×"))),
    el("span", { class: "pintools" }, board.naming ? nameForm(board)
      : el("button", { type: "button", class: "btn quiet", "data-f": "pin", disabled: !board.settled || board.isHidden(1),
        onclick: () => {
          board.naming = true;
          board.paint();
          board.parts.pic.querySelector(".pinform input").select();
        } }, speaker.say("pin"))));
}

function nameForm(board) {
  const { speaker, state } = board;
  const usual = changesOf(board)[0] ?? speaker.of(board.product.title);
  const input = el("input", { "aria-label": speaker.say("pin_name"), value: usual, maxlength: 40, "data-f": "pin-name",
    onkeydown: (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      board.naming = false;
      board.paint();
    } });
  return el("form", { class: "pinform", onsubmit: (event) => {
    event.preventDefault();
    board.naming = false;
    const pin = { name: input.value.trim() || usual, ...copied({ sides: state.sides, dials: state.dials }) };
    board.change((s) => { s.pins = [...s.pins, pin].slice(-MOST_PINS); }, { move: false });
  } }, input, el("button", { class: "btn solid", "data-f": "pin-keep" }, speaker.say("pin_keep")));
}
