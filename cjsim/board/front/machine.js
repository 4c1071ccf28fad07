// The compiled engine in a page: arrays laid out in its memory, its loop called until all is done.
// The twin of cjsim/engine/fast/engine.py. No rule of the model is written here; where things stand
// comes with the product (`layout`).

const PAGE_OF_MEMORY = 65536;
const LINE_OF_CACHE = 64;
const ROWS_A_PERSON = [40, 12, 8]; // by level of the log: how much room there is to begin with
const SOME = 8192;

export class Machine {
  // module: a WebAssembly.Module; layout: of a product.
  constructor(module, layout) {
    this.memory = new WebAssembly.Memory({ initial: 64 });
    const stack = new WebAssembly.Global({ value: "i32", mutable: true }, layout.heap);
    const env = { __linear_memory: this.memory, __stack_pointer: stack };
    this.doors = new WebAssembly.Instance(module, { env }).exports;
    this.layout = layout;
    this.top = layout.heap;
  }

  // --- arrays

  // Room for an array, not cleared: where it is, rows, columns, bytes of an item.
  room(rows, bytes, columns = 1) {
    const at = Math.ceil(this.top / LINE_OF_CACHE) * LINE_OF_CACHE;
    this.top = at + rows * columns * bytes;
    const short = this.top - this.memory.buffer.byteLength;
    if (short > 0) this.memory.grow(Math.max(Math.ceil(short / PAGE_OF_MEMORY), 64));
    return { at, rows, columns, bytes };
  }

  zeros(rows, bytes, columns = 1) {
    const array = this.room(rows, bytes, columns);
    this.raw(array).fill(0);
    return array;
  }

  filled(rows, columns, Kind, value) {
    const array = this.room(rows, Kind.BYTES_PER_ELEMENT, columns);
    this.view(array, Kind).fill(value);
    return array;
  }

  // Arrays in the page, one behind the other, as one array in memory.
  copied(bytes, ...sources) {
    const size = sources.reduce((sum, source) => sum + source.byteLength, 0);
    const array = this.room(size / bytes, bytes);
    let at = array.at;
    for (const source of sources) {
      new Uint8Array(this.memory.buffer).set(source, at);
      at += source.byteLength;
    }
    return array;
  }

  raw(array) {
    const size = array.rows * array.columns * array.bytes;
    return new Uint8Array(this.memory.buffer, array.at, size);
  }

  view(array, Kind) {
    const size = (array.rows * array.columns * array.bytes) / Kind.BYTES_PER_ELEMENT;
    return new Kind(this.memory.buffer, array.at, size);
  }

  // A copy with more rows; the new ones are cleared.
  longer(array, rows) {
    const more = this.zeros(rows, array.bytes, array.columns);
    this.raw(more).set(this.raw(array));
    return more;
  }

  // Addresses of arrays, as compiled code expects them, in the order of a table.
  table(name, arrays) {
    const fields = this.layout.tables[name];
    const array = this.room(fields.length, 24);
    const words = this.view(array, BigInt64Array);
    fields.forEach(([key], place) => {
      const { at, rows, columns } = arrays[key];
      words.set([BigInt(at), BigInt(rows), BigInt(columns)], 3 * place);
    });
    return array.at;
  }

  bytesOf(table, key) {
    return this.layout.tables[table].find(([name]) => name === key)[1];
  }

  // --- a run

  // The people of a world, drawn inside; `frame` and `market` are arrays of bytes by name.
  draw(frame, market) {
    const { size } = this.layout.person;
    const arrays = {
      market: this.copied(market.byteLength, market),
      traits: this.copied(frame.traits.byteLength, frame.traits),
      first: this.copied(size, frame.first), people: this.room(0, size),
    };
    const lives = this.doors.draw(this.table("crowd", arrays));
    arrays.people = this.room(lives, size);
    this.doors.draw(this.table("crowd", arrays));
    return arrays.people;
  }

  // A market from its opening to its horizon. `side` and `burnIn` (null where there is none) hold
  // arrays of bytes by name; `warm` is what `freeze` gave of the same burn-in, or null.
  run(frame, side, burnIn, warm, level) {
    const { jobs } = this.layout;
    const [start, horizon] = numbersIn(frame.spans);
    this.start = start;
    this.horizon = horizon;
    this.frame = frame;
    this.top = this.layout.heap;
    let frozen = warm;
    if (burnIn) {
      if (warm) this.thaw(warm);
      else {
        this.live(burnIn, frame);
        frozen = this.freeze();
      }
      this.changeStrategy(side, level);
    } else {
      this.people = this.draw(frame, side["market.0"]);
      this.calendar = this.emptyCalendar();
      this.world = this.worldOf(side, level);
      this.ask(jobs.BEGIN, start);
    }
    this.ask(jobs.STARTS, 0);
    numbersIn(side.days).forEach((day, nth) => {
      if (nth === 0) return;
      this.ask(jobs.GO_ON, day);
      this.turn(side, nth, day);
    });
    this.ask(jobs.GO_ON, horizon);
    return frozen;
  }

