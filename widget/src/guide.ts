// <wellness-guide>: what is written and pressed goes to the conversation, what comes back goes in the log.

// In this order the bundle compresses best.
import { fill, type Words, WORDS } from "./words";
import { FLOOR } from "./floor";
import shared from "../../bot/pages/static/shared.css";
import own from "./widget.css";
import { type Conversation, converse, type Said } from "./conversation";
import { remove } from "./kept";
import { report } from "./report";
import { floorLines, inShort, newTab, render } from "./render";
import { leave, onThreeShifts } from "./leave";
import { html, render as draw } from "lit/html.js";
import { isFloor, type Locale, type Message, type Resource, type Turn } from "./messages";
import { aloud, numberIn, spoken } from "./numbers";

/** A reply that has not come by then is said to be late, and the floor is shown. */
const LATE_MS = 4000;
const TYPING_MS = 400;

/** For so long a tab keeps the conversation after the last message, unless the page says otherwise. */
const KEEP_MINUTES = 60;

/** Where this file was loaded from: the guide's own address. */
const HOME = new URL("./", import.meta.url).href;

/** A place in the log: what the person said, if anything, and the reply to it. */
interface Place {
  locale: Locale;
  said?: string;
  status?: string;
  note?: string;
  /** It still waits for its reply. */
  open?: boolean;
  /** The place of the reply in the conversation. */
  seq?: number;
  typing?: boolean;
  /** The floor was shown because the reply is late. */
  late?: boolean;
  /** Shown before the turn itself. */
  first: Message[];
  messages: Message[];
  at: number;
  chosen: Set<string>;
  timers: number[];
}

