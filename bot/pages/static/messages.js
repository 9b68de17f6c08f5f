// Messages as a person sees them: paragraphs, cards, choices, and the floor.

import { linked, make, spoken, unbroken } from "./dom.js";
import { reportButton } from "./report.js";

const FLOOR = ["988-suicide-crisis-helpline", "hope-for-wellness", "emergency-911"];

/** Open or closed is told for so long after it was computed; then only the hours stand. */
const STATUS_HOLDS_MS = 15 * 60 * 1000;

/** Whether a message is the floor: its three services first, in order. */
export function isFloor(message) {
  return message?.type === "resources" && FLOOR.every((slug, place) => message.resources[place]?.slug === slug);
}

/**
 * One message as elements.
 * @param {object} message as the web channel sends it
 * @param {object} context locale, words, choose(value, label, button), and replayed: whether it was said earlier
 */
export function render(message, context) {
  if (message.type === "resources") {
    return isFloor(message) ? floor(message, context) : resources(message, context);
  }
  if (message.type === "choices") {
    return choices(message, context);
  }
  return make("div", { class: "text" }, ...paragraphs(message.text ?? ""));
}

/** The first words of a message, for the live region: the floor in full, anything else in short. */
export function inShort(message) {
  const text = message?.text ?? message?.resources?.map((card) => card.name).join(", ") ?? "";
  return isFloor(message) || text.length <= 200 ? text : `${text.slice(0, 200).replace(/\s+\S*$/, "")} …`;
}

/** Take back what was said about open and closed once it may no longer hold. */
export function retireStatuses(root, now = Date.now()) {
  for (const status of root.querySelectorAll("[data-holds-until]")) {
    if (now > Number(status.dataset.holdsUntil)) {
      status.remove();
    }
  }
}

function paragraphs(text) {
  return text
    .split(/\n+/)
    .filter((line) => line.trim())
    .map((line) => make("p", {}, ...linked(line)));
}

function resources(message, context) {
  const lead = message.text ? make("div", { class: "text" }, ...paragraphs(message.text)) : null;
  const cards = message.resources.map((resource) => make("li", {}, card(resource, context)));
  return make("div", { class: "resources" }, lead, make("ul", { class: "cards", role: "list" }, ...cards));
}

function floor(message, context) {
  const lines = message.resources.map((resource) =>
    make(
      "li",
      { class: "line" },
      make("h4", { class: "line__name" }, resource.name),
      make("p", { class: "line__about" }, resource.about),
      // The lead already says in which languages they answer.
      contacts({ contacts: resource.contacts.map((contact) => ({ ...contact, languages: [] })) }, context),
      make("p", { class: "line__hours" }, resource.hours.text),
    ),
  );
  return make(
    "div",
    { class: "floor" },
    make("p", { class: "floor__lead" }, ...linked(message.text ?? "")),
    make("ul", { class: "floor__lines", role: "list" }, ...lines),
    sourceRead(message.resources[0], context),
  );
}

function card(resource, context) {
  const { words } = context;
  const kind = words.kinds[resource.kind_of_service] ?? resource.kind_of_service.replaceAll("_", " ");
  return make(
    "article",
    { class: "card" },
    make("h4", { class: "card__name" }, resource.name),
    make("p", { class: "card__kind" }, kind),
    resource.serves ? make("p", { class: "card__serves" }, labelled(words.for), resource.serves) : null,
    resource.about ? make("p", { class: "card__about" }, ...linked(resource.about)) : null,
    contacts(resource, context),
    hours(resource.hours, context),
    make(
      "div",
      { class: "card__foot" },
      sourceRead(resource, context),
      resource.contacts.length ? reportButton(resource.slug, resource.name, words) : null,
    ),
  );
}

function labelled(label) {
  return make("span", { class: "label" }, label);
}

function contacts(resource, context) {
  if (!resource.contacts.length) {
    return null;
  }
  const items = resource.contacts.map((contact) => make("li", {}, ...contactParts(contact, context)));
  return make("ul", { class: "contacts", role: "list" }, ...items);
}

