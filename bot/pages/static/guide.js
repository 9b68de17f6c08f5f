// The guide's page: what is written and pressed goes to the conversation, what comes back goes in the log.

import { Conversation } from "./conversation.js";
import { make, spoken } from "./dom.js";
import { wireLeaving } from "./leave.js";
import { inShort, isFloor, render, retireStatuses } from "./messages.js";
import WORDS from "./words.js";

/** A reply that has not come by then is said to be late, and the floor is shown. */
const LATE_MS = 4000;
const TYPING_MS = 400;
const COUNT_FROM = 200;

const $ = (selector) => document.querySelector(selector);
const page = document.documentElement;
const log = $("#log");
const announcer = $("#announce");
const starting = $("#starting");
const form = $("#say");
const textarea = $("#words");
const count = $("#count");
const newest = $("#newest");

let locale = page.lang === "fr" ? "fr" : "en";
let words = WORDS[locale];
let conversation = null;
let places = new Map();
let lateStart = 0;
let following = true;

// The conversation.

function converse() {
  const started = (conversation = new Conversation(locale, {
    begun(messages, again) {
      clearTimeout(lateStart);
      starting.hidden = true;
      form.hidden = false;
      const place = makePlace();
      put(place, messages, again);
      place.reply.classList.add("reply--welcome");
    },
    turn(turn, message) {
      const place = places.get(message?.id) ?? makePlace();
      places.delete(message?.id);
      answered(place, turn, message === null);
    },
    meanwhile(message, messages, floorOnly) {
      const place = places.get(message.id);
      if (place && messages.length && (!floorOnly || isFloor(messages[0])) && !place.told) {
        place.told = true;
        tell(place, messages);
      }
    },
    trying(message) {
      const place = places.get(message.id);
      if (place) {
        setStatus(place, navigator.onLine ? words.not_sent_yet : words.offline);
      }
    },
    refused(message, messages) {
      const place = places.get(message.id);
      places.delete(message.id);
      if (place) {
        setStatus(place, words.not_sent);
        settle(place);
        tell(place, messages);
      }
    },
  }));
  lateStart = setTimeout(() => {
    if (!starting.querySelector(".floor")) {
      const lines = $(`#lines-${locale}`).content.cloneNode(true);
      starting.append(make("section", { class: "floor" }, make("h2", {}, words.someone_now), lines));
      announce(`${words.starting} ${words.directory_name}`);
    }
    form.hidden = false;
  }, LATE_MS);
  started.start();
}

function say(body, shown) {
  following = true;
  newest.hidden = true;
  const message = conversation.send(body);
  const place = makePlace(shown);
  places.set(message.id, place);
  place.typing = setTimeout(() => place.reply.append(typing()), TYPING_MS);
  place.late = setTimeout(() => late(place), LATE_MS);
  bring(place);
}

function choose(value, label) {
  const language = /^language_(en|fr)$/.exec(value)?.[1];
  if (language) {
    speak(language);
  }
  say({ choice: value }, label);
}

// The log.

/** A place in the log: what the person said, if anything, and the reply to it. */
function makePlace(shown) {
  const place = { reply: make("div", { class: "reply", lang: locale }), floorShown: false, told: false };
  if (shown !== undefined) {
    place.status = make("p", { class: "said__status", role: "status" });
    place.said = make(
      "div",
      { class: "said" },
      make("h3", { class: "visually-hidden" }, words.you),
      make("p", { class: "said__words" }, shown),
      place.status,
    );
    log.append(place.said);
  }
  place.reply.append(make("h3", { class: "visually-hidden" }, words.guide));
  log.append(place.reply);
  return place;
}

function put(place, messages, replayed) {
  const context = { locale, words, choose, replayed };
  place.reply.append(...messages.map((message) => render(message, context)));
}

function answered(place, turn, replayed) {
  settle(place);
  setStatus(place, "");
  if (turn.locale && turn.locale !== locale && WORDS[turn.locale]) {
    speak(turn.locale);
  }
  place.reply.lang = locale;
  for (const interim of place.reply.querySelectorAll(".interim > :not(.floor)")) {
    interim.remove();
  }
  const [first, ...others] = turn.messages;
  const messages = place.floorShown && isFloor(first) ? others : turn.messages;
  put(place, messages, replayed);
  page.toggleAttribute("data-pinned", Boolean(turn.pinned));
  const lead = messages.find((message) => inShort(message));
  if (lead && !replayed) {
    announce(words.new_reply.replace("{}", inShort(lead)));
  }
  bring(place, replayed);
}

/** Show messages at once, before the turn they belong to; a floor shown so is not shown again. */
function tell(place, messages) {
  settle(place);
  const fresh = place.floorShown && isFloor(messages[0]) ? messages.slice(1) : messages;
  const context = { locale, words, choose, replayed: false };
  place.reply.append(make("div", { class: "interim" }, ...fresh.map((message) => render(message, context))));
  place.floorShown ||= isFloor(messages[0]);
  if (fresh.length) {
    announce(inShort(fresh[0]));
  }
  bring(place);
}

