// Messages as a person sees them: paragraphs, cards, choices, and the floor. Text only, never HTML.

import { html, nothing } from "lit/html.js";
import { type Contact, type Hours, isFloor, type Line, type Locale, type Message, type Resource } from "./messages";
import { linked, spoken, unbroken } from "./numbers";
import { fill, type Words } from "./words";

/** Open or closed is told for so long after it was computed; then only the hours stand. */
const STATUS_HOLDS_MS = 15 * 60 * 1000;

/** What a message is shown in. */
export interface Context {
  locale: Locale;
  words: Words;
  /** When open and closed were computed; 0 where it is long ago. */
  at: number;
  /** The values of the choices that were pressed here. */
  chosen: Set<string>;
  /** What the buttons of cards last said, by button and slug. */
  told: Map<string, keyof Words>;
  choose(value: string, label: string): void;
  press(button: "copy" | "report", card: Resource, event: Event): void;
}

export function render(message: Message, context: Context): unknown {
  const { text = "", resources, choices } = message;
  if (isFloor(message)) {
    return html`<div class="floor"><p class="lead">${linked(text)}</p>${floorLines(resources!, context.words)}${source(resources![0]!, context)}</div>`;
  }
  return html`<div>${text && html`<div class="text">${text.trim().split(/\s*\n\s*/).map((line) => html`<p>${linked(line)}</p>`)}</div>`}${
    resources && html`<ul class="cards" role="list">${resources.map((one) => html`<li>${card(one, context)}</li>`)}</ul>`
  }${
    choices && html`<ul class="choices ${choices.length > 4 ? "many" : ""}" role="list">${choices.map(({ label, value }) => {
      // A chosen one stays readable, says that it was chosen, and can be chosen again.
      const mark = context.chosen.has(value) && html`<span class="mark">${context.words.you_chose} </span>`;
      return html`<li><button class="choice ${mark ? "chosen" : ""}" data-choice=${value} @click=${() => context.choose(value, label)}>${mark || ""}${label}</button></li>`;
    })}</ul>`
  }</div>`;
}

/** The first words of a message, to be announced: the floor in full, anything else in short. */
export function inShort(message?: Message): string {
  const text = message?.text ?? message?.resources?.map((one) => one.name).join(", ") ?? "";
  return isFloor(message) ? text : (text.match(/^.{0,200}(?!\S)/s) ?? [text])[0];
}

export function floorLines(lines: Line[], words: Words): unknown {
  return html`<ul class="lines" role="list">${lines.map(
    // In which languages they answer, the lead or the name already says.
    (line) => html`<li class="line"><div><h3>${line.name}</h3>${line.about && html`<p>${line.about}</p>`}<p>${line.hours.text}</p></div>${contacts(line.contacts, words)}</li>`,
  )}</ul>`;
}

function card(resource: Resource, context: Context): unknown {
  const { words, told, press } = context;
  const { slug, name, serves, about, kind_of_service: kind = "", hours } = resource;
  const button = (which: "copy" | "report") => {
    const said = told.get(which + slug);
    return html`<button class="report" aria-label="${words[said ?? which]} · ${name}" aria-disabled=${said === "reported"} @click=${(event: Event) => press(which, resource, event)}>${words[said ?? which]}</button>`;
  };
  return html`<article class="card"><h3>${name}</h3><p class="kind">${(words.kinds as Record<string, string>)[kind] ?? kind.replaceAll("_", " ")}</p>${
    serves && html`<p><span class="label">${words.for}</span>${serves}</p>`
  }${about && html`<p>${linked(about)}</p>`}${contacts(resource.contacts, words, context.locale)}<p class="hours">${status(hours, context)}<span>${hours.text}</span></p><div class="foot">${source(resource, context)}${
    resource.contacts[0] && [button("copy"), button("report")]
  }</div></article>`;
}

function contacts(all: Contact[], words: Words, locale?: Locale): unknown {
  return html`<ul class="contacts" role="list">${all.map(({ label, href, note, languages = [] }) => {
    const dialled = /^(tel|sms):/.test(href);
    const elsewhere = /^https?:/.test(href);
    return html`<li><a class="contact ${dialled ? "dial" : ""}" href=${dialled || elsewhere || /^mailto:/.test(href) ? href : "#"} aria-label=${dialled ? spoken(label) : nothing} target=${elsewhere ? "_blank" : nothing} rel="noreferrer">${dialled ? unbroken(label) : label}${elsewhere ? newTab(words) : ""}</a>${note && html`<span class="step">${note}</span>`}${
      locale && languages[0] && html`<span class="spoken">${languages.map((code) => languageName(code, locale)).join(", ")}</span>`
    }</li>`;
  })}</ul>`;
}

export function newTab(words: Words): unknown {
  return html`<span class="unseen"> (${words.new_tab})</span>`;
}

function languageName(code: string, locale: Locale): string {
  return code.length > 2 ? code : new Intl.DisplayNames(`${locale}-CA`, { type: "language" }).of(code)!;
}

/** Whether it is open, for as long as that may hold; when it opens, by the person's own clock. */
function status({ open_now: open, opens_at: opensAt }: Hours, { at, words, locale }: Context): unknown {
  const coming = opensAt && new Date(opensAt);
  const ownTime = { weekday: "long", hour: "numeric", minute: "2-digit", timeZoneName: "short" } as const;
  if (open == null || Date.now() > Math.min(at + STATUS_HOLDS_MS, Number(coming || Infinity))) {
    return;
  }
  return open
    ? html`<strong class="status open">${words.open_now}</strong> `
    : html`<strong class="status">${words.closed_now}${coming && `. ${fill(words.opens, coming.toLocaleString(`${locale}-CA`, ownTime))}`}.</strong> `;
}

function source({ source_read_on: day }: Resource, { words, locale }: Context): unknown {
  const shown = day && new Date(day).toLocaleDateString(locale === "fr" ? "fr-CA" : "en-GB", { dateStyle: "medium", timeZone: "UTC" });
  return shown && html`<p class="source">${fill(words.source_read, shown)}</p>`;
}
