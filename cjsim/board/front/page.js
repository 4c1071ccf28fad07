// A page without Python: its product in it, or fetched when it is wanted; an engine in threads.
import { productNamed } from "./address.js";
import { Board } from "./board.js";
import { decoded } from "./bytes.js";
import { el } from "./dom.js";
import { PageEngine } from "./engine.js";
import { AddressPlace } from "./place.js";

const written = (id) => document.getElementById(id).textContent;

async function fetched(name) {
  const answer = await fetch(`${name}.json`);
  if (!answer.ok) throw new Error(`${name}.json: ${answer.status}`);
  return answer.json();
}

// `shell`: {lang, products: [{name, number, title}], parts}; parts is {product, plan} of the only
// one, or null where each lies in a file of its own beside the page.
export async function openPage() {
  const shell = JSON.parse(written("shell"));
  const wasm = decoded(written("wasm"));
  const plans = new Map();
  let board = null;
  const load = async (name) => {
    try {
      const { product, plan } = shell.parts ?? await fetched(name);
      plans.set(product, plan);
      return product;
    } catch (error) {
      if (!board) throw error;
      board.draw(["top"]); // everything stays as it is
      board.failed(error.message);
      return new Promise(() => {});
    }
  };
  const asked = productNamed(location.hash);
  const names = shell.products.map(({ name }) => name);
  const isThere = names.includes(asked) || /^panel-[0-9a-f]+$/.test(asked);
  const first = await load(isThere ? asked : names[0]).catch(() => null);
  if (!first) return sayWhy(shell);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let engine = null;
  board = new Board(document.body, {
    product: first,
    products: shell.products, load, lang: shell.lang,
    numbered: (number) => shell.products.find((one) => one.number === number)?.name,
    engine: (product) => {
      engine?.close(); // threads of another product's
      engine = new PageEngine(wasm, plans.get(product), written("thread"));
      return engine;
    },
    place: (changed) => new AddressPlace(changed),
    theme: () => (dark.matches ? "dark" : "light"),
  });
  document.cjsimBoard = board;
  if (parent !== window) tellHeight(board);
}

// Without any product there are no other words than those of the shell.
function sayWhy({ unserved, lang }) {
  const wanted = location.hash.match(/;lang=(\w+)/)?.[1];
  document.body.append(el("p", { class: "unserved", role: "alert" }, unserved[wanted] ?? unserved[lang]));
}

// In a frame of a page of ours: how high the frame has to be.
function tellHeight(board) {
  const tell = () => parent.postMessage({ cjsimHeight: board.root.scrollHeight }, "*");
  new ResizeObserver(tell).observe(board.root);
  tell();
}
