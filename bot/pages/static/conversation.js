// The way to the guide's web channel: every message goes once and in order, every turn comes back once.

const BASE = "/webhooks/web";
const KEPT_UNDER = "guide";

/** How long the channel is asked to wait for a turn, and after how long silence counts as failure. */
const WAIT_SECONDS = 10;
const SILENT_MS = 20000;
const STALLED_MS = 25000;

/** Pauses between tries, in milliseconds; the last one repeats. */
const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15000];

/** After a reload, earlier turns come at once; this much quiet means that there are no more. */
const QUIET_MS = 1500;

/** These answers stay the same however often one asks. */
const FINAL = new Set([400, 405, 409, 413, 415, 422]);

/** The channel's answer when it does not take a request; `messages` are for the person. */
class Refusal extends Error {
  constructor(status, problem, retryAfter) {
    super(`refused: ${status}`);
    this.status = status;
    this.messages = Array.isArray(problem?.messages) ? problem.messages : [];
    this.retryAfterMs = Number(retryAfter) > 0 ? Number(retryAfter) * 1000 : 0;
  }

  /** The conversation is not there any more, or was never ours. */
  get lost() {
    return this.status === 401 || this.status === 404;
  }
}

/**
 * One conversation with the guide.
 *
 * What happens is told to a listener: begun(messages, again), turn(turn, message or null), meanwhile(message, messages),
 * trying(message), refused(message, messages). A message is {id, body}.
 */
export class Conversation {
  #listener;
  #kept = null;
  #beginning = null;
  #welcomed = false;
  #queue = [];
  #sending = false;
  #sent = new Map();
  #waiting = new Map();
  #shown = new Set();
  #listening = false;
  #reading = null;
  #replaying = false;
  #over = new AbortController();

  constructor(locale, listener) {
    this.locale = locale;
    this.#listener = listener;
  }

  /** Go on with the conversation of this tab, or begin one. */
  async start() {
    this.#kept = restored();
    if (this.#kept) {
      this.#welcomed = true;
      this.#listener.begun(this.#kept.welcome ?? [], true);
      this.#replay();
      return;
    }
    const { signal } = this.#over;
    for (let tries = 0; !signal.aborted && !this.#kept; tries += 1) {
      try {
        await this.#begin();
      } catch (error) {
        await this.#pause(tries, error);
      }
    }
  }

  /** Send a text or a choice: {text} or {choice}. It waits its turn, and as long as it must. */
  send(body) {
    const message = { id: newId(), body, seq: 0, hurried: false, interrupted: false, stopWaiting: null };
    this.#sent.set(message.id, message);
    // Whoever writes again does not wait for the answer before: ask for the receipt alone.
    this.#queue[0]?.stopWaiting?.();
    this.#queue.push(message);
    this.#sendAll();
    return message;
  }

  /** Delete the conversation here and on the server. False when the server could not be told. */
  async end() {
    const kept = this.#stop();
    if (!kept) {
      return true;
    }
    try {
      const response = await fetch(path(kept), { method: "DELETE", headers: bearer(kept), signal: AbortSignal.timeout(8000) });
      return response.ok || response.status === 404;
    } catch {
      return false;
    }
  }

  /** The same for somebody who is already gone. */
  abandon() {
    const kept = this.#stop();
    if (kept) {
      fetch(path(kept), { method: "DELETE", headers: bearer(kept), keepalive: true }).catch(() => {});
    }
  }

