// The lab's picture: people at each of the twelve stages, two sides and a pinned result.
// Made once, then only moved: a new answer is drawn within a frame.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 640, LEFT = 190, RIGHT = 64, TOP = 34, ROW = 30, BAR = 11;
const NEAR = 48; // a pin this close to the end of a bar would cross out the number

function make(name, attributes, parent) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (parent) parent.appendChild(node);
  return node;
}

function render({ model, el }) {
  const stages = model.get("stages");
  const colours = model.get("colours");
  const height = TOP + ROW * stages.length + 26;
  const picture = make("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", class: "cjsim-board" });
  const title = make("title", {}, picture);
  const span = WIDTH - LEFT - RIGHT;
  const legend = [0, 1].map((side) => {
    const group = make("g", {}, picture);
    make("rect", { x: LEFT + side * 240, y: 8, width: 14, height: 12, fill: colours[side] }, group);
    return make("text", { x: LEFT + side * 240 + 20, y: 19, "font-size": 15 }, group);
  });
  const rows = stages.map((stage, i) => {
    const y = TOP + i * ROW;
    make("text", { x: LEFT - 8, y: y + 18, "text-anchor": "end", "font-size": 14 }, picture)
      .textContent = stage;
    make("line", { x1: LEFT, x2: LEFT, y1: y, y2: y + ROW, stroke: "#555" }, picture);
    const sides = [0, 1].map((side) => {
      const top = y + 3 + side * (BAR + 1);
      return {
        bar: make("rect", { x: LEFT, y: top, height: BAR, fill: colours[side] }, picture),
        pin: make("line", { y1: top - 1, y2: top + BAR + 1, stroke: "#000", "stroke-width": 2.5 }, picture),
        word: make("text", { y: top + BAR - 1, "font-size": 12, fill: "#333" }, picture),
      };
    });
    return sides;
  });
  const scale = [0, 1, 2, 3, 4].map((i) =>
    make("text", { y: height - 8, "text-anchor": "middle", "font-size": 12, fill: "#555" }, picture));

  function draw() {
    const { names, reached, pinned, people, alt } = model.get("shown");
    if (!names) return;
    title.textContent = alt;
    picture.setAttribute("aria-label", alt);
    names.forEach((name, side) => { legend[side].textContent = name; });
    const most = Math.max(1, ...reached.flat(), ...(pinned || []).flat());
    const part = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 25].find((step) => 4 * step * people >= 100 * most);
    const end = (4 * (part || 25) * people) / 100;
    scale.forEach((word, i) => {
      word.setAttribute("x", LEFT + (span * i) / 4);
      const share = Math.round((100 * end * i) / 4 / people * 10) / 10;
      word.textContent = `${share.toLocaleString(model.get("lang"))} %`;
    });
    rows.forEach((sides, i) => sides.forEach((node, side) => {
      const value = reached[side][i], wide = (span * value) / end;
      node.bar.setAttribute("width", Math.max(0, wide));
      const pin = pinned ? (span * pinned[side][i]) / end : -1;
      node.word.setAttribute("x", LEFT + (pin > wide && pin < wide + NEAR ? pin : wide) + 5);
      node.word.textContent = Math.round(value).toLocaleString(model.get("lang"));
      node.pin.setAttribute("visibility", pin < 0 ? "hidden" : "visible");
      node.pin.setAttribute("x1", LEFT + Math.max(0, pin));
      node.pin.setAttribute("x2", LEFT + Math.max(0, pin));
    }));
    picture.dataset.answer = model.get("shown").number;
  }

  model.on("change:shown", draw);
  draw();
  el.appendChild(picture);
  model.send?.("drawn"); // what was found while the page was being made may have missed it
  return () => model.off("change:shown", draw);
}

// A file for the visitor, wherever their browser puts what it downloads.
function save({ name, content }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: "application/toml" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function initialize({ model }) {
  model.on("msg:custom", save);
  return () => model.off("msg:custom", save);
}

export default { initialize, render };
