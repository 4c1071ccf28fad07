// The engine's own thread: settings laid over the product's bytes, worlds run, answers told.
import { decoded } from "./bytes.js";
import { Machine } from "./machine.js";

const MOST_WARM = 24; // burnt-in markets that are kept
const MOST_RUNS = 2000; // results of single runs that are kept
const CODES = { f8: "Float64", i8: "BigInt64", i4: "Int32", i1: "Int8" };
const FORMS = {
  is: (value) => value,
  times: (value, constant) => constant * value,
  part: (value, constant) => value / constant,
  over: (value, constant) => constant / value,
};

// What cannot be served: a name among the product's `words`, and what it is about.
class Unserved extends Error {
  constructor(name, about) {
    super(name);
    Object.assign(this, { name, about });
  }
}

const plainNumber = (value) =>
  (value === "inf" ? Infinity : value === "-inf" ? -Infinity : Number(value));

// The oldest go first once there are too many.
function keep(map, key, value, most) {
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value);
  return value;
}

export class Engine {
  // module: a WebAssembly.Module; plan: what Python's `plan_of` gives.
  constructor(module, plan) {
    this.plan = plan;
    this.machine = new Machine(module, plan.layout);
    this.blocks = Object.fromEntries(Object.entries(plan.blocks).map(
      ([name, { parts, bytes }]) => [name, { parts, content: decoded(bytes) }]));
    this.warm = new Map();
    this.runs = new Map();
  }

  // --- settings as bytes

  // The arrays of a block under some settings, [key, value] each, in a world; by name.
  arrays(name, people, settings, seed) {
    const { parts, content } = this.blocks[name];
    const bytes = content.slice();
    const view = new DataView(bytes.buffer);
    for (const [at, kind, value] of this.plan.sizes[people][name]) put(view, at, kind, value);
    for (const [key, value] of settings) {
      const { positions, patches } = this.plan.dials[key];
      const own = patches[name] ?? {};
      for (const [at, kind, form, constant] of own.every ?? own[people] ?? []) {
        const number = form === "by" ? constant[positionOf(positions, value, key)]
          : FORMS[form](plainNumber(value), constant);
        if (number === null) throw new Unserved("setting", key);
        put(view, at, kind, number);
      }
    }
    const [seedAt] = this.plan.layout.parameters.seed;
    for (const [part, at] of parts) {
      if (part.startsWith("market.")) view.setBigInt64(at + seedAt, BigInt(seed), true);
    }
    return Object.fromEntries(
      parts.map(([part, at, size]) => [part, bytes.subarray(at, at + size)]));
  }

