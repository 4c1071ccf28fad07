// Every key of the scenario, table by table, where the engine knows them all.
import { el, fill } from "./dom.js";
import { readNumber } from "./numbers.js";

export function drawKeys(board) {
  const { speaker, product } = board;
  const list = el("div", { class: "keylist" });
  const select = el("select", { "data-f": "table", "aria-label": speaker.say("other_keys"),
    onchange: (event) => openTable(board, event.target.value, list) },
  el("option", { value: "" }, speaker.say("no_table")),
  product.tables.map((name) => el("option", { value: name, selected: name === board.table }, name)));
  if (board.table) openTable(board, board.table, list);
  return el("div", { class: "dial otherkeys" }, el("p", { class: "name" }, speaker.say("other_keys")), select, list);
}

function openTable(board, name, list) {
  board.table = name;
  if (!name) return fill(list);
  board.asker.keys(board.state, name, (keys) => fill(list, keys.map((one) => keyRow(board, one))));
}

function keyRow(board, one) {
  const about = [one.title, one.note].filter(Boolean).join("; ");
  const message = el("p", { class: "msg", role: "alert" });
  const control = controlOf(board, one, message);
  return el("label", { class: "keyrow" }, el("span", {}, el("b", {}, one.name), el("small", {}, about)), control, message);
}

function controlOf(board, one, message) {
  const focus = { "data-f": `key-${one.key}` };
  const set = (value) => board.turn((state) => { state.dials[one.key] = value; });
  if (one.kind === "yes") {
    return el("input", { type: "checkbox", checked: one.value, ...focus, onchange: (e) => set(e.target.checked) });
  }
  if (one.kind === "choice") {
    return el("select", { ...focus, onchange: (e) => set(e.target.value) },
      one.names.map((name) => el("option", { selected: name === one.value }, name)));
  }
  const shown = () => {
    const value = board.state.dials[one.key] ?? one.value;
    return value === "inf" ? "∞" : String(value).replace(".", board.speaker.lang === "ru" ? "," : ".");
  };
  return el("input", { class: "num", value: shown(), inputmode: "decimal", ...focus, onchange: (event) => {
    const typed = event.target.value.trim();
    const value = typed === "∞" || typed === "inf" ? "inf" : readNumber(typed);
    message.textContent = Number.isNaN(value) ? board.speaker.say("failed", { why: `“${typed}”` }) : "";
    if (!Number.isNaN(value)) set(value);
    event.target.value = shown();
  } });
}
