// The words of a language, with their places filled. The modules of the board hold no words.
import { el } from "./dom.js";
import { formatted } from "./numbers.js";

export class Speaker {
  constructor(words, lang) {
    this.words = words[lang];
    this.lang = lang;
    this.forms = new Intl.PluralRules(lang);
  }

  say(key, places = {}) {
    const template = this.words[key];
    if (template === undefined) throw new Error(`no words for ${key}`);
    return template.replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);
  }

  has(key) {
    return key in this.words;
  }

  // The same as nodes: places may be elements, **words** between stars are strong.
  nodes(key, places = {}) {
    const parts = this.words[key].split("**");
    return parts.map((part, i) => {
      const inside = part.split(/(\{\w+\})/).filter(Boolean).map((piece) => {
        const name = piece.match(/^\{(\w+)\}$/)?.[1];
        return name && name in places ? places[name] : piece;
      });
      return i % 2 ? el("b", {}, inside) : inside;
    });
  }

  counted(key, n) {
    const form = this.forms.select(Math.abs(n));
    const template = this.words[`plural.${key}.${form}`] ?? this.words[`plural.${key}.other`];
    return template.replace("{n}", this.number(n));
  }

  number(value, digits = 0, signed = false) {
    return formatted(value, this.lang, digits, signed);
  }

  of(title) {
    return title[this.lang];
  }

  letter(place) {
    return this.words.letters[place];
  }
}
