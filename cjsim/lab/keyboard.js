// Keys typed into a box stay there: JupyterLab would take a bare x for "cut this cell".
// Those with Ctrl, Alt or Cmd go on, so that a notebook can still be saved.

function render({ el }) {
  let box = null, wait = 0;
  const hold = (event) => {
    if (!(event.ctrlKey || event.altKey || event.metaKey)) event.stopPropagation();
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