function contactParts(contact, { words }) {
  const dialled = contact.kind === "phone" || contact.kind === "sms";
  const elsewhere = contact.kind === "web" || contact.kind === "chat";
  const link = make(
    "a",
    {
      class: `contact contact--${dialled ? "dial" : contact.kind}`,
      href: safeHref(contact.href),
      "aria-label": dialled ? spoken(contact.label) : null,
      target: elsewhere ? "_blank" : null,
      rel: elsewhere ? "noopener noreferrer" : null,
    },
    ...(dialled ? unbroken(contact.label) : [contact.label]),
    elsewhere ? make("span", { class: "visually-hidden" }, ` (${words.new_tab})`) : null,
  );
  const languages = (contact.languages ?? []).map((code) => words.languages[code] ?? code).join(", ");
  return [
    link,
    contact.note ? make("span", { class: "step" }, contact.note) : null,
    languages ? make("span", { class: "spoken" }, languages) : null,
  ].filter(Boolean);
}

function safeHref(href) {
  return /^(?:tel|sms|mailto|https?):/i.test(href) ? href : "#";
}

function hours({ text, open_now: openNow, opens_at: opensAt }, context) {
  const { words } = context;
  const said = text || words.hours_not_listed;
  const status = context.replayed ? null : openness(openNow, opensAt, context);
  return make("p", { class: "card__hours" }, status, status ? " " : null, make("span", {}, said));
}

function openness(openNow, opensAt, { words, locale }) {
  if (openNow === null || openNow === undefined) {
    return null;
  }
  const coming = opensAt ? new Date(opensAt) : null;
  const until = Math.min(Date.now() + STATUS_HOLDS_MS, coming?.getTime() ?? Infinity);
  if (openNow) {
    return make("strong", { class: "status status--open", "data-holds-until": String(until) }, words.open_now);
  }
  const opens = coming ? `. ${words.opens.replace("{}", inOwnTime(coming, locale, words))}` : "";
  return make("strong", { class: "status", "data-holds-until": String(until) }, `${words.closed_now}${opens}.`);
}

/** A moment by the person's own clock: "Monday, 7:00 a.m. (your time, CST)". */
function inOwnTime(moment, locale, words) {
  const tag = `${locale}-CA`;
  const clock = new Intl.DateTimeFormat(tag, { hour: "numeric", minute: "2-digit" }).format(moment);
  const isToday = moment.toDateString() === new Date().toDateString();
  const day = new Intl.DateTimeFormat(tag, { weekday: "long" }).format(moment);
  const zone = new Intl.DateTimeFormat(tag, { timeZoneName: "short" })
    .formatToParts(moment)
    .find((part) => part.type === "timeZoneName").value;
  const when = isToday ? words.today_at.replace("{}", clock) : `${day}, ${clock}`;
  return words.your_time.replace("{}", when).replace("{}", zone);
}

function sourceRead(resource, { words }) {
  const [year, month, day] = (resource.source_read_on ?? "").split("-").map(Number);
  if (!day) {
    return null;
  }
  return make("p", { class: "source" }, words.source_read.replace("{}", `${day} ${words.months[month - 1]} ${year}`));
}

function choices(message, context) {
  const lead = message.text ? make("div", { class: "text" }, ...paragraphs(message.text)) : null;
  const buttons = message.choices.map(({ label, value }) => {
    const button = make("button", { type: "button", class: "choice", "data-choice": value }, label);
    button.addEventListener("click", () => {
      markChosen(button, label, context.words);
      context.choose(value, label);
    });
    return make("li", {}, button);
  });
  const many = message.choices.length > 4 ? " choices--many" : "";
  return make("div", {}, lead, make("ul", { class: `choices${many}`, role: "list" }, ...buttons));
}

/** A chosen one stays readable, says that it was chosen, and can be chosen again. */
function markChosen(button, label, words) {
  button.classList.add("choice--chosen");
  button.replaceChildren(make("span", { class: "choice__mark" }, `${words.you_chose} `), label);
}
