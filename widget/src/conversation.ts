// The way to the guide's web channel: every message goes once and in order, every turn comes back once.

import { keep, type Kept, remove, restored } from "./kept";
import type { Locale, Message, Turn } from "./messages";

/** How long the channel is asked to wait for a turn, and for the next one. */
const WAIT = { Prefer: "wait=10" };
const POLL = { Prefer: "wait=20" };

/** After how long silence counts as failure; a stream has a heartbeat every ten seconds. */
const SILENT_MS = 20000;
const STALLED_MS = 25000;

/** A stream that has not brought a byte by then may be held back on the way: the channel is polled instead. */
const BUFFERED_MS = 5000;

/** Pauses between tries, in milliseconds; the last one repeats. */
const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15000];

/** What was on its way when the page was loaded again is waited for as long as a turn may take. */
const OWED_MS = 60000;

/** These answers stay the same however often one asks. */
const FINAL = [400, 405, 409, 413, 415, 422];

/** Why a request brought nothing: with a status it was refused, and `messages` are for the person. */
interface Failure {
  status?: number;
  messages?: Message[];
  waitMs?: number;
  /** The conversation it was asked for. */
  asked?: Kept | null;
}

/** What a person said: a text or a choice, under an id. After a reload only the id is left. */
export interface Said {
  id: string;
  body?: { text: string } | { choice: string };
  hurry?: () => void;
}

/** What is told of a conversation. */
export interface Listener {
  /** A conversation is there, with the guide's first words; another one may follow where it was lost. */
  begun(messages: Message[], locale: Locale): void;
  /** A turn, and the message it answers where this page sent it. */
  turn(turn: Turn, said?: Said): void;
  /** Messages for the person before the turn; `lost` when the conversation has to begin again. */
  meanwhile(said: Said, messages: Message[], lost: boolean): void;
  trying(said: Said): void;
  refused(said: Said, messages: Message[]): void;
  /** After a reload: a message that is not answered yet. */
  owed(said: Said): void;
  /** It is not known whether that message arrived. */
  unsure(said: Said): void;
}

export type Conversation = ReturnType<typeof converse>;

/**
 * One conversation; `start` goes on with that of this tab, or begins one.
 *
 * @param base the address of the channel's conversations
 * @param locale the language at the moment
 * @param minutes how long the tab keeps the conversation after the last message; 0 keeps nothing
 */
