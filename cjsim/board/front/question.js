// The question of the first screen, the guess before the answer, and what else to try.
import { el, fill } from "./dom.js";
import { interval, isClear } from "./intervals.js";
import { chip, nameOf } from "./look.js";
import { dialOf, isChanged, setValue, settingsOf } from "./state.js";
import { verdict } from "./sentence.js";

export function questionWords(board) {
  const kinds = board.state.sides.slice(0, 2).map((side) => side.strategy);
  if (kinds[0] === "pull" && kinds[1] === "guide") return board.speaker.say("question");
  return board.speaker.say("question_any", { a: nameOf(board, 0), b: nameOf(board, 1) });
}

export function stampWords(board) {
  const { speaker, state, product } = board;
  return speaker.say("stamp", {
    people: speaker.counted("people", state.people), worlds: speaker.counted("worlds", state.worlds),
    luck: speaker.say(state.same ? "same_luck" : "own_luck"),
    years: speaker.counted("years", Math.round(10 * product.years) / 10),
  });
}

export function stamp(board) {
  return [el("b", {}, board.speaker.of(board.product.title)), ` · ${stampWords(board)}`];
}

export function drawQuestion(board) {
  const reaction = reactionWords(board);
  fill(board.parts.ask,
    el("div", {},
      el("h1", { id: `${board.id}-q` }, questionWords(board)),
      el("p", { class: "lead" }, stamp(board), progress(board)),
      reaction ? el("p", { class: "lead reaction" }, el("b", {}, reaction)) : null),
    board.state.guess ? (board.trying && !board.trying.said ? tryGuess(board) : tries(board)) : firstGuess(board),
    el("button", { type: "button", class: "btn quiet exit", "data-f": "exit", onclick: () => board.room(false) },
      `${board.speaker.say("leave_room")} · Esc`));
}

function progress(board) {
  const done = board.settled?.worlds ?? 0;
  if (done >= board.state.worlds || !board.settled) return null;
  const words = board.speaker.say("working", { done, all: board.state.worlds });
  return el("span", { class: "working" }, ` · ${words}`);
}

function firstGuess(board) {
  const say = (key) => board.speaker.say(key);
  const guess = (answer) => () => board.answerGuess(answer);
  return el("div", { class: "guess", role: "group", "aria-labelledby": `${board.id}-g` },
    el("span", { class: "lab", id: `${board.id}-g` }, say("guess")),
    [0, 1].map((i) => el("button", { type: "button", class: "btn", "data-f": `guess-${i}`, onclick: guess("ab"[i]) },
      chip(board, i), nameOf(board, i))),
    el("button", { type: "button", class: "btn", "data-f": "guess-even", onclick: guess("even") }, say("no_difference")),
    el("button", { type: "button", class: "btn quiet", "data-f": "guess-skip", onclick: guess("skip") }, say("show_me")));
}

function tries(board) {
  const open = board.product.tries.filter((one) => sideFor(board, one) >= 0);
  return el("div", { class: "try" }, open.length ? el("span", { class: "lab" }, board.speaker.say("try_this")) : null,
    open.map((one) => el("button", { type: "button", class: "btn", "data-f": `try-${one.id}`, onclick: () => {
      board.trying = { ...one };
      board.draw(["ask"]);
      board.parts.ask.querySelector("[data-answer]").focus();
    } }, board.speaker.say(`try_${one.id}`))));
}

function tryGuess(board) {
  const arrows = { up: "↑", down: "↓", flat: "→" };
  return el("div", { class: "guess", role: "group", "aria-labelledby": `${board.id}-g` },
    el("span", { class: "lab", id: `${board.id}-g` }, board.speaker.say(`try_${board.trying.id}_ask`)),
    Object.keys(arrows).map((answer) => el("button", {
      type: "button", class: "btn", "data-f": `answer-${answer}`, "data-answer": answer,
      onclick: () => doTry(board, answer),
    }, `${arrows[answer]} ${board.speaker.say(answer)}`)));
}

// The first side, from the second on, whose dials can be turned as a try wants it.
function sideFor(board, one) {
  const ids = Object.keys(one.side);
  const { sides } = board.state;
  const order = [...sides.keys()].slice(1).concat(0);
  const fits = (i) => [...ids, ...Object.keys(one.dials)].every((id) => {
    const dial = dialOf(board.product, id);
    return dial && !dial.off[sides[i].strategy];
  });
  return order.find(fits) ?? -1;
}

function doTry(board, answer) {
  const one = board.trying;
  const side = sideFor(board, one);
  const before = board.asker.answersTo(settingsOf(board.state), board.state.worlds);
  Object.assign(one, { said: answer, before, asked: side });
  board.change((state) => {
    for (const [id, value] of Object.entries(one.side)) {
      const dial = dialOf(board.product, id);
      setValue(state, dial, side, Math.max(dial.low, Math.min(dial.high, value)));
    }
    for (const [id, value] of Object.entries(one.dials)) setValue(state, dialOf(board.product, id), -1, value);
  });
}

// What became of the last guess, in words; "" where there was none.
function reactionWords(board) {
  const { speaker, state, settled, trying } = board;
  if (trying?.said) {
    const answer = speaker.say("you_said", { answer: speaker.say(trying.said).toLowerCase() });
    const went = settled && settled.worlds >= state.worlds ? speaker.say(`went_${direction(board)}`) : "";
    return `${answer} ${went}`;
  }
  if (!settled || settled.worlds < 2 || !state.guess || state.guess === "skip") return "";
  const truth = { more: "b", less: "a" }[verdict(settled.gaps[1].profit)] ?? "even";
  if (truth === "b" && isChanged(state)) return speaker.say("won_over", { b: nameOf(board, 1) });
  const answer = state.guess === "even" ? speaker.say("no_difference").toLowerCase()
    : nameOf(board, state.guess === "b" ? 1 : 0);
  const key = state.guess === truth ? "said_right"
    : state.guess !== "even" && truth !== "even" ? "said_wrong" : "said_not";
  return speaker.say(key, { answer });
}

// Which way the measure of a try went: world by world, the same people before and after.
function direction(board) {
  const { asked, measure, before } = board.trying;
  const after = board.asker.answersTo(settingsOf(board.state), board.state.worlds);
  const read = (answer) => {
    const { measures } = answer.sides[asked];
    return measure === "churn" ? measures.churn : measures.profit_per_person;
  };
  const gaps = after.slice(0, before.length).map((answer, world) => {
    const [now, then] = [read(answer), read(before[world])];
    return now === null || then === null ? null : now - then;
  });
  const moved = interval(gaps, board.product.t95, board.product.leans_from);
  return isClear(moved) ? (moved.mean > 0 ? "up" : "down") : "flat";
}