function late(place) {
  if (place.floorShown) {
    return;
  }
  place.floorShown = true;
  const note = make("p", { class: "note" }, words.slow);
  place.reply.append(make("div", { class: "interim" }, note, floorCopy()));
  announce(words.slow);
  bring(place);
}

function settle(place) {
  clearTimeout(place.typing);
  clearTimeout(place.late);
  place.reply.querySelector(".typing")?.remove();
}

function setStatus(place, text) {
  if (place.status) {
    place.status.textContent = text;
  }
}

function floorCopy() {
  return $(`#floor-${locale}`).content.cloneNode(true);
}

function typing() {
  const dots = [0, 1, 2].map(() => make("span", { class: "typing__dot", "aria-hidden": "true" }));
  return make("p", { class: "typing" }, make("span", { class: "visually-hidden" }, words.waiting), ...dots);
}

/** New words are announced in short; the log itself stays silent, and the focus stays where it is. */
function announce(text) {
  announcer.textContent = "";
  setTimeout(() => {
    announcer.lang = locale;
    announcer.textContent = text;
  }, 50);
}

// Scrolling: what was just said goes to the top, unless the person is reading elsewhere.

function bring(place, atOnce = false) {
  if (!following) {
    newest.hidden = false;
    newest.onclick = () => {
      following = true;
      bring(place);
    };
    return;
  }
  newest.hidden = true;
  const calm = atOnce || matchMedia("(prefers-reduced-motion: reduce)").matches;
  (place.said ?? place.reply).scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}

function stopFollowing(event) {
  if (event.type !== "keydown" || /^(?:Page|Arrow|Home|End)/.test(event.key)) {
    following = event.target === textarea;
  }
}

// The page's own words.

/** Change the language of the page; the conversation is told apart. */
function speak(next) {
  locale = next;
  words = WORDS[locale];
  conversation.locale = locale;
  page.lang = locale;
  document.title = words.title;
  for (const element of document.querySelectorAll("[data-say]")) {
    element.textContent = words[element.dataset.say];
  }
  for (const element of document.querySelectorAll("[data-say-label]")) {
    element.setAttribute("aria-label", words[element.dataset.sayLabel]);
  }
  for (const element of document.querySelectorAll("[data-say-title]")) {
    element.title = words[element.dataset.sayTitle];
  }
  for (const link of document.querySelectorAll("[data-number]")) {
    link.textContent = words[link.dataset.numberWords].replace("{}", link.dataset.number);
    link.setAttribute("aria-label", spoken(link.textContent));
  }
  for (const list of document.querySelectorAll("[data-say-list]")) {
    list.replaceChildren(...words[list.dataset.sayList].map((item) => make("li", {}, item)));
  }
  for (const link of document.querySelectorAll("[data-directory]")) {
    link.href = `/directory?locale=${locale}`;
  }
  $("[data-leave]").href = words.leave_url;
  $("#lines").replaceChildren($(`#lines-${locale}`).content.cloneNode(true));
  const other = locale === "fr" ? "en" : "fr";
  const switcher = $("#language");
  Object.assign(switcher, { href: `/?locale=${other}`, lang: other, hreflang: other });
  history.replaceState(null, "", `/?locale=${locale}`);
}

// Wiring.

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = textarea.value.trim();
  if (text) {
    textarea.value = "";
    count.textContent = "";
    say({ text }, text);
  }
  textarea.focus({ preventScroll: true });
});

textarea.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

textarea.addEventListener("input", () => {
  const left = textarea.maxLength - textarea.value.length;
  count.textContent = left <= COUNT_FROM ? words.left.replace("{}", left) : "";
});

$("#language").addEventListener("click", (event) => {
  event.preventDefault();
  const next = locale === "fr" ? "en" : "fr";
  choose(`language_${next}`, WORDS[next].this_language);
});

$("#start-over").addEventListener("click", () => say({ choice: "start_over" }, words.start_over));

$("#delete").addEventListener("click", async () => {
  const ended = conversation.end();
  for (const place of places.values()) {
    settle(place);
  }
  places = new Map();
  log.replaceChildren();
  textarea.value = "";
  page.removeAttribute("data-pinned");
  following = true;
  const note = make("p", { class: "note", lang: locale }, words.deleted);
  log.append(note);
  announce(words.deleted);
  converse();
  if (!(await ended)) {
    note.textContent = words.delete_failed;
    announce(words.delete_failed);
  }
});

wireLeaving($("[data-leave]"), () => {
  textarea.value = "";
  log.replaceChildren();
  conversation.abandon();
  sessionStorage.clear();
});

for (const kind of ["wheel", "touchmove", "keydown"]) {
  addEventListener(kind, stopFollowing, { passive: true });
}
setInterval(() => retireStatuses(log), 60000);
addEventListener("pageshow", () => retireStatuses(log));
document.addEventListener("visibilitychange", () => retireStatuses(log));

// What is brought into view stops below the bar, however high it is.
new ResizeObserver(([{ target }]) => page.style.setProperty("--bar", `${target.offsetHeight}px`)).observe($(".bar"));

for (const element of document.querySelectorAll("[data-script-only]")) {
  element.hidden = false;
}
converse();
