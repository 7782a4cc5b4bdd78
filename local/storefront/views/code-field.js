// The field for a sign-in code: eight symbols in two groups, however they are typed or pasted.

import { h } from "../dom.js";

const LENGTH = 8;
const GROUP = 4;
// Letters that are read as figures; the alphabet of the codes has none of them.
const LOOKALIKES = { O: "0", I: "1", L: "1" };

/** The field, with `code` filled in. */
export function codeField(code, properties) {
  const input = h("input", {
    type: "text", class: "code", autocomplete: "one-time-code", inputmode: "text", autocapitalize: "characters",
    autocorrect: "off", spellcheck: "false", enterkeyhint: "go", required: true, value: grouped(symbolsOf(code ?? "")), ...properties,
  });
  input.addEventListener("input", () => tidy(input));
  validate(input);
  return input;
}

/** Empties the field. */
export function clearCode(input) {
  input.value = "";
  validate(input);
}

function tidy(input) {
  const before = symbolsOf(input.value.slice(0, input.selectionStart)).length;
  const tidied = grouped(symbolsOf(input.value));
  // Untouched while nothing is wrong with it: some keyboards lose their place when a field is written to.
  if (tidied !== input.value) {
    const caret = before + (before > GROUP ? 1 : 0);
    input.value = tidied;
    input.setSelectionRange(caret, caret);
  }
  validate(input);
}

function validate(input) {
  input.setCustomValidity(symbolsOf(input.value).length === LENGTH ? "" : "A code has eight letters and figures, as in K7QF-2M9X.");
}

// In a sentence or a link that was pasted, the code is a word of its own, with its dash or with a figure.
const IN_SENTENCE = /(?<![0-9A-Z])(?:[0-9A-Z]{4}[-\u2010-\u2015][0-9A-Z]{4}|(?=[A-Z]*[0-9])[0-9A-Z]{8})(?![0-9A-Z])/i;

function symbolsOf(text) {
  const symbols = plain(text);
  // One symbol too many is a slip of the finger.
  if (symbols.length <= LENGTH + 1) return symbols.slice(0, LENGTH);
  return plain(IN_SENTENCE.exec(text)?.[0] ?? "");
}

function plain(text) {
  return text.toUpperCase().replace(/[^0-9A-Z]/g, "").replace(/[OIL]/g, (letter) => LOOKALIKES[letter]);
}

function grouped(symbols) {
  return symbols.length > GROUP ? `${symbols.slice(0, GROUP)}-${symbols.slice(GROUP)}` : symbols;
}
