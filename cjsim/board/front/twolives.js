// One person's lives, side by side: a staircase of stages, the contacts below, the day they part.
import { drawn, el } from "./dom.js";
import { differences, isAway, livesFrom, partingDay, stageOn } from "./life.js";
import { inkOf, tint, titleOf, who, wordsOf } from "./look.js";
import { canvas, heading, line, words } from "./picture.js";

export function drawLives(board) {
  const { speaker, state } = board;
  if (board.isHidden(1)) return [heading("?")];
  const answer = board.lives();
  if (!answer) return [heading(speaker.say("waiting"))];
  const people = answer.lives[0].persons;
  const sides = livesFrom(answer, board.product);
  const differ = differences(sides);
  const place = people.indexOf(state.person) >= 0 ? people.indexOf(state.person) : nextPlace(differ, sides, -1);
  const pair = [sides[0][place], sides[1][place]];
  const parting = partingDay(...pair);
  const title = speaker.say("lives_title", { n: people[place] });
  return [
    heading(title, el("p", {}, aboutWords(board, answer, place)), el("span", { class: "sp" }),
      el("button", { type: "button", class: "btn", "data-f": "next", onclick: () =>
        board.change((s) => { s.person = people[nextPlace(differ, sides, place)]; }, { ask: false }) },
      `${speaker.say("next_person")} →`)),
    staircases(board, pair, parting, title),
    el("div", { class: "story" }, pair.map((life, side) => story(board, life, side, parting))),
  ];
}

function aboutWords(board, { lives: [first] }, place) {
  const { speaker, state } = board;
  const note = speaker.say(state.same ? "lives_note" : "lives_own_luck");
  if (!first.motives) return note;
  const who = [speaker.say(`motive.${first.motives[place]}`), speaker.say(`adopter.${first.adopters[place]}`)];
  return `${who.join(", ").toLowerCase()} · ${note}`;
}

// The next whose lives part, buyers of more or fewer first; itself where nobody's do.
function nextPlace(differ, sides, from) {
  const order = differ.map((_, i) => (from + 1 + i) % differ.length);
  const tells = (i) => Math.abs(differ[i]) === 1 && partingDay(sides[0][i], sides[1][i]) > 0;
  return order.find(tells) ?? order.find((i) => differ[i]) ?? Math.max(0, from);
}

function staircases(board, pair, parting, label) {
  const plan = measured(board);
  const inner = pair.map((life, side) => staircase(board, plan, life, side, parting));
  const { rem, width } = plan;
  if (parting < Infinity) {
    const x = plan.x(parting);
    const atEnd = plan.small || x > width * 0.6;
    inner.push(line(`M${x} ${0.9 * rem}V${plan.height - 1.5 * rem}`, "stroke:var(--ink);stroke-width:1.5;stroke-dasharray:4 3"),
      words(plan.small ? width - 0.2 * rem : x + (atEnd ? -0.4 : 0.4) * rem, rem,
        board.speaker.say("lives_part", { day: board.speaker.number(Math.floor(parting)) }),
        `fill:var(--ink);font-weight:700;font-size:${0.8 * rem}px`, atEnd ? "end" : "start"));
  }
  for (let year = 0; year * 365 <= board.product.days + 1; year += plan.yearStep) {
    const isLast = (year + plan.yearStep) * 365 > board.product.days + 1;
    inner.push(words(plan.x(Math.min(year * 365, board.product.days)), plan.height - 0.35 * rem, board.speaker.number(year * 365),
      `fill:var(--ink2);font-size:${plan.size}px`, isLast && year ? "end" : "middle"));
  }
  return canvas(width, plan.height, label, inner);
}

function measured(board) {
  const { state, product, speaker } = board;
  const rem = board.rem();
  const width = board.width();
  const small = width < 30 * rem;
  const size = (small ? 0.72 : 0.8) * rem;
  const letters = Math.max(...product.stages.map((s) => speaker.of(s.title).length), speaker.say("with_rival").length);
  const left = small ? 2.2 * rem : Math.min(width / 3, letters * 0.58 * size + 0.6 * rem);
  const space = board.space(state.room ? 0.5 : 5.3) - 4.4 * rem;
  const high = Math.max((state.room ? 6.5 : 7.8) * rem, Math.min(20 * rem, space / 2 - 0.6 * rem));
  const shown = small ? [1, 4, 7, 9, 11] : high > 14 * rem ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] : [1, 3, 5, 7, 9, 11];
  const years = product.days / 365;
  return {
    rem, width, small, size, left, high, shown, yearStep: Math.max(1, Math.ceil(years / (small ? 4 : 8))),
    height: 2 * (high + 0.7 * rem) + 1.6 * rem, x: (day) => left + (day / product.days) * (width - left - 0.6 * rem),
  };
}