  #stop() {
    const kept = this.#kept;
    this.#over.abort();
    this.#queue = [];
    this.#waiting.clear();
    this.#kept = null;
    keep(null);
    return kept;
  }

  #begin() {
    this.#beginning ??= this.#beginOnce().finally(() => {
      this.#beginning = null;
    });
    return this.#beginning;
  }

  async #beginOnce() {
    const { answer } = await this.#request(`${BASE}/conversations`, {
      method: "POST",
      body: JSON.stringify({ locale: this.locale }),
    });
    if (this.#over.signal.aborted) {
      return;
    }
    this.#kept = { conversation: answer.conversation, token: answer.token, seq: 0, welcome: answer.messages };
    this.#shown.clear();
    keep(this.#kept);
    if (!this.#welcomed) {
      this.#welcomed = true;
      this.#listener.begun(answer.messages, false);
    }
  }

  async #sendAll() {
    if (this.#sending) {
      return;
    }
    this.#sending = true;
    while (this.#queue.length && !this.#over.signal.aborted) {
      await this.#deliver(this.#queue[0]);
      this.#queue.shift();
    }
    this.#sending = false;
  }

  /** Try until the message is taken, or refused for good. */
  async #deliver(message) {
    let lost = 0;
    for (let tries = 0; !this.#over.signal.aborted; ) {
      try {
        if (!this.#kept) {
          await this.#begin();
        }
        await this.#post(message);
        return;
      } catch (error) {
        if (this.#over.signal.aborted) {
          return;
        }
        if (message.interrupted) {
          message.interrupted = false;
          continue;
        }
        if (error instanceof Refusal && FINAL.has(error.status)) {
          this.#sent.delete(message.id);
          this.#listener.refused(message, error.messages);
          return;
        }
        if (error instanceof Refusal && error.lost) {
          this.#forget();
          this.#listener.meanwhile(message, error.messages, true);
          lost += 1;
          if (lost <= 2) {
            continue;
          }
        } else if (error instanceof Refusal) {
          this.#listener.meanwhile(message, error.messages, false);
        }
        this.#listener.trying(message);
        await this.#pause(tries, error);
        tries += 1;
      }
    }
  }

  async #post(message) {
    // Behind a message that is still unanswered the receipt alone brings the floor, at once.
    message.hurried ||= this.#queue.length > 1 || this.#waiting.size > 0;
    const hurry = new AbortController();
    message.stopWaiting = () => {
      message.hurried = true;
      message.interrupted = true;
      hurry.abort();
    };
    const prefer = message.hurried ? {} : { Prefer: `wait=${WAIT_SECONDS}` };
    const request = this.#request(
      `${path(this.#kept)}/messages?locale=${this.locale}`,
      {
        method: "POST",
        body: JSON.stringify({ id: message.id, ...message.body }),
        headers: { ...bearer(this.#kept), ...prefer },
      },
      hurry.signal,
    );
    const { status, answer } = await request.finally(() => {
      message.stopWaiting = null;
    });
    if (status === 200) {
      this.#show(answer);
      return;
    }
    message.seq = answer.seq;
    this.#waiting.set(message.id, message);
    if (answer.messages?.length) {
      this.#listener.meanwhile(message, answer.messages, false);
    }
    this.#listen();
  }

  #replay() {
    this.#replaying = true;
    this.#listen();
  }

  get #expecting() {
    return this.#replaying || this.#waiting.size > 0;
  }

  /** Read the stream of turns for as long as one is owed. */
  async #listen() {
    if (this.#listening) {
      return;
    }
    this.#listening = true;
    for (let tries = 0; this.#expecting && !this.#over.signal.aborted; tries += 1) {
      let failure = null;
      try {
        await this.#readTurns();
      } catch (error) {
        failure = error;
      }
      if (failure instanceof Refusal && failure.lost) {
        this.#replaying = false;
        this.#forget();
        this.#begin().then(() => this.#sendAll(), () => this.#sendAll());
      } else if (this.#expecting) {
        await this.#pause(tries, failure);
      }
    }
    this.#listening = false;
  }

  async #readTurns() {
    const after = this.#replaying ? 0 : Math.min(...Array.from(this.#waiting.values(), ({ seq }) => seq)) - 1;
    const reading = new AbortController();
    this.#reading = reading;
    const stop = () => reading.abort();
    this.#over.signal.addEventListener("abort", stop);
    let stalled;
    let quiet;
    const alive = () => {
      clearTimeout(stalled);
      stalled = setTimeout(stop, STALLED_MS);
      if (this.#replaying) {
        clearTimeout(quiet);
        quiet = setTimeout(() => this.#replayed(), QUIET_MS);
      }
    };
    try {
      alive();
      const response = await fetch(`${path(this.#kept)}/events?after=${after}`, {
        headers: bearer(this.#kept),
        signal: reading.signal,
        cache: "no-store",
      });
      if (!response.ok) {
        throw new Refusal(response.status, null, response.headers.get("Retry-After"));
      }
      for await (const event of serverSentEvents(response.body, alive)) {
        if (event.name === "turn") {
          this.#show(JSON.parse(event.data));
        }
        if (!this.#expecting) {
          break;
        }
      }
    } finally {
      clearTimeout(stalled);
      clearTimeout(quiet);
      this.#over.signal.removeEventListener("abort", stop);
      reading.abort();
    }
  }

  #replayed() {
    this.#replaying = false;
    if (!this.#expecting) {
      this.#reading?.abort();
    }
  }

  #show(turn) {
    const message = this.#sent.get(turn.id) ?? null;
    this.#waiting.delete(turn.id);
    this.#sent.delete(turn.id);
    if (this.#shown.has(turn.seq)) {
      return;
    }
    this.#shown.add(turn.seq);
    if (this.#kept && turn.seq > this.#kept.seq) {
      this.#kept.seq = turn.seq;
      keep(this.#kept);
    }
    this.#listener.turn(turn, message);
  }

  /** The conversation is gone: what was not answered in it goes first in the next one. */
  #forget() {
    const owed = Array.from(this.#waiting.values()).sort((one, other) => one.seq - other.seq);
    this.#waiting.clear();
    // The one on its way now keeps its place at the head.
    this.#queue.splice(this.#sending ? 1 : 0, 0, ...owed);
    this.#kept = null;
    keep(null);
  }

  /** A request whose silence is a failure. Raises Refusal, or fetch's own errors. */
  async #request(url, options, hurry) {
    const control = new AbortController();
    const stop = () => control.abort();
    const timer = setTimeout(stop, SILENT_MS);
    const signals = [this.#over.signal, hurry].filter(Boolean);
    for (const signal of signals) {
      signal.addEventListener("abort", stop);
    }
    try {
      const response = await fetch(url, {
        ...options,
        headers: { "Content-Type": "application/json", ...options.headers },
        signal: control.signal,
        cache: "no-store",
      });
      const answer = await response.json().catch(() => null);
      if (!response.ok) {
        throw new Refusal(response.status, answer, response.headers.get("Retry-After"));
      }
      if (!answer) {
        throw new TypeError("the answer was cut short");
      }
      return { status: response.status, answer };
    } finally {
      clearTimeout(timer);
      for (const signal of signals) {
        signal.removeEventListener("abort", stop);
      }
    }
  }

  /** Wait before the next try, a little longer each time; being back online ends the wait. */
  #pause(tries, error) {
    const { signal } = this.#over;
    const usual = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] * (0.75 + Math.random() / 2);
    const milliseconds = Math.max(usual, error?.retryAfterMs ?? 0);
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        removeEventListener("online", done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      addEventListener("online", done);
      signal.addEventListener("abort", done);
    });
  }
}

