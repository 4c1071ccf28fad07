// Where everything stands: what an address holds, undo goes back to, and a question is made of.

export const VIEWS = ["funnel", "money", "who", "stay", "trail", "lives"];
export const MOST_SIDES = 4;

export function firstState(product, lang) {
  return {
    product: product.name, people: product.people.usual, worlds: product.worlds[0], same: true,
    sides: product.sides.map((strategy) => ({ strategy, dials: {} })), dials: {},
    view: "funnel", guess: null, tried: null, more: false, person: null, pins: [],
    lang, theme: null, room: false, bare: false, limits: null,
  };
}

export const copied = (value) => JSON.parse(JSON.stringify(value));

export const strategyOf = (product, name) => product.strategies.find((s) => s.name === name);

export const placeOf = (product, name) => product.strategies.findIndex((s) => s.name === name);

export const dialOf = (product, id) => product.dials.find((dial) => dial.id === id);

// The value in the file: of a side's dial, that of its strategy.
export const usualOf = (dial, strategy) => (dial.side ? dial.usual[strategy] : dial.usual);

// Where a dial stands; side is -1 for a dial of the world.
export function valueOf(state, dial, side) {
  const own = side < 0 ? state.dials : state.sides[side].dials;
  return own[dial.id] ?? usualOf(dial, state.sides[Math.max(0, side)].strategy);
}

export function setValue(state, dial, side, value) {
  const own = side < 0 ? state.dials : state.sides[side].dials;
  const usual = usualOf(dial, state.sides[Math.max(0, side)].strategy);
  if (value === usual) delete own[dial.id];
  else own[dial.id] = value;
}

// May a dial stand there? Where a task sets limits, {id: [lowest, highest]}, only within them.
export function isAllowed(state, dial, value) {
  const [low, high] = state.limits?.[dial.id] ?? [-Infinity, Infinity];
  const number = value === "inf" ? Infinity : value;
  return low <= number && number <= high;
}

// Why a dial cannot act: for its side, or, of a dial of the world, for every side there is.
export function whyOff(product, state, dial, side) {
  const reasons = state.sides.map((one) => dial.off[one.strategy] ?? null);
  if (side >= 0) return reasons[side];
  return reasons.every(Boolean) ? reasons[0] : null;
}

export const isChanged = (state) =>
  Object.keys(state.dials).length > 0 || state.sides.some((s) => Object.keys(s.dials).length > 0);

// The part of the state that a result depends on.
export const settingsOf = (state) => ({
  product: state.product, people: state.people, same: state.same,
  sides: state.sides, dials: state.dials, stays: state.view === "stay",
});

export const keyOf = (settings) => JSON.stringify([
  settings.product, settings.people, settings.same, Boolean(settings.stays), sorted(settings.dials),
  settings.sides.map((side) => [side.strategy, sorted(side.dials)]),
]);

const sorted = (table) => Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1));
