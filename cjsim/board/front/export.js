// Taking things along: a link, a picture, a scenario file, a sheet to print.
import { addressOf, productNamed } from "./address.js";
import { changesOf } from "./dials.js";
import { drawn, el, handOver } from "./dom.js";
import { questionWords, stampWords } from "./question.js";
import { patched } from "./scenariofile.js";

const MARK = "# board: ";

export async function copyLink(board) {
  const link = board.place.link();
  try {
    await navigator.clipboard.writeText(link);
  } catch { // not allowed here: the old way
    const box = el("textarea", {}, link);
    board.root.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  board.toast(board.speaker.say("copied"));
}

// The picture as SVG that stands alone: colours written out, the question and the stamp in it.
export function pictureText(board) {
  const shown = board.parts.pic.querySelector("svg[role=img]");
  if (!shown) return null;
  const [, , width, height] = shown.getAttribute("viewBox").split(" ").map(Number);
  const rem = board.rem();
  const copy = shown.cloneNode(true);
  const style = getComputedStyle(board.root);
  const head = [questionWords(board), board.plainSentence()].flatMap((words, i) =>
    wrapped(words, width, (i ? 0.9 : 1.2) * rem).map((content) => ({ content, big: !i })));
  const foot = wrapped(footWords(board), width, 0.75 * rem).map((content) => ({ content, foot: true }));
  const line = (words) => (words.big ? 1.7 : words.foot ? 1.1 : 1.35) * rem;
  const above = head.reduce((sum, words) => sum + line(words), 0.8 * rem);
  const below = foot.reduce((sum, words) => sum + line(words), 0.8 * rem);
  const total = height + above + below;
  const group = drawn("g", { transform: `translate(0 ${above})` }, [...copy.childNodes]);
  let y = 0;
  const text = (words) => {
    y += line(words);
    const size = (words.big ? 1.2 : words.foot ? 0.75 : 0.9) * rem;
    return drawn("text", { x: 0, y, style: `fill:var(--ink${words.foot ? "2" : ""});font-size:${size}px;font-weight:${words.big ? 650 : 400}` }, words.content);
  };
  const heads = head.map(text);
  y = above + height + 0.2 * rem;
  const feet = foot.map(text);
  const sheet = drawn("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `-16 0 ${width + 32} ${total}`,
    width: width + 32, height: total, "font-family": style.fontFamily },
  drawn("rect", { x: -16, y: 0, width: width + 32, height: total, fill: "var(--paper)" }), heads, group, feet);
  group.querySelectorAll(".ghost").forEach((bar) => bar.setAttribute("style", "fill:none;stroke:var(--ink);stroke-dasharray:3 2"));
  return new XMLSerializer().serializeToString(sheet)
    .replace(/var\((--[\w-]+)\)/g, (_, name) => style.getPropertyValue(name).trim());
}

const footWords = (board) => {
  const changes = changesOf(board);
  const stamp = `${board.speaker.of(board.product.title)} · ${stampWords(board)}`;
  return changes.length ? `${stamp} · ${board.speaker.say("changed")}: ${changes.join("; ")}` : stamp;
};

function wrapped(words, width, size) {
  const most = Math.max(20, Math.floor(width / (size * 0.52)));
  const lines = [""];
  for (const word of words.split(" ")) {
    if (lines.at(-1) && lines.at(-1).length + word.length >= most) lines.push("");
    lines[lines.length - 1] += (lines.at(-1) ? " " : "") + word;
  }
  return lines;
}

const fileName = (board, ending) => `${board.product.name}-${board.state.view}.${ending}`;

export function saveSvg(board) {
  const text = pictureText(board);
  if (text) handOver(new Blob([text], { type: "image/svg+xml" }), fileName(board, "svg"));
  else savePng(board);
}

export async function savePng(board) {
  const blob = await pictureBlob(board);
  if (blob) handOver(blob, fileName(board, "png"));
}

