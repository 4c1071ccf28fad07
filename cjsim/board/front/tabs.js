// The views of one run, as tabs.
import { el, fill } from "./dom.js";
import { VIEWS } from "./state.js";

export function drawTabs(board) {
  const { speaker, state } = board;
  const { tabs, pic } = board.parts;
  const id = (view) => `${board.id}-tab-${view}`;
  tabs.setAttribute("aria-label", speaker.say("tabs"));
  fill(tabs, VIEWS.map((view) => el("button", {
    type: "button", role: "tab", id: id(view), "data-f": `tab-${view}`, "aria-controls": `${board.id}-pic`,
    "aria-selected": String(view === state.view), tabindex: view === state.view ? 0 : -1,
    onclick: () => show(board, view), onkeydown: (event) => move(board, event),
  }, speaker.say(`tab_${view}`))));
  pic.setAttribute("aria-labelledby", id(state.view));
  const chosen = tabs.querySelector("[aria-selected=true]");
  tabs.scrollLeft = Math.max(0, chosen.offsetLeft - tabs.clientWidth / 2);
}

const show = (board, view) => board.change((state) => { state.view = view; }, { move: false, ask: "lives" });

function move(board, event) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const view = VIEWS[(VIEWS.indexOf(board.state.view) + by + VIEWS.length) % VIEWS.length];
  show(board, view);
  board.parts.tabs.querySelector("[aria-selected=true]").focus();
}
