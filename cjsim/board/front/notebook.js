// The board in a notebook: in a shadow of its own, its engine the kernel behind messages.
import { Board } from "./board.js";
import { el } from "./dom.js";
import { OwnPlace } from "./place.js";

export function renderBoard({ model, el: host }, sheet) {
  const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  shadow.replaceChildren(el("style", {}, sheet));
  const kernel = new KernelEngine(model);
  let board = null;
  board = new Board(shadow, {
    product: model.get("product"), products: model.get("products"), lang: model.get("lang"), inNotebook: true,
    theme: hostTheme, engine: () => kernel,
    load: (name) => kernel.wish({ kind: "open", name }),
    read: (text, name) => kernel.wish({ kind: "read", text, name }),
    numbered: (number) => model.get("products").find((one) => one.number === number)?.name,
    place: (changed) => new OwnPlace(model.get("state"), changed, (address) => {
      model.set("state", address);
      model.save_changes();
    }),
  });
  const setFromCode = () => {
    if (model.get("state") !== board.place.now) board.goTo(model.get("state"));
  };
  model.on("change:state", setFromCode);
  const themes = new MutationObserver(() => board.show({ ask: false, stay: true }));
  themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  return () => {
    themes.disconnect();
    model.off("change:state", setFromCode);
    board.close();
    kernel.close();
  };
}

const hostTheme = () => (document.body.dataset.jpThemeLight === "false" ? "dark" : "light");

class KernelEngine {
  constructor(model) {
    this.model = model;
    this.wishes = new Map();
    this.wished = 0;
    this.listen = (answer) => this.hear(answer);
    model.on("msg:custom", this.listen);
  }

  ask(message, onAnswer) {
    this.onAnswer = onAnswer;
    this.asked = message.id;
    this.model.send(message);
  }

  cancel() {
    if (this.onAnswer) this.model.send({ kind: "cancel" });
    this.onAnswer = null;
  }

  // A promise of a product.
  wish(message) {
    const id = `wish ${++this.wished}`;
    return new Promise((resolve, reject) => {
      this.wishes.set(id, { resolve, reject });
      this.model.send({ ...message, id });
    });
  }

  hear(answer) {
    const wish = this.wishes.get(answer.id);
    if (!wish) return this.onAnswer?.(answer);
    this.wishes.delete(answer.id);
    return answer.error === undefined ? wish.resolve(answer.product) : wish.reject(new Error(answer.error));
  }

  close() {
    this.cancel();
    this.model.off("msg:custom", this.listen);
  }
}
