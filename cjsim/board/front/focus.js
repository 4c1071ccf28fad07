// The focus stays where it was when parts of the board are drawn anew.

export const focusedIn = (board) => board.root.getRootNode().activeElement;

// Whatever had the focus has it again after its part was drawn: it is known by its data-f.
export function keepingFocus(board, draw) {
  const before = focusedIn(board);
  const name = board.root.contains(before) ? before.dataset.f : null;
  draw();
  if (!name || focusedIn(board) === before) return;
  const all = [...board.root.querySelectorAll("[data-f]")];
  const same = all.find((one) => one.dataset.f === name && !one.disabled);
  (same ?? board.parts.stage).focus({ preventScroll: true });
}