/** Build the widget into its element. What comes back is called each time the element comes into a page. */
function build(host: HTMLElement) {
  const attribute = (name: string) => host.getAttribute(name);
  const isPage = attribute("layout") === "page";
  const server = (attribute("server") || HOME).replace(/\/+$/, "");
  const base = `${server}/webhooks/web/conversations`;
  const minutes = Number(attribute("keep") ?? KEEP_MINUTES);
  // Where a browser cannot make these, the element keeps what the page itself has put into it.
  const sheets = [shared, own].map(sheetOf);
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = sheets;

  let locale: Locale = /^fr/i.test(attribute("locale") || document.documentElement.lang) ? "fr" : "en";
  let words: Words = WORDS[locale];
  let conversation: Conversation | undefined;
  let places: Place[] = [];
  const byId = new Map<string, Place>();
  const told = new Map<string, keyof Words>();
  let begun = false;
  let startsLate = false;
  let startTimer = 0;
  let pinned = false;
  let linesOpen = false;
  let announced = "";
  /** What became of the conversation before this one. */
  let notice: "" | "deleted" | "delete_failed" = "";
  let following = true;
  let newest: Place | undefined;

  const $ = <Found extends HTMLElement>(selector: string) => root.querySelector<Found>(selector)!;
  const tell = (name: string, detail = {}) => host.dispatchEvent(new CustomEvent(`guide-${name}`, { detail, bubbles: true }));

  // The conversation.

  function begin(): void {
    begun = startsLate = false;
    conversation = converse(base, () => locale, minutes, {
      begun(messages, locale) {
        clearTimeout(startTimer);
        if (!begun) {
          begun = true;
          // Nothing was said before the guide's first words, unless the person did not wait for them.
          places.unshift({ ...place(), messages, locale });
          update();
          tell("ready");
        }
      },
      turn: answered,
      meanwhile(said, messages, lost) {
        const found = byId.get(said.id);
        if (found && (isFloor(messages[0]) ? !found.first.some(isFloor) : messages[0] && !found.first[0] && !lost)) {
          interim(found, messages);
        }
      },
      trying(said) {
        setStatus(said, navigator.onLine ? words.not_sent_yet : words.offline);
      },
      refused(said, messages) {
        setStatus(said, words.not_sent);
        interim(byId.get(said.id)!, messages);
      },
      owed: (said) => wait(said, place()),
      unsure(said) {
        const found = byId.get(said.id)!;
        settle(found);
        found.note = words.unsure;
        announce(words.unsure);
      },
    });
    startTimer = setTimeout(() => {
      startsLate = true;
      announce(words.slow + numbers());
    }, LATE_MS);
    conversation.start();
  }

  function say(body: NonNullable<Said["body"]>, shown: string): void {
    following = true;
    const found = { ...place(), said: shown };
    wait(conversation!.send(body), found);
    bring(found);
  }

  function place(): Place {
    return { locale, first: [], messages: [], at: 0, chosen: new Set(), timers: [] };
  }

  /** Put a place in the log that waits for its reply. */
  function wait({ id }: Said, found: Place): void {
    byId.set(id, found);
    places.push(found);
    found.open = true;
    const typing = () => {
      found.typing = true;
      update();
    };
    const late = () => {
      found.note = words.slow;
      found.late = !found.first.some(isFloor);
      announce(words.slow + numbers());
      bring(found);
    };
    found.timers = [setTimeout(typing, TYPING_MS), setTimeout(late, LATE_MS)];
    update();
  }

  function settle(found: Place): void {
    found.timers.forEach(clearTimeout);
    found.typing = found.open = false;
  }

  function answered(turn: Turn, said?: Said): void {
    const earlier = !said;
    const { messages } = turn;
    let found = byId.get(turn.id);
    let next: Place | undefined;
    if (!found) {
      // An earlier turn stands before later ones, and before what still waits for its own.
      next = places.find(({ open, seq }) => open || seq! > turn.seq);
      places.splice(next ? places.indexOf(next) : places.length, 0, (found = place()));
    }
    settle(found);
    const knownFloor = isFloor(messages[0]) && found.first.some(isFloor);
    found.first = isFloor(messages[0]) ? [] : found.first.filter(isFloor);
    found.late &&= !isFloor(messages[0]);
    Object.assign(found, { locale: turn.locale, seq: turn.seq, messages, status: "", note: "", at: earlier ? 0 : Date.now() });
    if (!next?.seq) {
      pinned = turn.pinned;
      if (turn.locale !== locale) {
        speak(turn.locale);
      }
    }
    const lead = inShort(messages[knownFloor ? 1 : 0]);
    if (lead && !earlier) {
      announce(fill(words.new_reply, lead));
    }
    bring(found, earlier);
  }

  /**
   * Show messages at once, before the turn they belong to. Beside a floor that may be the brief one, which comes last:
   * what to do, the status says. Where nothing came, the floor the widget has itself.
   */
  function interim(found: Place, messages: Message[]): void {
    const floor = isFloor(messages[0]);
    settle(found);
    if (floor || !found.first.some(isFloor)) {
      found.first = floor ? messages : messages.slice(-1);
    }
    found.late = !found.first[0] || (found.late && !floor);
    announce(inShort(found.first[0]) || numbers());
    bring(found);
  }

  /** How the floor's services are reached, to be announced after a colon. */
  function numbers(): string {
    return FLOOR[locale].flatMap(({ contacts }) => contacts.map(({ label }) => ` ${label}`)).join();
  }

  function setStatus(said: Said, text: string): void {
    byId.get(said.id)!.status = text;
    update();
  }

  /** New words are announced in short; the log itself stays silent, and the focus stays where it is. */
  function announce(text: string): void {
    announced = "";
    update();
    setTimeout(() => {
      announced = aloud(text);
      update();
    }, 50);
  }

  // What is pressed.

  function choose(found: Place, value: string, label: string): void {
    found.chosen.add(value);
    if (/^language_/.test(value)) {
      speak(value.slice(-2) as Locale);
    }
    say({ choice: value }, label);
  }

  async function press(button: "copy" | "report", card: Resource, { target }: Event): Promise<void> {
    const key = button + card.slug;
    if (told.get(key) !== "reported") {
      const done = button === "report" ? report(server, card.slug) : copy((target as Element).closest("article")!);
      const now = (await done) ? (button === "report" ? "reported" : "copied") : "failed";
      told.set(key, now);
      announce(words[now]);
    }
  }

  async function startAfresh(): Promise<void> {
    const ended = conversation!.end();
    clear();
    begin();
    announce(words[(notice = "deleted")]);
    tell("deleted");
    if (!(await ended)) {
      announce(words[(notice = "delete_failed")]);
    }
  }

  function clear(): void {
    clearTimeout(startTimer);
    places.forEach(settle);
    places = [];
    byId.clear();
    told.clear();
    pinned = false;
    newest = undefined;
    root.querySelector("form")?.reset();
  }

  function go(event?: Event): void {
    event?.preventDefault();
    leave(words.leave_url, () => {
      tell("leave");
      clear();
      update();
      // Where the guide is still closed, another page may have left its conversation here.
      void (conversation ? conversation.end() : remove(base));
    });
  }

  /** Only the guide goes on paper, whatever page it is in. */
  function paper(): void {
    const sheets = document.adoptedStyleSheets;
    sheets.push(sheetOf("@media print{body :not(:has(wellness-guide),wellness-guide,wellness-guide *){display:none}}"));
    print();
    sheets.pop();
  }

  function submit(event: Event): void {
    event.preventDefault();
    const field = $<HTMLTextAreaElement>("textarea");
    const text = field.value.trim();
    if (text) {
      field.value = "";
      say({ text }, text);
    }
    field.focus({ preventScroll: true });
  }

  function onKey(event: KeyboardEvent): void {
    const { key, target } = event;
    if (key === "Escape" && linesOpen) {
      toggleLines();
      $("#more").focus();
    } else if (key === "Enter" && (target as Element).id === "words" && !event.shiftKey && !event.isComposing) {
      submit(event);
    }
  }

  function toggleLines(): void {
    linesOpen = !linesOpen;
    update();
  }

  /** Change the language of the widget; the conversation is told apart. */
  function speak(next: Locale): void {
    locale = next;
    words = WORDS[next];
    update();
    tell("locale", { locale });
  }

  // Scrolling: what was just said goes to the top, unless the person is reading elsewhere.

  function bring(found: Place, atOnce = false): void {
    newest = following ? undefined : found;
    update();
    if (following) {
      const scroller = isPage ? document.documentElement : $(".guide");
      const top = $(`[data-at="${places.indexOf(found)}"]`).offsetTop - $(".bar").offsetHeight - 12;
      const calm = atOnce || matchMedia("(prefers-reduced-motion: reduce)").matches;
      scroller.scrollTo({ top, behavior: calm ? "instant" : "smooth" });
    }
  }

  function stopFollowing(event: Event): void {
    if (/wheel|touch/.test(event.type) || /^(Page|Arrow|Home|End)/.test((event as KeyboardEvent).key)) {
      following = event.composedPath()[0] === $("textarea");
    }
  }

  // What is seen.

  function update(): void {
    draw(widget(), root);
  }

  function themed(): string {
    return getComputedStyle(host).getPropertyValue("--guide-accent") ? "themed" : "";
  }

  function widget() {
    const directory = (text: string, style: string) =>
      html`<a class=${style} href="${server}/directory?locale=${locale}" target=${isPage ? "" : "_blank"}>${text}${isPage ? "" : newTab(words)}</a>`;
    const control = (text: string, act: () => void) => html`<button class="control" @click=${act}>${text}</button>`;
    // In view at the start, and in reach beside "Leave quickly" ever after.
    const fresh = () => [
      control(words.start_over, () => say({ choice: "start_over" }, words.start_over)),
      control(words.delete, startAfresh),
    ];
    const other = locale === "fr" ? "en" : "fr";
    return html`<div class="frame ${isPage ? "page-wide" : ""}">
<div class="guide ${themed()} ${attribute("theme") ?? ""}" lang=${locale} role="region" aria-label=${words.title} @keydown=${onKey}>
<button class="skip" @click=${() => $("textarea").focus()}>${words.write}</button>
<div class="bar" role="region" aria-label=${words.in_crisis}>
<div class="bar-in"><p class="bar-lines"><strong class="bar-ask">${words.in_crisis}</strong>
<span class="bar-line">${number(0, 0, words.bar_call)} ${number(0, 1, words.bar_text)}</span>
<span class="bar-line"><span>${words.hope}</span> ${number(1, 0)}</span>
${pinned ? html`<span class="bar-line bar-ask">${number(2, 0, words.bar_call)}</span>` : ""}</p>
<div class="ways"><button class="round" id="more" aria-expanded=${linesOpen} @click=${toggleLines}>${linesOpen ? words.less : words.more}</button>
<a class="leave" href=${words.leave_url} rel="noreferrer" title=${words.leave_hint} @click=${go}>${words.leave}</a></div></div>
<div class="floor" id="more-lines" ?hidden=${!linesOpen}><h2 class="unseen">${words.in_crisis}</h2>${floorLines(FLOOR[locale], words)}<div class="controls">${fresh()}</div><p class="source">${words.leave}. ${words.leave_hint}</p></div>
</div>
<div class="top" part="top"><div class="top-in">
<slot name="title"><h2>${words.title}</h2></slot>
<div class="controls">
${directory(words.all_resources, "control")}
<button class="control" id="language" lang=${other} @click=${() => {
      const shown = words.other_language;
      speak(other);
      say({ choice: `language_${other}` }, shown);
    }}>${words.other_language}</button>
${fresh()}
${control(words.print, paper)}
</div></div></div>
<div class="page">
<div class="talk">
<div class="starting" id="starting" ?hidden=${begun}><p class="note">${startsLate ? words.slow : words.waiting}</p>${startsLate ? html`<h2 class="unseen">${words.guide}</h2><div class="floor">${floorLines(FLOOR[locale], words)}</div>` : ""}<p>${directory(words.all_resources, "control")}</p></div>
<div class="log" id="log" role="log" aria-live="off" aria-label=${words.conversation}>${notice && html`<p class="note">${words[notice]}</p>`}${places.map(entry)}</div>
<p class="unseen" id="announce" role="status">${announced}</p>
<form class="composer" ?hidden=${!begun && !startsLate} @submit=${submit}>
<button class="newest" type="button" id="newest" ?hidden=${!newest} @click=${() => {
      following = true;
      bring(newest!);
      $("textarea").focus({ preventScroll: true });
    }}>${fill(words.new_reply, "↓")}</button>
<label for="words">${words.write}</label>
<div class="row"><textarea id="words" rows="1" enterkeyhint="send" aria-describedby="hint"></textarea>
<button class="send">${words.send}</button></div>
<p id="hint">${words.write_hint}</p>
</form></div>
<div class="beside"><slot name="note"></slot></div>
</div></div></div>`;
  }

  function entry(found: Place, at: number) {
    const { said, note, first, messages, late, typing } = found;
    const own = WORDS[found.locale];
    const context = { ...found, words: own, told, press, choose: (value: string, label: string) => choose(found, value, label) };
    const all = (some: Message[]) => some.map((message) => render(message, context));
    const noted = note && html`<p class="note" lang=${found.locale}>${note}</p>`;
    return html`${
          said === undefined
            ? ""
            : html`<div class="said" data-at=${at}><h2 class="unseen">${own.you}</h2><p class="words">${said}</p><p class="status-line" role="status">${found.status}</p></div>`
        }<div class="reply" lang=${found.locale} data-at=${at}><h2 class="unseen">${own.guide}</h2>${
          noted || late || first[0]
            ? html`<div class="interim">${noted}${late ? html`<div class="floor">${floorLines(FLOOR[found.locale], own)}</div>` : ""}${all(first)}</div>`
            : ""
        }${all(messages)}${typing ? html`<p class="typing">${own.waiting}…</p>` : ""}</div>`;
  }

  /** A number of the floor's as a link: of which line, and which of its contacts. */
  function number(line: number, contact: number, blank = "{}") {
    const { label, href } = FLOOR[locale][line]!.contacts[contact]!;
    const text = fill(blank, numberIn(label));
    return html`<a class="dialled" href=${href} aria-label=${spoken(text)}>${text}</a>`;
  }

  function connect(signal: AbortSignal): void {
    const where = isPage ? window : host;
    for (const kind of ["wheel", "touchmove", "keydown"]) {
      where.addEventListener(kind, stopFollowing, { passive: true, signal });
    }
    onThreeShifts(go, signal);
    // A page that is left may come back as it was.
    const hide = () => {
      if (!minutes) {
        conversation?.end();
        clear();
        update();
      }
    };
    const comeBack = ({ persisted }: PageTransitionEvent) => {
      if (persisted && conversation && !conversation.isKept()) {
        conversation.stop();
        clear();
        begin();
      }
    };
    addEventListener("pagehide", hide, { signal });
    addEventListener("pageshow", comeBack, { signal });
    // Nothing is asked of the guide before somebody sees it.
    const seen = new IntersectionObserver(([entry]) => {
      if (entry!.isIntersecting && !conversation) {
        begin();
      }
    });
    seen.observe(host);
    const minute = setInterval(update, 60000);
    signal.addEventListener("abort", () => {
      clearInterval(minute);
      seen.disconnect();
    });
    update();
  }

  return connect;
}

function sheetOf(text: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}

/** Copy what a card says, without its foot. Where a page is not secure there is no clipboard. */
async function copy(card: Element): Promise<boolean> {
  try {
    const parts = [...card.children].slice(0, -1) as HTMLElement[];
    await navigator.clipboard.writeText(parts.map(({ innerText }) => innerText).join("\n"));
    return true;
  } catch {
    return false;
  }
}

export class WellnessGuide extends HTMLElement {
  #connect?: (signal: AbortSignal) => void;
  #connected?: AbortController;

  connectedCallback(): void {
    this.#connect ??= build(this);
    this.#connected = new AbortController();
    this.#connect(this.#connected.signal);
  }

  disconnectedCallback(): void {
    this.#connected?.abort();
  }
}
