"""What is looked at in the page: JavaScript that gives a number or a list."""

DRAG = """(range, value) => {
  range.value = value;
  for (const what of ['input', 'change']) range.dispatchEvent(new Event(what, {bubbles: true}));
}"""
HOLD = "(range, value) => { range.value = value; range.dispatchEvent(new Event('input')); }"
DIAMONDS = """[...document.querySelectorAll('.pic > svg path')]
  .filter((path) => path.style.fill.includes('lost')).length"""
PIN_MARKS = """[...document.querySelectorAll('.pic > svg path')]
  .filter((path) => path.style.strokeWidth === '2.5').length"""
CUT = """[...document.querySelectorAll('.pic text')].filter((text) => {
  const box = text.getBBox();
  return box.x < -1 || box.x + box.width > board.width() + 1;
}).length"""
LETTER_SIZES = """[...document.querySelectorAll('.pic text')]
  .map((text) => parseFloat(getComputedStyle(text).fontSize))"""
UNNAMED = """[...document.querySelectorAll('input, select, button')].filter((one) =>
  !one.getAttribute('aria-label') && !one.closest('label') && !one.textContent.trim()).length"""
WATCH_PRINTING = """() => {
  window.printed = [];
  const watch = (frame) => {
    frame.contentWindow.print = () => printed.push(frame.contentDocument.body.innerText);
  };
  new MutationObserver((all) => all.forEach(({addedNodes}) => addedNodes.forEach((node) => {
    if (node.tagName === 'IFRAME') watch(node);
  }))).observe(document.body, {childList: true});
}"""
PALE_WORDS = """() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const linear = (v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) =>
    .2126 * linear(r / 255) + .7152 * linear(g / 255) + .0722 * linear(b / 255);
  const ground = (one) => {
    for (let node = one; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.length < 4 || colour[3] > .5) return colour;
    }
    return [255, 255, 255];
  };
  const pale = [];
  for (const one of document.querySelectorAll('.board *')) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const style = getComputedStyle(one);
    if (!own || one.closest('.vh, defs, :disabled') || !one.getClientRects().length) continue;
    const ink = parse(one.closest('svg') ? style.fill : style.color);
    const [a, b] = [light(ink), light(ground(one))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) pale.push([one.textContent.trim().slice(0, 20), ratio]);
  }
  return pale;
}"""
