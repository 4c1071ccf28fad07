// The foot: what was changed, the short code, ways to take things along.
import { codeOf } from "./code.js";
import { el, fill } from "./dom.js";
import { changesOf } from "./dials.js";
import { copyLink, loadFile, print, saveFile, savePng, saveSvg } from "./export.js";

const WAYS = [
  ["copy_link", copyLink], ["png", savePng], ["svg", saveSvg], ["save_file", saveFile], ["load_file", loadFile],
  ["print", print],
];

export function exportButtons(board, kind) {
  return WAYS.map(([key, act]) => el("button", {
    type: "button", class: kind, "data-f": `${kind}-${key}`, "data-ex": key, onclick: () => act(board),
  }, board.speaker.has(key) ? board.speaker.say(key) : key.toUpperCase()));
}

export function drawFoot(board) {
  const { speaker } = board;
  const changes = changesOf(board);
  fill(board.parts.foot,
    el("span", { class: "changes" }, changes.length ? `${speaker.say("changed")}: ${changes.join("; ")}` : ""),
    el("span", { class: "sp" }),
    el("label", { class: "code" }, el("span", {}, speaker.say("code")), codeBox(board)),
    el("span", { class: "fx" }, exportButtons(board, "btn")));
  fill(board.parts.export, exportButtons(board, "btn quiet"));
}

function codeBox(board) {
  const code = codeOf(board.state, board.product);
  return el("input", {
    class: "codebox", value: code, size: 14, spellcheck: "false", autocomplete: "off", "data-f": "code",
    placeholder: code ? "" : board.speaker.say("no_code"), title: board.speaker.say("code_hint"),
    "aria-label": `${board.speaker.say("code")}: ${board.speaker.say("code_hint")}`,
    onfocus: (event) => event.target.select(),
    onchange: (event) => board.readCode(event.target.value),
    onkeydown: (event) => { if (event.key === "Enter") event.target.blur(); },
  });
}
