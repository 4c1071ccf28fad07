// The trail: the people of a run walk through the stages, two strategies side by side.
//
// anywidget calls render({ model, el }); a saved page does so with a model that can only `get`. It is
// one file although it is long: both take one module, and there is no build step to make one of two.
// A walker is one person on one side: walker = side * people + person. They entered stages[i] on
// day times[i], for i from offsets[walker] up to offsets[walker + 1]; the first is day 0.

const SECONDS = 60; // that the whole run takes at speed 1
const SPEEDS = [0.25, 0.5, 1, 2, 4];
const GLIDE = 0.01; // share of the run that a move between two stages takes
const SCRUB = 0.01; // share of the run that an arrow key moves
const STEPS_TOLD = 6; // stages of a way that a story names; trails.py has the same
const SQUEEZE = 0.87; // how much narrower a long name may be drawn, to keep the others large
const NEAR = 14; // pixels from a click to the person who is meant
const WRITE_EVERY = 100; // milliseconds between two looks at the numbers while playing
const ASK_EVERY = 500; // milliseconds between two questions to Python while playing
const FIRST_DEAL = 7, LOYALTY = 11, RECOMMENDATION = 12, RIVAL = 13; // as in cjsim/journey.py
const ADVOCATE = 3, DORMANT = 5; // as KINDS in trails.py
const COUNTED = ["reached_first_deal", "customers", "reached_loyalty", "with_rival"];
const INK = "#333333", RING = "#000000", FONT = "system-ui, 'DejaVu Sans', Arial, sans-serif";

// --- what Python has sent ----------------------------------------------------------------------

