// The parts of the page that the board fills.
import { el } from "./dom.js";

// Makes board.parts; returns the root of all.
export function skeleton(board) {
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
