// Lives as arrays for drawing: of each person on each side, the stages, contacts and deals.

const GONE_FROM = 13; // with a rival, asleep, gone; 0 is unaware

export const isAway = (stage) => stage === 0 || stage >= GONE_FROM;

// answer: of the engine; see the message "lives". Returns for each side a list of lives in the
// order of `persons`: {moves: [[day, stage]], contacts: [[day, fits, touchpoint]], deals: [day]}.
export function livesFrom(answer, product) {
  const { events } = product;
  return answer.lives.map(({ persons, rows }) => {
    const place = new Map(persons.map((person, i) => [person, i]));
    const all = persons.map(() => ({ moves: [], contacts: [], deals: [] }));
    rows.person.forEach((person, row) => {
      const life = all[place.get(person)];
      const [day, event] = [rows.time[row], rows.event[row]];
      if (event === events.contact) life.contacts.push([day, rows.fits[row], rows.touchpoint[row]]);
      else if (event === events.start || event === events.enter) life.moves.push([day, rows.stage[row]]);
      else if (event === events.first_deal || event === events.repeat_deal) life.deals.push(day);
    });
    return all;
  });
}

// The place in `moves` that holds on a day; -1 before the first.
export function placeOn(life, day) {
  let [low, high] = [0, life.moves.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (life.moves[middle][0] <= day) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function stageOn(life, day) {
  const at = placeOn(life, day);
  return at < 0 ? 0 : life.moves[at][1];
}

// The first day on which two lives are at different stages or only one of them makes a deal;
// Infinity if there is none.
export function partingDay(one, other) {
  const days = [...one.moves, ...other.moves].map(([day]) => day).concat(one.deals, other.deals);
  const dealt = (life, day) => life.deals.filter((d) => d <= day).length;
  for (const day of [...new Set(days)].sort((a, b) => a - b)) {
    if (stageOn(one, day) !== stageOn(other, day) || dealt(one, day) !== dealt(other, day)) return day;
  }
  return Infinity;
}

// Who buys more (+1) or less (-1) on the second side, who lives otherwise (2), who lives the same (0).
export function differences([first, second]) {
  return first.map((life, i) => {
    const more = second[i].deals.length - life.deals.length;
    return more ? Math.sign(more) : partingDay(life, second[i]) < Infinity ? 2 : 0;
  });
}
