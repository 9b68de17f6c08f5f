// Building the page: elements and text, never HTML.

/** An element with attributes and children; attributes that are null or undefined are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

const RUN = /\d(?:[ -]?\d)+/g;
const PRINTED = /\d(?:-[\dA-Z]+|[ -]?\d)+(?: \(\d(?:[ -]?\d)+\))?/g;
const IN_A_SENTENCE = /(?<![\d-])(?:(?:1-)?\d{3}-\d{3}-\d{4}|\d-\d-\d)(?![\d-])/g;

/** A label as a screen reader should read it, its number digit by digit; the server's `spoken` does the same. */
export function spoken(label) {
  const number = label.match(RUN)?.at(-1);
  if (!number) {
    return label;
  }
  const groups = number.split(/[ -]/);
  if (groups.every((group) => group.length === 1)) {
    return label.replace(number, groups.join(" "));
  }
  return `${label}, ${groups.map((group) => [...group].join(" ")).join(", ")}`;
}

/** The pieces of a sentence, every number in it made into a link. */
export function linked(text) {
  return withNumbers(IN_A_SENTENCE, text, (number) =>
    make("a", { class: "number", href: dial(number), "aria-label": spoken(number) }, number),
  );
}

/** The pieces of a label, no number in it split over two lines: 1-855-554-HEAL (1-855-554-4325) is one number. */
export function unbroken(label) {
  return withNumbers(PRINTED, label, (number) => make("span", { class: "digits" }, number));
}

function withNumbers(pattern, text, mark) {
  const pieces = [];
  let end = 0;
  for (const found of text.matchAll(pattern)) {
    pieces.push(text.slice(end, found.index), mark(found[0]));
    end = found.index + found[0].length;
  }
  return [...pieces, text.slice(end)];
}

function dial(number) {
  const digits = number.replaceAll("-", "");
  if (digits.length < 10) {
    return `tel:${digits}`;
  }
  return `tel:+${digits.length === 11 ? digits : `1${digits}`}`;
}
