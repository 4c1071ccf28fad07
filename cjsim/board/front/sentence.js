// What a result says, with a subject that does something, a size, a doubt, and the price of it.
import { el } from "./dom.js";
import { isClear } from "./intervals.js";

// Where profit differs too little to be seen, in the digits that are shown.
export function verdict(gap) {
  if (gap.runs < 2) return "first";
  if (Number.isNaN(gap.low) && gap.mean === 0) return "same";
  return isClear(gap) ? (gap.mean > 0 ? "more" : "less") : "even";
}

// Nodes for the sentence. names: (side) -> text or node; digits: of money.
export function sentenceOf(result, speaker, names, money, digits) {
  if (!result) return speaker.nodes("say_waiting");
  const side = 1;
  const gap = result.gaps[side].profit;
  const kind = verdict(gap);
  const places = {
    a: names(0), b: names(side), money,
    gap: speaker.number(kind === "first" ? gap.mean : Math.abs(gap.mean), digits, kind === "first"),
    doubt: Number.isNaN(gap.low) ? "" : doubtNode(gap, speaker, digits),
  };
  return [speaker.nodes(`say_${kind}`, places), ...why(result.gaps[side], speaker)];
}

function doubtNode(gap, speaker, digits) {
  const [low, high] = [gap.low, gap.high].map((end) => speaker.number(end, digits, true));
  return el("span", { class: "doubt" }, " ", speaker.say("say_doubt", { low, high }));
}

// The deals and the contacts they are paid with, where both are told by the worlds.
function why(gaps, speaker) {
  const deals = Math.round(gaps.deals.mean);
  const contacts = Math.round(gaps.contacts.mean / 100) * 100;
  if (!isClear(gaps.deals) || !isClear(gaps.contacts) || !deals || !contacts) return [];
  const [more, fewer] = [deals > 0 ? "more" : "fewer", contacts > 0 ? "more" : "fewer"];
  const first = speaker.say(`say_deals_${more}`, { deals: dealWords(deals, speaker) });
  const then = speaker.say(`say_letters_${fewer}`, { letters: speaker.number(Math.abs(contacts)) });
  return [el("span", { class: "why" }, ` ${first} ${then}`)];
}

const dealWords = (deals, speaker) =>
  speaker.lang === "en" ? speaker.counted("deals", Math.abs(deals)) : speaker.number(Math.abs(deals));
