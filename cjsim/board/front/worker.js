// The engine's own thread: settings laid over the product's bytes, worlds run, answers told.
import { decoded } from "./bytes.js";
import { Machine } from "./machine.js";

const MOST_WARM = 50_000; // people of burnt-in markets that are kept
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
  while (map.size > most) map.delete(map.keys().next().value);
}

export class Engine {
  // module: a WebAssembly.Module; plan: what Python's `plan_of` gives.
  constructor(module, plan) {
    this.plan = plan;
    this.machine = new Machine(module, plan.layout);
    this.blocks = Object.fromEntries(Object.entries(plan.blocks).map(
      ([name, { parts, bytes }]) => [name, { parts, content: decoded(bytes) }]));
    this.warm = new Map();
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
    this.putTogether(view, name, people, new Map(settings));
    const [seedAt] = this.plan.layout.parameters.seed;
    for (const [part, at] of parts) {
      if (part.startsWith("market.")) view.setBigInt64(at + seedAt, BigInt(seed), true);
    }
    return Object.fromEntries(
      parts.map(([part, at, size]) => [part, bytes.subarray(at, at + size)]));
  }

  // The numbers that several dials change, by where all of these stand.
  putTogether(view, name, people, settings) {
    for (const { keys, usual, patches } of this.plan.together) {
      const place = keys.reduce((before, key, nth) => {
        const { positions } = this.plan.dials[key];
        return before * positions.length + positionOf(positions, settings.get(key) ?? usual[nth], key);
      }, 0);
      for (const [at, kind, numbers] of patches[name]?.[people] ?? []) {
        if (numbers[place] === null) throw new Unserved("setting", keys.join(", "));
        put(view, at, kind, numbers[place]);
      }
    }
  }

  // The settings of a side, those of its strategy by their full keys, in a fixed order.
  settingsOf(ask, side) {
    const own = Object.entries(side.dials ?? {});
    const all = [
      ...Object.entries(ask.dials ?? {}),
      ...own.map(([key, value]) => [key.includes(".") ? key : `strategies.${side.strategy}.${key}`, value]),
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
    if (!warm) keep(this.warm, key, frozen, Math.max(1, Math.floor(MOST_WARM / ask.people)));
    return own;
  }

  // What the board shows of one run, and a mark for each life.
  result(ask, place, world) {
    const own = this.live(ask, place, world, ask.stays ? "stages" : "measures");
    const { found, reached, marks, retained } = this.machine.tally(own, ask.stays);
    const known = (value) => (Number.isFinite(value) ? value : null);
    const { layout, bars } = this.plan;
    const told = {
      measures: Object.fromEntries(Object.entries(found).map(([name, value]) => [name, known(value)])),
      reached: layout.twelve.map((stage) => reached[stage]),
      money: Object.fromEntries(bars.map((name) => [name, found[name] / ask.people])),
    };
    if (ask.stays) told.retained = retained.map(known);
    return { told, marks };
  }

  // --- lives

  // What happened to some people of a run: to be told, and in words that two sides are held
  // against each other by.
  lives(ask, place, world) {
    const persons = this.persons(ask);
    this.live(ask, place, world, "all");
    return this.livesOf(persons);
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
      row.time = rounded(row.time, layout.digits);
      const met = row.event === layout.contact;
      const fit = met && fits[row.touchpoint * layout.stages + row.stage];
      for (const field of fields) rows[field].push(row[field]);
      rows.fits.push(met ? fit >= layout.fits_from : null);
      if (!met) ways.set(who, `${ways.get(who)} ${row.time} ${row.event} ${row.stage}`);
    }
    return { told: { persons, ...this.traits(persons), rows }, ways: [...ways.values()] };
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

// To so many digits, halves to the even one.
function rounded(time, digits) {
  const parts = time * 10 ** digits;
  const near = Math.round(parts);
  const isHalf = Math.abs(parts - Math.trunc(parts)) === 0.5;
  return (isHalf && near % 2 !== 0 ? near - 1 : near) / 10 ** digits;
}

// --- messages of the thread: {wasm, plan} once, then {ask, place, world}, a side of a question each

export function work(scope) {
  let engine = null;
  scope.onmessage = ({ data: { wasm, plan, ask, place, world } }) => {
    try {
      if (plan) engine = new Engine(new WebAssembly.Module(wasm), plan);
      else {
        const find = ask.kind === "lives" ? "lives" : "result";
        scope.postMessage({ found: engine[find](ask, place, world) });
      }
    } catch (error) {
      const told = error instanceof Unserved ? [error.name, error.about] : ["failed", String(error)];
      scope.postMessage({ error: told });
    }
  };
}
