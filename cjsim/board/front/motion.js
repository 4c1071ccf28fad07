// Bars and numbers go to their new length; where motion is not wanted they jump.
import { between, nothingOf } from "./results.js";

const MOVE = 240; // ms

export function move(board, result, { grow = false } = {}) {
  cancelAnimationFrame(board.frame);
  const from = grow ? nothingOf(result) : board.shown;
  if (board.calm.matches || !from || from.sides.length !== result.sides.length) {
    board.shown = result;
    return board.paint();
  }
  const begin = performance.now();
  const step = (now) => {
    const share = Math.min(1, Math.max(0, (now - begin) / MOVE));
    board.shown = share < 1 ? between(from, result, 1 - (1 - share) ** 3) : result;
    board.paint();
    if (share < 1) board.frame = requestAnimationFrame(step);
  };
  board.shown = between(from, result, 0);
  board.frame = requestAnimationFrame(step);
  return board.paint();
}