  live(burnIn, frame) {
    const { jobs, no_rows: noRows } = this.layout;
    this.people = this.draw(frame, burnIn["market.0"]);
    this.calendar = this.emptyCalendar();
    this.world = this.worldOf(burnIn, noRows);
    this.ask(jobs.BEGIN, this.start);
    this.ask(jobs.GO_ON, 0);
  }

  // What of a burnt-in market goes on into day 0, kept outside of memory.
  freeze() {
    const kept = (array) => ({ ...array, content: this.raw(array).slice() });
    const { carried } = this.layout;
    return {
      world: Object.fromEntries(carried.map((name) => [name, kept(this.world[name])])),
      calendar: Object.fromEntries(
        Object.entries(this.calendar).map(([name, array]) => [name, kept(array)])),
    };
  }

  thaw(frozen) {
    const there = ({ content, rows, bytes, columns }) => {
      const array = this.room(rows, bytes, columns);
      this.raw(array).set(content);
      return array;
    };
    const all = (arrays) => Object.fromEntries(
      Object.entries(arrays).map(([name, array]) => [name, there(array)]));
    this.world = all(frozen.world);
    this.calendar = all(frozen.calendar);
    this.people = this.world.people;
  }

  // The burn-in is over: everybody meets the new touchpoints.
  changeStrategy(side, level) {
    const { counts: place, carried, jobs } = this.layout;
    const old = this.world;
    const world = this.worldOf(side, level); // it may move memory: views are made after it
    const counts = this.view(old.counts, BigInt64Array);
    counts[place.ROWS] = 0n;
    counts[place.LEVEL] = BigInt(level);
    counts[place.FIRST_TOUCH] = BigInt(old.all_touches.rows);
    const touches = this.together(old.all_touches, world.all_touches);
    for (const name of carried) world[name] = old[name];
    this.world = { ...world, all_touches: touches };
    this.planEverybody(jobs.SWITCH, 0);
  }

  // The n-th change of the calendar: other numbers and touchpoints.
  turn(side, nth, day) {
    const { counts, touch, jobs } = this.layout;
    const world = this.world;
    this.view(world.counts, BigInt64Array)[counts.FIRST_TOUCH] = BigInt(world.all_touches.rows);
    const market = side[`market.${nth}`];
    const pulls = this.copied(touch, side[`pulls.${nth}`]);
    const pushes = this.copied(touch, side[`pushes.${nth}`]);
    const { placed } = this.layout;
    const chain = { ...this.copied(8 * placed, side[`chain.${nth}`]), columns: placed, bytes: 8 };
    this.world = {
      ...world, before: world.market, pulls_before: world.pulls,
      chain_before: world.chain, chain,
      market: this.copied(market.byteLength, market), pulls, pushes,
      all_touches: this.together(world.all_touches, pulls, pushes),
    };
    this.planEverybody(jobs.TURN, day);
  }

  together(...arrays) {
    return this.copied(arrays[0].bytes, ...arrays.map((array) => this.raw(array).slice()));
  }

  // A job that may ask for an event of each person at once.
  planEverybody(job, day) {
    const { state } = this.layout;
    const used = Number(this.view(this.calendar.state, BigInt64Array)[state.USED]);
    while (this.calendar.entries.rows < 2 * this.people.rows + used) this.growCalendar();
    this.ask(job, day);
  }

  // Have the loop do a job; where an array is full, lengthen it and go on.
  ask(job, time) {
    const { full } = this.layout;
    for (;;) {
      const tables = [this.table("world", this.world), this.table("calendar", this.calendar)];
      const why = this.doors.advance(...tables, job, time);
      if (why === full.DONE) return;
      if (why === full.CALENDAR_FULL) this.growCalendar();
      else if (why === full.REQUESTS_FULL) this.grow("requests");
      else if (why === full.ROWS_FULL) this.grow("rows");
      else throw new Error(`advance: ${why}`);
    }
  }

  grow(name) {
    const array = this.world[name];
    this.world[name] = this.longer(array, Math.floor((array.rows * 3) / 2) + SOME);
  }

  growCalendar() {
    const rows = Math.floor((this.calendar.entries.rows * 3) / 2);
    for (const name of ["entries", "heap"]) {
      this.calendar[name] = this.longer(this.calendar[name], rows);
    }
  }

  emptyCalendar() {
    const { state, group, none } = this.layout;
    const people = this.people.rows;
    const buckets = Math.min(Math.max(people, 64), 1 << 20);
    const size = people + 1024;
    const calendar = {
      entries: this.zeros(size, this.bytesOf("calendar", "entries")),
      buckets: this.filled(buckets + 1, 1, Int32Array, none),
      heap: this.zeros(size, 4),
      state: this.zeros(5, 8),
      bounds: this.zeros(3, 8),
      cursors: this.zeros(group, 4),
    };
    this.view(calendar.state, BigInt64Array)[state.FREE] = BigInt(none);
    const speed = buckets / (this.horizon - this.start);
    this.view(calendar.bounds, Float64Array).set([this.start, speed, this.horizon]);
    return calendar;
  }

