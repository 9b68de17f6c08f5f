// Telephone numbers: found in a sentence, made into links, and read out digit by digit.

import { html, type TemplateResult } from "lit/html.js";

const RUN = /\d(?:[ -]?\d)+/g;
const PRINTED = /\d(?:-[\dA-Z]+|[ -]?\d)+(?: \(\d(?:[ -]?\d)+\))?/g;
const IN_A_SENTENCE = /\b(?:(?:1-)?\d{3}-\d{3}-\d{4}|\d-\d-\d)\b(?!-)/g;

type Pieces = (string | TemplateResult)[];

/** The last number of a label such as "Call 9-8-8". */
export function numberIn(label: string): string {
  return label.match(RUN)?.at(-1) ?? "";
}

/**
 * A label as a screen reader should read it, its number digit by digit. What is seen stays part of what is heard, so
 * that people who speak to their computer can say what they see (WCAG 2.5.3). The server's `spoken` does the same.
 */
export function spoken(label: string): string {
  const number = numberIn(label);
  const apart = digits(number);
  return /\d\d/.test(number) ? `${label}, ${apart}` : label.replace(number, apart);
}

/** A sentence to be read out, every number in it digit by digit. */
export function aloud(text: string): string {
  return text.replace(IN_A_SENTENCE, digits);
}

/** The pieces of a sentence, every number in it made into a link. */
export function linked(text: string): Pieces {
  return withNumbers(
    IN_A_SENTENCE,
    text,
    (number) => html`<a class="number" href=${dial(number)} aria-label=${spoken(number)}>${number}</a>`,
  );
}

/** The pieces of a label, no number in it split over two lines: 1-855-554-HEAL (1-855-554-4325) is one number. */
export function unbroken(label: string): Pieces {
  return withNumbers(PRINTED, label, (number) => html`<span class="digits">${number}</span>`);
}

function digits(number: string): string {
  const groups = number.split(/[ -]/).map((group) => [...group].join(" "));
  return groups.join(/\d\d/.test(number) ? ", " : " ");
}

function withNumbers(pattern: RegExp, text: string, mark: (number: string) => TemplateResult): Pieces {
  const pieces: Pieces = [];
  let end = 0;
  for (const found of text.matchAll(pattern)) {
    pieces.push(text.slice(end, found.index), mark(found[0]));
    end = found.index + found[0].length;
  }
  return [...pieces, text.slice(end)];
}

function dial(number: string): string {
  const only = number.replaceAll("-", "");
  return only.length < 10 ? `tel:${only}` : `tel:+${only.length > 10 ? "" : 1}${only}`;
}