  // The settings of a side, those of its strategy by their full keys, in a fixed order.
  settingsOf(ask, side) {
    const own = Object.entries(side.dials ?? {});
    const all = [
      ...Object.entries(ask.dials ?? {}),
      ...own.map(([key, value]) => [`strategies.${side.strategy}.${key}`, value]),
    ];
    const strange = all.find(([key]) => !this.plan.dials[key]);
    if (strange) throw new Unserved("setting", strange[0]);
    return all.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  // --- runs

  seedOf(ask, place, world) {
    const seeds = this.plan.seeds[world];
    if (!seeds) throw new Unserved("world", world);
    return seeds[ask.same_luck === false ? place : 0];
  }

  // One side lived in one world; the machine holds what it left.
  live(ask, place, world, level) {
    const side = ask.sides[place];
    const { names, levels } = this.plan.layout;
    const settings = this.settingsOf(ask, side);
    const seed = this.seedOf(ask, place, world);
    if (!this.plan.sizes[ask.people]) throw new Unserved("people", ask.people);
    if (!this.blocks[names.side + side.strategy]) throw new Unserved("setting", side.strategy);
    const arrays = (name) => this.arrays(name, ask.people, settings, seed);
    const own = arrays(names.side + side.strategy);
    const frame = arrays(names.frame);
    if (!this.blocks[names.burn_in]) {
      this.machine.run(frame, own, null, null, levels[level]);
      return own;
    }
    const moved = settings.filter(([key]) => {
      const { patches } = this.plan.dials[key];
      return patches[names.burn_in] || patches[names.frame];
    });
    const key = JSON.stringify([ask.people, seed, moved]);
    const warm = this.warm.get(key) ?? null;
    const frozen = this.machine.run(frame, own, arrays(names.burn_in), warm, levels[level]);
    if (!warm) keep(this.warm, key, frozen, MOST_WARM);
    return own;
  }

  // What the board shows of one run, and a mark for each life.
  result(ask, place, world) {
    const side = ask.sides[place];
    const seed = this.seedOf(ask, place, world);
    const key = JSON.stringify([side.strategy, this.settingsOf(ask, side), ask.people, seed]);
    const known = this.runs.get(key);
    if (known) return known;
    const own = this.live(ask, place, world, "measures");
    const { found, reached, marks } = this.machine.tally(own);
    const { layout, bars } = this.plan;
    const told = {
      measures: Object.fromEntries(Object.entries(found).map(
        ([name, value]) => [name, Number.isFinite(value) ? value : null])),
      reached: layout.twelve.map((stage) => reached[stage]),
      money: Object.fromEntries(bars.map((name) => [name, found[name] / ask.people])),
    };
    return keep(this.runs, key, { told, marks }, MOST_RUNS);
  }

  world(ask, world) {
    const results = ask.sides.map((_, place) => this.result(ask, place, world));
    const [first, ...others] = results.map(({ marks }) => marks);
    return {
      world,
      sides: results.map(({ told }) => told),
      pairs: others.map((marks) => this.pairs(first, marks)),
    };
  }

  // People won under both, only under this, only under the first, under neither.
  pairs(first, other) {
    const { SEEN, WON } = this.plan.layout.marks;
    const counts = [0, 0, 0, 0];
    for (let who = 0; who < Math.min(first.length, other.length); who++) {
      if (!(first[who] & other[who] & SEEN)) continue;
      counts[(first[who] & WON ? 0 : 1) + (other[who] & WON ? 0 : 2)]++;
    }
    const [both, onlyThis, onlyFirst, neither] = counts;
    return [both, onlyThis, onlyFirst, neither];
  }

  // --- lives

  lives(ask) {
    const world = ask.world ?? 0;
    let persons = null;
    const lived = ask.sides.map((_, place) => {
      this.live(ask, place, world, "all");
      persons ??= this.persons(ask);
      return this.livesOf(persons);
    });
    const [first, ...others] = lived.map(({ ways }) => ways);
    return {
      lives: lived.map(({ told }) => told),
      differ: persons.filter((who) => others.some((ways) => ways.get(who) !== first.get(who))),
    };
  }

  // The people asked for by number, or so many, evenly spread.
  persons(ask) {
    if (Array.isArray(ask.who)) {
      if (ask.who.some((who) => !(who >= 0 && who < ask.people))) throw new Unserved("people", "who");
      return [...new Set(ask.who)].sort((a, b) => a - b);
    }
    const count = Math.max(1, Math.min(ask.sample ?? 240, ask.people));
    return Array.from({ length: count }, (_, nth) => Math.floor((nth * ask.people) / count));
  }

  livesOf(persons) {
    const { layout, told } = this.plan;
    const { machine } = this;
    const wanted = new Set(persons);
    const events = new Set(told);
    const content = machine.rows();
    const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    const read = (at, field) => numberAt(view, at + layout.row[field][0], layout.row[field][1]);
    const fits = machine.view(machine.world.fits, Float64Array);
    const fields = ["person", "event", "stage", "touchpoint", "time", "amount"];
    const rows = Object.fromEntries([...fields, "fits"].map((field) => [field, []]));
    const ways = new Map(persons.map((who) => [who, ""]));
    for (let at = 0; at < content.byteLength; at += layout.row.size) {
      const who = read(at, "person");
      if (!wanted.has(who) || !events.has(read(at, "event"))) continue;
      const row = Object.fromEntries(fields.map((field) => [field, read(at, field)]));
      const met = row.event === layout.contact;
      const fit = met && fits[row.touchpoint * layout.stages + row.stage];
      for (const field of fields) rows[field].push(field === "time" ? rounded(row.time) : row[field]);
      rows.fits.push(met ? fit >= layout.fits_from : null);
      if (!met) ways.set(who, `${ways.get(who)} ${row.time} ${row.event} ${row.stage}`);
    }
    return { told: { persons, ...this.traits(persons), rows }, ways };
  }

  traits(persons) {
    const { person, adopter_cuts: cuts } = this.plan.layout;
    const content = this.machine.raw(this.machine.people);
    const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    const read = (who, field) =>
      numberAt(view, who * person.size + person[field][0], person[field][1]);
    return {
      motives: persons.map((who) => read(who, "motive")),
      adopters: persons.map(
        (who) => cuts.filter((cut) => cut > read(who, "innovativeness")).length),
    };
  }
}

function put(view, at, kind, value) {
  const number = plainNumber(value);
  view[`set${CODES[kind]}`](at, kind === "i8" ? BigInt(Math.trunc(number)) : number, true);
}

function numberAt(view, at, kind) {
  const code = { ...CODES, u1: "Uint8", i2: "Int16", u2: "Uint16", u4: "Uint32" }[kind];
  return Number(view[`get${code}`](at, true));
}

// Where a dial stands among its positions; a value typed a last bit away counts.
function positionOf(positions, value, key) {
  const number = plainNumber(value);
  const place = positions.findIndex((one) => {
    const position = plainNumber(one);
    return position === number || Math.abs(position - number) <= 1e-9 * Math.max(1, Math.abs(number));
  });
  if (place < 0) throw new Unserved("setting", key);
  return place;
}

// To a thousandth of a day, halves to the even one.
function rounded(time) {
  const thousands = time * 1000;
  const near = Math.round(thousands);
  const half = Math.abs(thousands - Math.trunc(thousands)) === 0.5;
  return (half && near % 2 !== 0 ? near - 1 : near) / 1000;
}

// --- messages of the thread: {wasm, plan} once, then {task, ask} with a `world`, or for lives

export function work(scope) {
  let engine = null;
  scope.onmessage = ({ data }) => {
    const { task } = data;
    try {
      if (data.plan) engine = new Engine(new WebAssembly.Module(data.wasm), data.plan);
      else if (data.ask.kind === "lives") scope.postMessage({ task, part: engine.lives(data.ask) });
      else scope.postMessage({ task, part: engine.world(data.ask, data.world) });
    } catch (error) {
      const told = error instanceof Unserved ? [error.name, error.about] : ["failed", String(error)];
      scope.postMessage({ task, error: told });
    }
  };
}