  // The arrays of a world in the first period of a side.
  worldOf(side, level) {
    const { touch, stages, placed, total, none, counts: place } = this.layout;
    const [timesKept, library, days, believed] = integersIn(this.frame.rooms);
    const people = this.people.rows;
    const market = side["market.0"];
    const pulls = this.copied(touch, side["pulls.0"]);
    const pushes = this.copied(touch, side["pushes.0"]);
    const waits = numbersIn(this.frame.waits);
    const chain = { ...this.copied(8 * placed, side["chain.0"]), columns: placed, bytes: 8 };
    const counts = this.zeros(place.COUNTS, 8);
    const words = this.view(counts, BigInt64Array);
    words[place.FREE_REPS] = BigInt(integersIn(side.places)[0]);
    words[place.LEVEL] = BigInt(level);
    for (const name of ["LAST_PERSON", "QUEUE_HEAD", "QUEUE_TAIL", "FREE_REQUEST"]) {
      words[place[name]] = BigInt(none);
    }
    const world = {
      market: this.copied(market.byteLength, market),
      people: this.people,
      pulls, pushes,
      before: this.copied(market.byteLength, market),
      pulls_before: pulls,
      tally: this.zeros(2, 8),
      all_touches: this.together(pulls, pushes),
      meet_at: this.filled(people, pulls.rows, Float64Array, Infinity),
      met: this.zeros(people, 4, pulls.rows),
      last_times: this.filled(people, timesKept, Float64Array, -Infinity),
      waits: this.room(people, 8, waits.length),
      sessions: this.zeros(Math.max(1, library), 8, 2),
      purse: this.zeros(2, 8),
      beliefs: this.filled(people + 2, believed, Float64Array, -Infinity),
      chain,
      chain_before: chain,
      rows: this.room(SOME + ROWS_A_PERSON[level] * people, this.layout.row.size),
      truths: this.room(0, 8, this.layout.truths),
      counts,
      clock: this.zeros(2, 8),
      requests: this.zeros(256, this.bytesOf("world", "requests")),
      life_entry: this.filled(people, 1, Int32Array, none),
      totals: this.zeros(level ? people : 0, total.size),
      cost_by_day: this.zeros(days, 8),
      fits: this.copied(8 * stages, this.frame.fits),
      rep_hours: this.copied(8, this.frame.rep_hours),
      worth: this.copied(8, this.frame.worth),
      arms: this.zeros(0, 8),
    };
    world.fits = { ...world.fits, columns: stages, bytes: 8 };
    if (waits.length) {
      const kept = this.view(world.waits, Float64Array);
      for (let at = 0; at < kept.length; at += waits.length) kept.set(waits, at);
    }
    this.view(world.tally, BigInt64Array)[0] = BigInt(this.atStart(market));
    return world;
  }

  // How many people there are when the market opens.
  atStart(market) {
    const [at] = this.layout.parameters.people;
    return Number(new DataView(market.buffer, market.byteOffset).getBigInt64(at, true));
  }

  // --- what a run leaves

  // Measures by name, people who reached each stage, and a mark for each life; with `stays`, of a
  // run with all stages in its log, the share of customers still with us, by days.
  tally(side, stays = false) {
    const { measures, stages, prices } = this.layout;
    const lives = stays ? this.people.rows : 0;
    const sheet = {
      found: this.zeros(measures.length, 8),
      reached: this.zeros(stages, 8),
      marks: this.zeros(this.people.rows, 1),
      account: this.copied(8, side.account),
      prices: { ...this.copied(8 * prices, side.prices), columns: prices, bytes: 8 },
      retained: this.zeros(stays ? this.layout.retained : 0, 8),
      since: this.room(lives, 8), left: this.room(lives, 8), still: this.room(lives, 8),
    };
    this.doors.tally(this.table("world", this.world), this.table("sheet", sheet));
    const found = this.view(sheet.found, Float64Array);
    return {
      found: Object.fromEntries(measures.map((name, place) => [name, found[place]])),
      reached: [...this.view(sheet.reached, BigInt64Array)].map(Number),
      marks: this.raw(sheet.marks).slice(),
      retained: [...this.view(sheet.retained, Float64Array)],
    };
  }

  // The rows of the log, as bytes in memory: good until the next run.
  rows() {
    const { counts, row } = this.layout;
    const used = Number(this.view(this.world.counts, BigInt64Array)[counts.ROWS]);
    return new Uint8Array(this.memory.buffer, this.world.rows.at, used * row.size);
  }
}

export const numbersIn = (bytes) =>
  [...new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)];

export const integersIn = (bytes) =>
  [...new BigInt64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)].map(Number);