function staircase(board, plan, life, side, parting) {
  const { rem, width, high, left, size } = plan;
  const top = side * (high + 0.7 * rem) + 1.3 * rem;
  const bottom = top + high - 2.2 * rem;
  const y = (stage) => isAway(stage) ? bottom + 0.75 * rem : bottom - ((stage - 0.4) / 12) * (bottom - top - 0.2 * rem);
  const ink = inkOf(board, side);
  const parts = [words(0, top - 0.3 * rem, `${board.speaker.letter(side)} ${titleOf(board, side)}`,
    `fill:${wordsOf(board, side)};font-weight:700;font-size:${0.95 * rem}px`)];
  if (parting < Infinity) {
    parts.push(drawn("rect", { x: plan.x(parting), y: top, width: width - 0.6 * rem - plan.x(parting),
      height: bottom - top + 1.2 * rem, style: "fill:var(--faint)" }));
  }
  const name = (at, content) => words(left - 0.4 * rem, at + size * 0.35, content, `fill:var(--ink2);font-size:${size}px`, "end");
  for (const stage of plan.shown) {
    parts.push(line(`M${left} ${y(stage)}H${width - 0.6 * rem}`, "stroke:var(--line)"),
      name(y(stage), plan.small ? stage : board.speaker.of(board.product.stages[stage - 1].title)));
  }
  parts.push(name(y(13), plan.small ? "–" : board.speaker.say("with_rival")));
  parts.push(line(steps(life, plan, y, board.product.days), `stroke:${ink};stroke-width:3.2;stroke-linejoin:round`));
  for (const day of life.deals) {
    parts.push(drawn("circle", { cx: plan.x(day), cy: y(stageOn(life, day)), r: 0.3 * rem,
      style: `fill:var(--card);stroke:${ink};stroke-width:2.5` }));
  }
  const last = lastBefore(life, parting);
  for (const contact of life.contacts) parts.push(contactMark(plan, contact, bottom + 1.75 * rem, ink, contact === last));
  return parts;
}

function steps(life, plan, y, days) {
  return life.moves.map(([day, stage], i) => {
    const until = life.moves[i + 1]?.[0] ?? days;
    return `${i ? "L" : "M"}${plan.x(day)} ${y(stage)}L${plan.x(until)} ${y(stage)}`;
  }).join("");
}

function contactMark(plan, [day, fits], y, ink, ringed) {
  const x = plan.x(day);
  const z = 0.26 * plan.rem;
  const star = `M${x} ${y - z * 1.5}L${x + z * 0.4} ${y - z * 0.4}L${x + z * 1.4} ${y}L${x + z * 0.4} ${y + z * 0.4}`
    + `L${x} ${y + z * 1.5}L${x - z * 0.4} ${y + z * 0.4}L${x - z * 1.4} ${y}L${x - z * 0.4} ${y - z * 0.4}z`;
  const mark = fits ? drawn("path", { d: star, style: `fill:${ink};stroke:var(--ink);stroke-width:.7` })
    : line(`M${x - z} ${y - z}l${2 * z} ${2 * z}m0 ${-2 * z}l${-2 * z} ${2 * z}`, "stroke:var(--ink);stroke-width:1.7");
  const ring = drawn("circle", { cx: x, cy: y, r: 0.6 * plan.rem, style: "fill:none;stroke:var(--ink);stroke-width:2" });
  return ringed ? [mark, ring] : mark;
}

const NEAR = 120; // days before the parting in which a contact is told
function lastBefore(life, parting) {
  return life.contacts.filter(([day]) => day <= parting && parting - day < NEAR).at(-1);
}

function story(board, life, side, parting) {
  const { speaker, product } = board;
  const places = {
    name: who(board, side), deals: speaker.counted("deals", life.deals.length),
    contacts: speaker.counted("contacts", life.contacts.length),
    missed: speaker.number(life.contacts.filter(([, fits]) => !fits).length),
    end: speaker.of(product.places[stageOn(life, product.days)]).toLowerCase(),
  };
  const last = parting < Infinity ? lastBefore(life, parting) : null;
  const then = last ? speaker.say(last[1] ? "last_fits" : "last_misses", {
    day: speaker.number(Math.floor(last[0])), touchpoint: speaker.of(product.touchpoints[last[2]]) }) : "";
  const alike = parting === Infinity && side === 1 ? ` ${speaker.say("lives_alike")}` : "";
  return el("div", { style: tint(board, side) }, speaker.nodes("life_was", places), then ? ` ${then}` : "", alike);
}
