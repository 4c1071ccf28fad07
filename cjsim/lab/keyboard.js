// Keys typed into a box stay there: JupyterLab would take a bare x for "cut this cell".
// Those with Ctrl, Alt or Cmd go on, so that a notebook can still be saved; Shift and Enter, too: who
// has made a choice goes on to the next cell.

function render({ el }) {
  let box = null, wait = 0;
  const hold = (event) => {
    const isForAll = event.ctrlKey || event.altKey || event.metaKey || (event.shiftKey && event.key === "Enter");
    if (!isForAll) event.stopPropagation();
  };
  const find = () => { // the view is made before it is put into its box
    box = el.closest(".cjsim-box");
    if (box) box.addEventListener("keydown", hold);
    else wait = requestAnimationFrame(find);
  };
  find();
  return () => {
    cancelAnimationFrame(wait);
    if (box) box.removeEventListener("keydown", hold);
  };
}

export default { render };