export function converse(base: string, locale: () => Locale, minutes: number, listener: Listener) {
  let kept = restored();
  let beginning: Promise<void> | null = null;
  let sending = false;
  let hurried = false;
  let listening = false;
  let polls = false;
  let reading: AbortController | undefined;
  /** The last turn that was shown before the page was loaded again. */
  let replayUntil = 0;
  const queue: Said[] = [];
  /** Not answered yet, and of those the ones the channel has taken; by id, in the order they were said. */
  const open = new Map<string, Said>();
  const waiting = new Map<string, Said>();
  const shown = new Set<number>();
  /** The requests on their way. */
  const controls = new Set<AbortController>();
  let ended = false;

  const isLost = ({ status }: Failure) => status === 401 || status === 404;
  const expecting = () => !ended && (after() < replayUntil || waiting.size > 0);
  const save = () => {
    if (kept && minutes) {
      keep({ ...kept, seq: Math.max(replayUntil, ...shown), owed: [...open.keys()], until: Date.now() + minutes * 60000 });
    }
  };

  async function start(): Promise<void> {
    if (kept && !(minutes && kept.until! > Date.now())) {
      remove(base, kept);
      kept = null;
    }
    if (kept) {
      replayUntil = kept.seq;
      listener.begun(kept.welcome, kept.locale);
      kept.owed!.forEach(waitForOwed);
      listen();
    }
    for (let tries = 0; !kept && !ended; tries += 1) {
      await begin().catch((error) => pause(tries, error));
    }
  }

  function waitForOwed(id: string): void {
    const said = { id };
    open.set(id, said);
    waiting.set(id, said);
    listener.owed(said);
    setTimeout(() => {
      if (waiting.delete(id)) {
        open.delete(id);
        save();
        listener.unsure(said);
        rest();
      }
    }, OWED_MS);
  }

  /** Send a text or a choice. It waits its turn, and as long as it must. */
  function send(body: Said["body"]): Said {
    const said: Said = { id: newId(), body };
    open.set(said.id, said);
    // Whoever writes again does not wait for the answer before: ask for the receipt alone.
    queue[0]?.hurry?.();
    queue.push(said);
    save();
    sendAll();
    return said;
  }

  /** Delete the conversation here and on the server. False when the server could not be told. */
  function end(): Promise<boolean> {
    return remove(base, stop());
  }

  /** Do no more, and delete nothing. */
  function stop(): Kept | null {
    const old = kept;
    kept = null;
    ended = true;
    controls.forEach((control) => control.abort());
    queue.length = 0;
    waiting.clear();
    return old;
  }

  /** Whether it is still the conversation of this tab, which may have been deleted or lost on another page. */
  function isKept(): boolean {
    return !ended && restored()?.conversation === kept?.conversation;
  }

  /** Begin a conversation if there is none. */
  async function begin(): Promise<void> {
    if (!kept) {
      await (beginning ??= beginOnce().finally(() => {
        beginning = null;
      }));
    }
  }

  async function beginOnce(): Promise<void> {
    const asked = { locale: locale() };
    const { answer } = await request("", { method: "POST", body: JSON.stringify(asked) });
    if (!ended) {
      kept = { ...asked, conversation: answer.conversation, token: answer.token, welcome: answer.messages, seq: 0 };
      save();
      listener.begun(kept.welcome, kept.locale);
    }
  }

  async function sendAll(): Promise<void> {
    if (!sending) {
      sending = true;
      while (queue.length && !ended) {
        await deliver(queue[0]!);
      }
      sending = false;
    }
  }

  /** Try until the message is taken or refused for good, or until another one goes before it. */
  async function deliver(said: Said): Promise<void> {
    for (let tries = 0, lost = 0; !ended && queue[0] === said; ) {
      hurried = false;
      try {
        await begin();
        await post(said);
        done(said);
      } catch (error) {
        const { status, messages = [], asked } = error as Failure;
        if (ended) {
          return;
        }
        if (FINAL.includes(status!)) {
          done(said);
          open.delete(said.id);
          save();
          return listener.refused(said, messages);
        }
        const gone = isLost(error as Failure);
        if (gone) {
          forget(asked);
          lost += 1;
        }
        listener.meanwhile(said, messages, gone);
        if (!(hurried || (gone && lost < 3))) {
          listener.trying(said);
          await pause(tries, error as Failure);
          tries += 1;
        }
      }
    }
  }

  function done(said: Said): void {
    queue.splice(queue.indexOf(said), 1);
  }

  async function post(said: Said): Promise<void> {
    const control = new AbortController();
    said.hurry = () => {
      hurried = true;
      control.abort();
    };
    // Behind a message that is still unanswered the receipt alone brings the floor, at once.
    const headers = queue.length > 1 || waiting.size ? {} : WAIT;
    const body = JSON.stringify({ id: said.id, ...said.body });
    const { status, answer } = await request(`/messages?locale=${locale()}`, { method: "POST", body, headers }, SILENT_MS, control);
    said.hurry = undefined;
    if (status === 200) {
      show(answer);
    } else {
      waiting.set(said.id, said);
      if (answer.messages) {
        listener.meanwhile(said, answer.messages, false);
      }
      listen();
    }
  }

  /** Receive turns for as long as one is owed. */
  async function listen(): Promise<void> {
    if (listening) {
      return;
    }
    listening = true;
    for (let tries = 0; expecting(); tries += 1) {
      try {
        await (polls ? poll() : read());
      } catch (error) {
        if (isLost(error as Failure)) {
          forget((error as Failure).asked);
          begin().catch(() => {}).then(sendAll);
        } else if (expecting()) {
          await pause(tries, error as Failure);
        }
      }
    }
    listening = false;
  }

  /** The turn up to which every one is shown: later ones may be, whose messages went while earlier ones were on their way. */
  function after(): number {
    let seq = 0;
    while (shown.has(seq + 1)) {
      seq += 1;
    }
    return seq;
  }

  /** Ask for the turns there are, or for the next one. */
  async function poll(): Promise<void> {
    const { answer } = await request(`/turns?after=${after()}`, { headers: POLL }, STALLED_MS);
    answer.turns.forEach(show);
  }

  /** Read the stream of turns. */
  async function read(): Promise<void> {
    let heard = false;
    const events = async (response: Response, alive: () => void) => {
      const reader = response.body!.getReader();
      const decoder = new TextDecoder();
      for (let rest = ""; ; ) {
        const { value } = await reader.read();
        if (!value) {
          throw {}; // The stream has ended.
        }
        heard = true;
        alive();
        const lines = (rest + decoder.decode(value, { stream: true })).split(/\r?\n/);
        rest = lines.pop()!;
        for (const line of lines) {
          // Comments are heartbeats; a turn is one line of data.
          if (line.startsWith("data:")) {
            show(JSON.parse(line.slice(5)));
          }
        }
        if (!expecting()) {
          return true;
        }
      }
    };
    reading = new AbortController();
    try {
      await request(`/events?after=${after()}`, {}, BUFFERED_MS, reading, events);
    } catch (error) {
      polls ||= !heard && !(error as Failure).status;
      throw error;
    }
  }

  /** Nothing is owed any more: the stream may go. */
  function rest(): void {
    if (!expecting()) {
      reading?.abort();
    }
  }

  function show(turn: Turn): void {
    const said = open.get(turn.id);
    waiting.delete(turn.id);
    open.delete(turn.id);
    if (!shown.has(turn.seq)) {
      shown.add(turn.seq);
      save();
      listener.turn(turn, said);
    }
    rest();
  }

  /** A conversation is gone: what was not answered in it goes first in the next one, if that has not begun already. */
  function forget(gone?: Kept | null): void {
    if (gone !== kept) {
      return;
    }
    const owed = [...waiting.values()];
    waiting.clear();
    queue.unshift(...owed.filter(({ body }) => body));
    for (const said of owed) {
      if (!said.body) {
        open.delete(said.id);
        listener.unsure(said);
      }
    }
    replayUntil = 0;
    shown.clear();
    kept = null;
    keep(null);
  }

  /** A request whose silence is a failure. Raises a Failure, or fetch's own errors. */
  async function request(
    place: string,
    options: RequestInit,
    silentMs = SILENT_MS,
    control = new AbortController(),
    take: (response: Response, alive: () => void) => Promise<any> = (response) => response.json(),
  ) {
    let timer = 0;
    const asked = kept;
    const alive = (milliseconds = STALLED_MS) => {
      clearTimeout(timer);
      timer = setTimeout(() => control.abort(), milliseconds);
    };
    alive(silentMs);
    controls.add(control);
    try {
      const response = await fetch(kept ? `${base}/${kept.conversation}${place}` : base, {
        ...options,
        headers: { "Content-Type": "application/json", ...(kept && { Authorization: `Bearer ${kept.token}` }), ...options.headers },
        signal: control.signal,
      });
      const { ok, status, headers } = response;
      if (!ok) {
        const problem = await response.json().catch(() => null);
        throw { status, messages: problem?.messages, waitMs: Number(headers.get("Retry-After")) * 1000 || 0, asked };
      }
      return { status, answer: await take(response, alive) };
    } finally {
      clearTimeout(timer);
      controls.delete(control);
    }
  }

  /** Wait before the next try, a little longer each time; being back online ends the wait. */
  function pause(tries: number, { waitMs = 0 }: Failure): Promise<unknown> {
    const usual = (PAUSES_MS[tries] ?? PAUSES_MS.at(-1)!) * (0.75 + Math.random() / 2);
    return new Promise((resolve) => {
      setTimeout(resolve, Math.max(usual, waitMs));
      addEventListener("online", resolve, { once: true });
    });
  }

  return { start, send, end, stop, isKept };
}

/** A random UUID, also on pages that are not secure, where crypto.randomUUID is missing: an object's address ends in one. */
function newId(): string {
  const address = URL.createObjectURL(new Blob());
  URL.revokeObjectURL(address);
  return address.slice(-36);
}
