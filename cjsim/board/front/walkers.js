// What is drawn on the trail: the hill, the people on it, the contacts that reach them.
import { isAway, placeOn } from "./life.js";

const WALK = 14; // days that a step from one stage to the next is drawn over
const SPARK = 16; // days that a contact is seen

export function drawHill(trail, context, top, mark, dashes) {
  const { width, high, ink } = trail;
  const at = (x) => top + high * trail.ground(x);
  context.beginPath();
  context.moveTo(0, top + high * 0.865);
  for (let x = 0; x <= width; x += 8) context.lineTo(x, at(x));
  context.lineTo(width, at(width));
  context.lineTo(width, top + high * 0.865);
  context.closePath();
  context.fillStyle = ink.hill;
  context.fill();
  context.strokeStyle = ink.line;
  context.lineWidth = 1;
  for (const x of trail.edges.slice(1, -1)) stroke(context, [[x, at(x)], [x, top + high * 0.865]]);
  context.strokeStyle = mark;
  context.lineWidth = 2.5;
  context.setLineDash(dashes);
  stroke(context, Array.from({ length: Math.floor(width / 6) + 1 }, (_, i) => [6 * i, at(6 * i)]));
  context.setLineDash([]);
}

// Returns where the person is drawn.
export function drawPerson(trail, context, life, i, side, stage, mark) {
  const { dot, ink } = trail;
  const person = trail.persons[i];
  let [x, y] = trail.spot(person, stage, side);
  const at = placeOn(life, trail.day);
  const share = at > 0 ? (trail.day - life.moves[at][0]) / WALK : 1;
  if (share < 1) {
    const [fromX, fromY] = trail.spot(person, life.moves[at - 1][1], side);
    const eased = share * share * (3 - 2 * share);
    const jump = isAway(stage) || isAway(life.moves[at - 1][1]) ? 0 : Math.sin(Math.PI * eased) * trail.high * 0.03;
    [x, y] = [fromX + (x - fromX) * eased, fromY + (y - fromY) * eased - jump];
  }
  const away = isAway(stage);
  context.beginPath();
  context.arc(x, y, away ? dot * 0.72 : dot, 0, 7);
  context.lineWidth = away ? 1.1 : 1.5;
  if (trail.board.product.ours.includes(stage)) {
    context.fillStyle = mark;
    context.fill();
    context.lineWidth = 0.8;
    context.strokeStyle = ink.paper;
  } else {
    context.fillStyle = away ? "transparent" : ink.card;
    context.fill();
    context.strokeStyle = away ? ink.edge : ink.ink2;
  }
  context.stroke();
  if (trail.differ[i] && trail.differ[i] !== 2 && !away) {
    context.beginPath();
    context.arc(x, y, dot * 1.6, 0, 7);
    context.lineWidth = 1.2;
    context.strokeStyle = ink.ink;
    context.stroke();
  }
  for (const [day, fits] of life.contacts) {
    const age = (trail.day - day) / SPARK;
    if (age < 0) break;
    if (age <= 1) drawContact(trail, context, x, y, age, fits, mark);
  }
  return [x, y];
}

function drawContact(trail, context, x, y, age, fits, mark) {
  const { dot, ink, high } = trail;
  const top = y - dot * 2.4 - age * high * 0.05;
  const size = dot * (fits ? 2.6 * (1 - age * 0.45) : 1.3);
  context.globalAlpha = 1 - age * age;
  context.strokeStyle = ink.ink;
  if (fits) {
    context.beginPath();
    for (let corner = 0; corner < 8; corner++) {
      const [angle, r] = [(corner * Math.PI) / 4, corner % 2 ? size * 0.36 : size];
      context[corner ? "lineTo" : "moveTo"](x + Math.sin(angle) * r, top - Math.cos(angle) * r);
    }
    context.closePath();
    context.fillStyle = mark;
    context.fill();
    context.lineWidth = 0.8;
    context.stroke();
  } else {
    context.lineWidth = 1.7;
    stroke(context, [[x - size, top - size], [x + size, top + size]]);
    stroke(context, [[x + size, top - size], [x - size, top + size]]);
  }
  context.globalAlpha = 1;
}

export function drawRing(trail, context, [x, y]) {
  const { dot, ink, rem, board } = trail;
  context.beginPath();
  context.arc(x, y, dot * 2.7, 0, 7);
  context.lineWidth = 2.5;
  context.strokeStyle = ink.ink;
  context.stroke();
  const onRight = x > trail.width * 0.8;
  context.textAlign = onRight ? "right" : "left";
  context.font = `700 ${0.85 * rem}px ${trail.family}`;
  context.lineWidth = 4;
  context.strokeStyle = ink.paper;
  const at = [x + (onRight ? -1 : 1) * dot * 3.6, y - dot * 2];
  context.strokeText(board.state.person, ...at);
  context.fillStyle = ink.ink;
  context.fillText(board.state.person, ...at);
}

export function drawLabels(trail, context) {
  const { rem, ink, board } = trail;
  context.textAlign = "center";
  board.product.stages.forEach((stage, i) => {
    const middle = (trail.edges[i] + trail.edges[i + 1]) / 2;
    const font = `400 ${0.72 * rem}px ${trail.family}`;
    if (!trail.labels) write(context, stage.number, middle, trail.high + 1.05 * rem, ink.ink2, font);
    else write(context, board.speaker.of(stage.title), trail.labels[i][1], trail.high + (0.98 + 0.97 * trail.labels[i][0]) * rem, ink.ink, font);
  });
}

export function write(context, content, x, y, ink, font) {
  context.font = font;
  context.fillStyle = ink;
  context.fillText(content, x, y);
}

function stroke(context, points) {
  context.beginPath();
  points.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](x, y));
  context.stroke();
}

// The same number from 0 to 1 for the same two, for places in the picture and nothing else.
export function noise(a, b) {
  let h = Math.imul(a + 1, 374761393) ^ Math.imul(b + 1, 668265263);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}
