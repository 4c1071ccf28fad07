// Another product by its name, by a file or by a code.
import { readCode } from "./code.js";
import { stateOf } from "./address.js";

export async function openProduct(board, name) {
  const product = await board.options.load(name);
  const { lang, theme, room, view, guess } = board.state;
  const hadPins = board.state.pins.length > 0;
  board.use(product);
  board.state = Object.assign(stateOf("", product, lang), { theme, room, view, guess });
  board.show();
  if (hadPins) board.toast(board.speaker.say("pins_gone"));
}

// A scenario file, read by Python; the address in it says what it showed.
export async function openScenario(board, text, name, address) {
  try {
    board.use(await board.options.read(text, name));
  } catch (error) {
    return board.complain(error.message);
  }
  board.state = stateOf(address || "", board.product, board.state.lang);
  return board.show();
}

export function openCode(board, typed) {
  const at = (number) => (number === board.product.number ? board.product : null);
  const found = readCode(typed, at);
  const other = found && !found.state ? board.options.numbered?.(found.number) : null;
  if (!found || (!found.state && !other)) {
    board.toast(board.speaker.say("bad_code", { text: typed }));
    return board.draw(["foot"]);
  }
  if (other) return openProduct(board, other).then(() => openCode(board, typed));
  const { lang, theme, room, view, guess, limits } = board.state;
  board.state = Object.assign(found.state, { lang, theme, room, view, guess, limits });
  return board.show();
}