function readTracks(model, facts) {
  const array = (name, Kind) => {
    const view = model.get(name); // it may begin anywhere in its buffer: copy what is ours
    return new Kind(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
  };
  const tracks = { times: array("times", Float32Array), end: Math.fround(facts.days) };
  for (const name of ["stages", "kinds", "motives", "adopters"]) {
    tracks[name] = array(name, Uint8Array);
  }
  for (const name of ["deals", "contacts", "offsets"]) tracks[name] = array(name, Uint32Array);
  return tracks;
}

/** The days on which the people of a side first stood at a stage, sorted. */
function firstDays({ times, stages, offsets }, first, people, stage) {
  const days = [];
  for (let walker = first; walker < first + people; walker++) {
    const i = stages.subarray(offsets[walker], offsets[walker + 1]).indexOf(stage);
    if (i >= 0) days.push(times[offsets[walker] + i]);
  }
  return Float32Array.from(days).sort();
}

/** How many of sorted numbers are not above a limit. */
function upTo(sorted, limit) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

// --- where things are, in pixels of the screen -------------------------------------------------

/** A box for each stage: the twelve climb in three rows, below are those who are not on the way. */
function boxesOf(width, height) {
  const gap = width / 50, column = (width + gap) / 4;
  const low = height * 0.27, ground = height - low + gap, row = (height - low) / 3;
  const box = (x, y, w, h) => ({ x, y, w: w - gap, h: h - gap });
  const boxes = [box(0, ground, column, low)];
  for (let n = 0; n < 12; n++) {
    const climb = Math.floor(n / 4), along = climb === 1 ? 3 - (n % 4) : n % 4;
    boxes.push(box(along * column, (2 - climb) * row, column, row));
  }
  boxes.push(box(column * 1.8, ground, column * 1.5, low));
  boxes.push(box(column, ground, column * 0.8, low));
  boxes.push(box(column * 3.3, ground, column * 0.7, low));
  return boxes;
}

/** Each person's own place in every crowd, 0..1: a sequence that fills a square evenly. */
function placesOf(people) {
  const places = new Float32Array(2 * people);
  for (let person = 0; person < people; person++) {
    places[2 * person] = (0.5 + person * 0.7548776662466927) % 1;
    places[2 * person + 1] = (0.5 + person * 0.5698402909980532) % 1;
  }
  return places;
}

/** The largest font, up to `most`, at which every name fits into its box, squeezed if need be. */
function fontFor(c, boxes, labels, most) {
  c.font = `100px ${FONT}`;
  return labels.reduce((font, label, stage) => {
    const long = c.measureText(label).width / 100; // in fonts; half a font stays free at each end
    return Math.min(font, boxes[stage].w / (SQUEEZE * long + 1));
  }, most);
}

/** Lay a side out anew for the width it has on the screen. */
function layOut(side, facts) {
  const ratio = Math.min(2, window.devicePixelRatio || 1), { canvas, c } = side;
  const width = Math.max(200, canvas.clientWidth);
  const words = parseFloat(getComputedStyle(canvas).fontSize); // as large as those around it
  const screen = Math.min(window.innerHeight * 0.6, window.innerHeight - 22 * words);
  const height = Math.max(330, Math.min(width * 0.8, screen)); // its counts are in sight, too
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const boxes = boxesOf(canvas.width, canvas.height);
  const labels = facts.stages.map((name, n) => (n >= 1 && n <= 12 ? `${n} ${name}` : name));
  const font = Math.max(9 * ratio, fontFor(c, boxes, labels, words * ratio));
  const radius = Math.max(1.6, Math.min(4, 80 / Math.sqrt(facts.people))) * ratio;
  const edge = font / 2 + radius, head = font * 3;
  Object.assign(side, {
    ratio, font, boxes, radius,
    sprites: spritesOf(radius, facts.colours),
    ground: groundOf(canvas, boxes, font, labels),
    left: Float32Array.from(boxes, ({ x }) => x + edge), // of the crowd in each box
    top: Float32Array.from(boxes, ({ y }) => y + head),
    wide: Float32Array.from(boxes, ({ w }) => w - 2 * edge),
    high: Float32Array.from(boxes, ({ h }) => h - head - edge),
  });
  canvas.dataset.font = (font / ratio).toFixed(1);
}

// --- drawing -----------------------------------------------------------------------------------

function polygon(c, corners) {
  for (let i = 0; i < corners.length; i += 2) c.lineTo(corners[i], corners[i + 1]);
  c.closePath();
}

const SHAPES = [ // of each kind
  (c, r) => c.arc(0, 0, r * 0.75, 0, 7),
  (c, r) => c.arc(0, 0, r, 0, 7),
  (c, r) => c.rect(-r, -r, 2 * r, 2 * r),
  (c, r) => polygon(c, [0, -1.6 * r, 1.6 * r, 0, 0, 1.6 * r, -1.6 * r, 0]),
  (c, r) => polygon(c, [0, -1.2 * r, 1.2 * r, r, -1.2 * r, r]),
  (c, r) => c.arc(0, 0, r * 0.75, 0, 7),
];

const EDGES = { [DORMANT]: "#777777", [ADVOCATE]: "#3b0f70" }; // white around the other kinds

/** A small picture of each kind of person, to be stamped. Shape and place tell as colour does. */
function spritesOf(radius, [blue, orange, red, , grey, purple]) {
  const fills = [grey, blue, orange, purple, red, "#ffffff"];
  return SHAPES.map((shape, kind) => {
    const sprite = document.createElement("canvas");
    sprite.width = sprite.height = 2 * Math.ceil(1.7 * radius + 1);
    const c = sprite.getContext("2d");
    c.translate(sprite.width / 2, sprite.height / 2);
    c.beginPath();
    shape(c, radius);
    c.fillStyle = fills[kind];
    c.fill();
    c.lineWidth = Math.max(0.6, radius / 4);
    c.strokeStyle = EDGES[kind] ?? "#ffffff";
    c.stroke();
    return sprite;
  });
}

/** The ground with its path, stations and names, drawn once for each size. */
function groundOf(canvas, boxes, font, labels) {
  const ground = document.createElement("canvas");
  ground.width = canvas.width;
  ground.height = canvas.height;
  const c = ground.getContext("2d");
  c.fillStyle = "#ffffff";
  c.fillRect(0, 0, ground.width, ground.height);
  c.beginPath();
  c.moveTo(boxes[1].x + boxes[1].w / 2, boxes[0].y + boxes[0].h / 2);
  for (const { x, y, w, h } of boxes.slice(1, 13)) c.lineTo(x + w / 2, y + h / 2);
  c.lineJoin = c.lineCap = "round";
  c.lineWidth = font * 1.8;
  c.strokeStyle = "#ddc892";
  c.stroke();
  boxes.forEach(({ x, y, w, h }, stage) => {
    const onWay = stage >= 1 && stage <= 12;
    c.beginPath();
    c.roundRect(x, y, w, h, font / 2);
    c.fillStyle = onWay ? "rgba(255, 253, 247, 0.85)" : "#f4f4f6";
    c.fill();
    c.lineWidth = Math.max(1, font / 12);
    c.strokeStyle = onWay ? "#d8cba8" : "#d4d4da";
    c.stroke();
    c.fillStyle = INK;
    c.font = `${font}px ${FONT}`;
    c.textBaseline = "top";
    c.fillText(labels[stage], x + font / 2, y + font / 3, w - font);
  });
  return ground;
}

/** Move the people of a side to where they are on a day, and stamp them. Nothing is allocated. */
function drawPeople(side, tracks, places, day, glide) {
  const { c, X, Y, cursor, counts, sprites, left, top, wide, high, first, radius } = side;
  const { times, stages, kinds, offsets, end } = tracks;
  const half = sprites[0].width / 2, hop = 20 * radius;
  counts.fill(0);
  for (let person = 0; person < X.length; person++) {
    const begin = offsets[first + person], stop = offsets[first + person + 1];
    let i = Math.max(cursor[person], begin);
    if (times[i] > day) i = begin; // the clock went back
    while (i + 1 < stop && times[i + 1] <= day) i++;
    cursor[person] = i;
    const stage = stages[i], u = places[2 * person], v = places[2 * person + 1];
    let x = left[stage] + u * wide[stage], y = top[stage] + v * high[stage];
    const after = day - times[i], next = i + 1 < stop ? times[i + 1] : end;
    const length = Math.min(glide, next - times[i]); // there before the next move, and at the end
    if (i > begin && after < length) {
      const from = stages[i - 1], part = after / length, s = part * part * (3 - 2 * part);
      x += (1 - s) * (left[from] + u * wide[from] - x);
      y += (1 - s) * (top[from] + v * high[from] - y) - hop * s * (1 - s);
    }
    counts[stage]++;
    X[person] = x;
    Y[person] = y;
    c.drawImage(sprites[kinds[i]], (x - half) | 0, (y - half) | 0);
  }
}

/** A ring around the chosen person, and the last steps of their way. */
function drawChosen(side, { stages, kinds, offsets }, places, chosen) {
  const { c, X, Y, left, top, wide, high, sprites, ratio } = side;
  const now = side.cursor[chosen], x = X[chosen], y = Y[chosen];
  const line = (colour, thick) => {
    c.lineWidth = thick * ratio;
    c.strokeStyle = colour;
    c.stroke();
  };
  c.beginPath();
  for (let i = Math.max(offsets[side.first + chosen], now - STEPS_TOLD); i < now; i++) {
    const u = places[2 * chosen], v = places[2 * chosen + 1], stage = stages[i];
    c.lineTo(left[stage] + u * wide[stage], top[stage] + v * high[stage]);
  }
  c.lineTo(x, y);
  line("#ffffff", 3);
  line("#666666", 1);
  c.beginPath();
  c.arc(x, y, side.radius + 5 * ratio, 0, 7);
  c.fillStyle = "#ffffff";
  c.fill();
  line("#ffffff", 4.5);
  line(RING, 2.2);
  const sprite = sprites[kinds[now]];
  c.drawImage(sprite, (x - sprite.width / 2) | 0, (y - sprite.width / 2) | 0);
}

function drawSide(side, tracks, places, numerals, chosen, day, glide) {
  const { c, boxes, font, counts } = side;
  c.drawImage(side.ground, 0, 0);
  drawPeople(side, tracks, places, day, glide);
  if (chosen >= 0) drawChosen(side, tracks, places, chosen);
  c.font = `bold ${font}px ${FONT}`;
  c.fillStyle = INK;
  c.textBaseline = "top";
  for (let stage = 0; stage < counts.length; stage++) {
    c.fillText(numerals[counts[stage]], boxes[stage].x + font / 2, boxes[stage].y + font * 1.55);
  }
}

/** The person nearest to a click, or -1. */
function personAt({ X, Y, ratio }, x, y) {
  let nearest = -1, least = (NEAR * ratio) ** 2;
  for (let person = 0; person < X.length; person++) {
    const away = (X[person] - x * ratio) ** 2 + (Y[person] - y * ratio) ** 2;
    if (away < least) [nearest, least] = [person, away];
  }
  return nearest;
}

// --- words -------------------------------------------------------------------------------------

const fill = (words, values) => words.replace(/{(\w+)}/g, (_, name) => values[name]);

/** Where a person stands and how they got there; Trail.story in trails.py says the same. */
function storyOf(side, person, { words, stages: names }, { times, stages, deals, ...tracks }) {
  const begin = tracks.offsets[side.first + person], now = side.cursor[person], way = [];
  let since = begin;
  for (let i = begin; i <= now; i++) {
    if (i > begin && stages[i] === stages[i - 1]) {
      way.at(-1).visits++;
      continue;
    }
    since = i;
    way.push({ name: names[stages[i]], visits: 1, day: Math.floor(times[i]) });
  }
  const lastSteps = way.slice(-STEPS_TOLD).map(
    ({ name, visits, day }) => `${name}${visits > 1 ? ` ×${visits}` : ""} (${day})`);
  if (way.length > STEPS_TOLD) lastSteps.unshift("…");
  const { name: stage, day } = way.at(-1);
  const sentences = [fill(since > begin ? words.where : words.where_start, { stage, day }),
    fill(words.deals, { deals: deals[now] })];
  if (tracks.contacts.length) {
    sentences.push(fill(words.contacts_before, { contacts: tracks.contacts[since] }));
  }
  return [...sentences, fill(words.way, { way: lastSteps.join(" → ") })].join(" ");
}

function writeNumbers({ dealDays, loyalDays, counts, numbers }, day) {
  let customers = 0;
  for (let stage = FIRST_DEAL; stage <= RECOMMENDATION; stage++) customers += counts[stage];
  const values = [upTo(dealDays, day), customers, upTo(loyalDays, day), counts[RIVAL]];
  values.forEach((count, n) => { numbers[n].textContent = count; }); // in the order of COUNTED
}

// --- what stands on the page -------------------------------------------------------------------

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** One side: its canvas, its numbers, its story, and where each of its people is drawn. */
function makeSide(number, facts, tracks) {
  const { people, words } = facts, { name, finding } = facts.sides[number], first = number * people;
  const canvas = make("canvas", { class: "map", role: "img", "aria-label": finding });
  const numbers = COUNTED.map((key) => make("b", { "data-count": key }));
  const [who, way, met] = ["who", "way", "met"].map((part) => make("span", { class: part }));
  const story = make("p", { class: "story", hidden: "" }, who, way, " ", met);
  const list = make("div", { class: "numbers" }, ...COUNTED.map((key, n) =>
    make("div", {}, make("span", {}, words[key]), " ", numbers[n])));
  return {
    first, canvas, numbers, story, who, way, met,
    node: make("section", { "aria-label": name }, make("h4", {}, name), canvas, list, story),
    c: canvas.getContext("2d", { alpha: false }),
    counts: new Int32Array(facts.stages.length),
    X: new Float32Array(people), Y: new Float32Array(people), cursor: new Uint32Array(people),
    dealDays: firstDays(tracks, first, people, FIRST_DEAL),
    loyalDays: firstDays(tracks, first, people, LOYALTY),
  };
}

function makeControls({ words, people }, end) {
  const button = make("button", { type: "button" }, words.play);
  const range = make("input", { type: "range", min: 0, max: end, step: "any", value: 0 });
  const clock = make("span", { class: "day" });
  const speed = make("select", {}, ...SPEEDS.map((n) => make("option", { value: n }, `${n}×`)));
  const who = make("input", { type: "number", min: 0, max: people - 1, step: 1 });
  speed.value = "1";
  const bar = make("div", { class: "bar" }, button,
    make("label", { class: "grow" }, words.time, range), clock,
    make("label", {}, words.speed, speed), make("label", {}, words.person, who));
  return { bar, button, range, clock, speed, who };
}

function makeLegend({ kinds, colours }) {
  const items = spritesOf(5, colours).map((sprite, kind) => {
    sprite.setAttribute("aria-hidden", "true");
    return make("li", {}, sprite, kinds[kind]);
  });
  return make("ul", { class: "legend" }, ...items);
}

// --- what happens ------------------------------------------------------------------------------

class Show {
  constructor(model, el) {
    const facts = model.get("facts"), tracks = readTracks(model, facts);
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const sides = facts.sides.map((_, number) => makeSide(number, facts, tracks));
    const numerals = Array.from({ length: facts.people + 1 }, (_, n) => `${n}`);
    Object.assign(this, makeControls(facts, tracks.end), {
      model, facts, tracks, sides, numerals, places: placesOf(facts.people),
      glide: still ? 0 : GLIDE * tracks.end, started: still, // who wants it still starts it
      finding: make("p", { role: "status" }), tick: this.tick.bind(this),
      day: 0, playing: false, visible: false, width: 0, drawn: 0, wrote: 0, asked: 0,
      chosen: -1, question: null, request: 0,
    });
    this.root = make("div", {
      class: "cjsim-trail", role: "group", "aria-label": facts.title, tabindex: 0,
      "data-lm-suppress-shortcuts": "true", // or JupyterLab takes our keys for its own
    }, make("h3", {}, facts.title), this.bar, makeLegend(facts),
    make("div", { class: "sides" }, ...sides.map(({ node }) => node)), this.finding,
    make("p", { class: "hint" }, facts.words.hint));
    el.append(this.root);
    this.listen();
    this.choose(model.get("person"));
  }

  listen() {
    const { root, model, button, range, who } = this;
    root.addEventListener("keydown", (event) => this.onKey(event));
    button.addEventListener("click", () => this.play(!this.playing));
    range.addEventListener("input", () => this.scrub(Number(range.value)));
    who.addEventListener("change", () => this.choose(who.value === "" ? -1 : Number(who.value)));
    for (const side of this.sides) {
      side.canvas.addEventListener("click",
        ({ offsetX, offsetY }) => this.choose(personAt(side, offsetX, offsetY)));
    }
    const follow = () => this.choose(model.get("person")), hear = (words) => this.hear(words);
    model.on?.("change:person", follow);
    model.on?.("msg:custom", hear);
    const sizes = new ResizeObserver(() => this.fit());
    const sight = new IntersectionObserver((seen) => this.see(seen.at(-1).isIntersecting));
    sizes.observe(root);
    sight.observe(root);
    this.stop = () => {
      this.playing = false;
      sizes.disconnect();
      sight.disconnect();
      model.off?.("change:person", follow);
      model.off?.("msg:custom", hear);
    };
  }

  /** It starts when it is first seen, and its clock stands while nobody can see it. */
  see(visible) {
    this.visible = visible;
    if (visible && !this.started) this.play(true);
  }

  fit() {
    const width = this.root.clientWidth;
    if (!width || width === this.width) return;
    this.width = width;
    for (const side of this.sides) layOut(side, this.facts);
    this.draw();
  }

  tick(now) {
    if (!this.playing) return;
    const seconds = Math.min(100, Math.max(0, now - this.drawn)) / 1000; // the page may have slept
    this.drawn = now;
    if (this.visible && this.width) {
      this.seek(this.day + (seconds * this.speed.value * this.tracks.end) / SECONDS);
      if (this.day === this.tracks.end) return void this.play(false);
      this.draw(now);
    }
    this.request = requestAnimationFrame(this.tick);
  }

  draw(now = performance.now()) {
    if (!this.width) return; // not on the page yet
    const { tracks, places, numerals, chosen, day, glide } = this;
    for (const side of this.sides) drawSide(side, tracks, places, numerals, chosen, day, glide);
    if (!this.playing || now - this.wrote > WRITE_EVERY) this.write(now);
  }

  write(now) {
    const { facts, tracks, day, clock } = this, numbers = { day, days: tracks.end };
    for (const name in numbers) numbers[name] = Math.floor(numbers[name]);
    this.wrote = now;
    this.range.value = day;
    clock.textContent = fill(facts.words.now, numbers);
    this.range.setAttribute("aria-valuetext", clock.textContent);
    this.finding.textContent = day === tracks.end ? facts.finding : "";
    for (const side of this.sides) {
      writeNumbers(side, day);
      if (this.chosen >= 0) side.way.textContent = storyOf(side, this.chosen, facts, tracks);
    }
    if (!this.playing || now - this.asked > ASK_EVERY) this.ask(now);
  }

  seek(to) {
    this.day = Math.min(this.tracks.end, Math.max(0, Math.fround(to))); // as exact as the entries
  }

  scrub(to) {
    this.seek(to);
    if (this.playing) this.play(false);
    else this.draw();
  }

  play(on) {
    if (on && this.day === this.tracks.end) this.day = 0;
    [this.playing, this.started, this.drawn] = [on, true, performance.now()];
    this.button.textContent = on ? this.facts.words.pause : this.facts.words.play;
    for (const { story } of this.sides) story.setAttribute("aria-live", on ? "off" : "polite");
    cancelAnimationFrame(this.request);
    if (on) this.request = requestAnimationFrame(this.tick);
    else this.draw();
  }

  /** Ring a person on each side and tell their story; -1 for nobody. */
  choose(person) {
    const { model, facts, tracks, who } = this;
    this.chosen = Number.isInteger(person) && person >= 0 && person < facts.people ? person : -1;
    const nobody = this.chosen < 0;
    who.value = nobody ? "" : this.chosen;
    const name = nobody ? "" : fill(facts.words.who, { person: this.chosen,
      motive: facts.motives[tracks.motives[person]],
      adopter: facts.adopters[tracks.adopters[person]] });
    for (const side of this.sides) {
      side.story.hidden = nobody;
      side.who.textContent = name;
      side.met.textContent = "";
    }
    if (this.chosen !== model.get("person") && model.set) {
      model.set("person", this.chosen);
      model.save_changes();
    }
    this.wrote = this.asked = 0;
    this.draw();
  }

  /** Where a kernel is there, Python knows which contacts the chosen person has met. */
  ask(now) {
    if (this.chosen < 0 || this.question || !this.model.send) return;
    this.asked = now;
    this.question = { person: this.chosen, day: this.day };
    this.model.send(this.question);
  }

  hear({ person, day, met }) {
    if (person !== this.question?.person || day !== this.question.day) return; // another view's
    this.question = null;
    if (person === this.chosen) this.sides.forEach((s, n) => { s.met.textContent = met[n]; });
    const late = person !== this.chosen || day !== this.day;
    if (late && !this.playing) this.ask(performance.now());
  }

  onKey(event) {
    const { key, target } = event, { speed, who, button, tracks } = this;
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    event.stopPropagation(); // JupyterLab would take a bare x for "cut this cell"
    if (key === "Escape") this.choose(-1);
    else if (target === speed || (target === who && key !== " ")) return; // they need their keys
    else if (key === " " && target === button) return; // a click will come
    else if (key === " ") this.play(!this.playing);
    else if (key in steps) this.scrub(this.day + steps[key] * SCRUB * tracks.end);
    else if (key === "Home" || key === "End") this.scrub(key === "Home" ? 0 : tracks.end);
    else return;
    event.preventDefault();
  }
}

export function render({ model, el }) {
  const show = new Show(model, el);
  return () => show.stop();
}

export default { render };
