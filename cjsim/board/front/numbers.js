// Numbers as people write and read them, in each language: the same as cjsim.labels.numbers.

const SIGNS = { en: { thousands: ",", point: "." }, ru: { thousands: "\u00a0", point: "," } };
const NO_NUMBER = "–";
const TRUE_MINUS = "−";

export function formatted(value, lang, digits = 0, signed = false) {
  if (!Number.isFinite(value)) return NO_NUMBER;
  const shown = rounded(Math.abs(value), digits);
  const isZero = !/[1-9]/.test(shown);
  const sign = isZero ? "" : value < 0 ? TRUE_MINUS : signed ? "+" : "";
  const [whole, fraction] = shown.split(".");
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, SIGNS[lang].thousands);
  return sign + apart + (fraction ? SIGNS[lang].point + fraction : "");
}

export function perCent(share, lang, digits = 0) {
  const shown = formatted(100 * share, lang, digits);
  if (shown === NO_NUMBER) return shown;
  return lang === "ru" ? `${shown}\u00a0%` : `${shown}%`;
}

// English as any terminal can print it: the hyphen is minus and dash.
export function typedNumber(value, lang, digits = 0, signed = false) {
  const shown = formatted(value, lang, digits, signed);
  return lang === "en" ? shown.replace(TRUE_MINUS, "-").replace(NO_NUMBER, "-") : shown;
}

// The value of a key as people write it: so many digits that count, and no exponent.
export function setting(value, lang, digits = 6) {
  const size = value && Number.isFinite(value) ? Math.floor(Math.log10(Math.abs(value))) : digits - 1;
  const places = Math.max(0, digits - 1 - size);
  const fraction = Math.abs(value).toFixed(places).split(".")[1] ?? "";
  return formatted(value, lang, fraction.replace(/0+$/, "").length);
}

// A tie goes to the even neighbour; toFixed alone would round it up.
function rounded(value, digits) {
  if (value >= 1e21) return BigInt(value).toString() + (digits ? "." + "0".repeat(digits) : "");
  const exact = value.toFixed(Math.min(100, digits + 60));
  const [whole, fraction] = exact.split(".");
  const isTie = /^50*$/.test(fraction.slice(digits));
  const kept = whole + fraction.slice(0, digits);
  if (!isTie || Number(kept.at(-1)) % 2 === 1) return value.toFixed(digits);
  return digits ? `${whole}.${fraction.slice(0, digits)}` : whole;
}

// What somebody has typed: comma or point, spaces, either minus. NaN where it is no number.
export function readNumber(typed) {
  const plain = typed.trim().replace(/[\s\u00a0\u202f]/g, "").replace(TRUE_MINUS, "-");
  const pointed = plain.replace(",", ".");
  return /^-?(\d+\.?\d*|\.\d+)$/.test(pointed) ? Number(pointed) : NaN;
}