export async function pictureBlob(board) {
  const text = pictureText(board);
  const walked = board.parts.pic.querySelector("canvas");
  const canvas = el("canvas");
  if (walked) {
    Object.assign(canvas, { width: walked.width, height: walked.height });
    const context = canvas.getContext("2d");
    context.fillStyle = getComputedStyle(board.root).getPropertyValue("--paper").trim();
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(walked, 0, 0);
  } else {
    if (!text) return null;
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    Object.assign(canvas, { width: 2 * image.width, height: 2 * image.height });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  }
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

// The scenario as the first side that pushes has it, with all that the board shows in its head.
export function fileText(board) {
  const { state, product } = board;
  const changes = { ...state.dials };
  for (const side of [...state.sides].reverse()) {
    for (const [id, value] of Object.entries(side.dials)) changes[`strategies.${side.strategy}.${id}`] = value;
  }
  changes.strategy = state.sides[1].strategy;
  const address = addressOf(state, product);
  return `${MARK}${address}\n${patched(product.toml, changes)}`;
}

export function saveFile(board) {
  const name = `${board.product.name}.toml`;
  handOver(new Blob([fileText(board)], { type: "text/plain" }), name);
  board.toast(board.speaker.say("saved_as", { name }));
}

export function loadFile(board) {
  const input = el("input", { type: "file", accept: ".toml", onchange: async () => {
    const [file] = input.files;
    if (file) await openText(board, file.name, await file.text());
  } });
  input.click();
}

// A file that the board has saved opens with all it showed; another one only where Python reads it.
export async function openText(board, name, text) {
  const address = text.match(/^# board: (#\S+)/m)?.[1] ?? "";
  if (board.options.read) return board.openScenario(text, name, address);
  if (!address) return board.toast(board.speaker.say("not_ours", { name }));
  const product = productNamed(address);
  if (product !== board.product.name && !board.products.some((one) => one.name === product)) {
    return board.toast(board.speaker.say("other_product", { name, product }));
  }
  return board.goTo(address);
}

// A sheet of its own: question, picture, answer, doubt, assumptions.
export function print(board) {
  const frame = el("iframe", { style: "position:fixed;width:0;height:0;border:0", title: board.speaker.say("print") });
  document.body.append(frame);
  const page = frame.contentDocument;
  page.documentElement.lang = board.state.lang;
  const style = page.createElement("style");
  style.textContent = "body{font:11pt/1.45 Georgia,serif;margin:1.5cm;color:#111}h1{font-size:19pt;margin:0 0 .3em}"
    + "svg,img{width:100%;height:auto}h2{font-size:11pt;margin:1em 0 .2em}p,ul{margin:.3em 0}@page{margin:0}";
  page.head.append(style);
  sheetNodes(board).forEach((node) => page.body.append(page.importNode(node, true)));
  const walked = board.parts.pic.querySelector("canvas");
  if (walked) page.querySelector(".picture").append(Object.assign(page.createElement("img"), { src: walked.toDataURL() }));
  setTimeout(() => {
    frame.contentWindow.print();
    setTimeout(() => frame.remove(), 1000);
  }, 100);
}

export function sheetNodes(board) {
  const { speaker } = board;
  const text = pictureText(board);
  const picture = el("div", { class: "picture" });
  if (text) picture.append(document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true));
  const changes = changesOf(board);
  return [
    el("h1", {}, questionWords(board)),
    el("p", {}, el("b", {}, board.plainSentence())),
    picture,
    el("p", {}, speaker.say("doubt")),
    el("h2", {}, speaker.say("assumptions")),
    el("p", {}, `${speaker.of(board.product.title)} · ${stampWords(board)}`),
    el("p", {}, `${speaker.say("changed")}: ${changes.join("; ") || speaker.say("unchanged")}`),
    el("p", {}, speaker.say("small_market")),
    el("p", {}, addressOf(board.state, board.product)),
  ];
}