/** The events of a stream: {name, data}. `alive` is called for every piece that arrives, heartbeats included. */
async function* serverSentEvents(body, alive) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    alive();
    const blocks = (rest + value).replace(/\r\n?/g, "\n").split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const lines = block.split("\n");
      const field = (name) =>
        lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ""));
      const data = field("data");
      if (data.length) {
        yield { name: field("event")[0] ?? "message", data: data.join("\n") };
      }
    }
  }
}

function path(kept) {
  return `${BASE}/conversations/${encodeURIComponent(kept.conversation)}`;
}

function bearer(kept) {
  return { Authorization: `Bearer ${kept.token}` };
}

/** A random UUID; browsers offer their own only on secure pages. */
function newId() {
  if (crypto.randomUUID) {
    return crypto.randomUUID();
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function restored() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT_UNDER));
    return kept?.conversation && kept?.token ? kept : null;
  } catch {
    return null;
  }
}

/** Keep what is needed to go on after a reload: never a word of the person's. */
function keep(kept) {
  try {
    if (kept) {
      sessionStorage.setItem(KEPT_UNDER, JSON.stringify(kept));
    } else {
      sessionStorage.removeItem(KEPT_UNDER);
    }
  } catch {
    // Storage is closed to this page: the conversation lasts as long as the page does.
  }
}
