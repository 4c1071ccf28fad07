// Keys, full screen, and the width of the page.

const ROOM_KEYS = ["f", "F", "а", "А"]; // the same key on a Russian keyboard
const TYPED_IN = "input:not([type=range]):not([type=checkbox]), select, textarea";

// Returns what ends the listening.
export function listen(board) {
  const { root, options, parts } = board;
  let wait = 0;
  let wide = 0;
  const sizes = new ResizeObserver(() => {
    if (!board.state || board.width() === wide) return;
    wide = board.width();
    clearTimeout(wait);
    wait = setTimeout(() => board.paint(), 40);
  });
  sizes.observe(parts.pic);
  const own = (event) => key(board, event);
  const outside = (event) => event.target === document.body && key(board, event);
  const full = () => !document.fullscreenElement && board.state.room && board.room(false);
  root.addEventListener("keydown", own);
  if (!options.inNotebook) addEventListener("keydown", outside);
  document.addEventListener("fullscreenchange", full);
  return () => {
    sizes.disconnect();
    removeEventListener("keydown", outside);
    document.removeEventListener("fullscreenchange", full);
  };
}

function key(board, event) {
  const { state, trail, options } = board;
  const isPlain = !(event.ctrlKey || event.altKey || event.metaKey);
  if (options.inNotebook && isPlain) event.stopPropagation(); // or a bare x would cut the cell
  if (!isPlain || event.target.matches(TYPED_IN)) return;
  if (event.key === "Escape" && state.room) board.room(false);
  if (ROOM_KEYS.includes(event.key)) board.room(!state.room);
  if (event.key === " " && state.view === "trail" && !event.target.closest("button, input")) {
    event.preventDefault();
    trail.toggle();
  }
}
