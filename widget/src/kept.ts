// What a tab keeps so as to go on after a reload or on the next page: never a word of the person's.

import type { Locale, Message } from "./messages";

const NAME = "wellness-guide";

export interface Kept {
  conversation: string;
  token: string;
  /** The guide's first words. */
  welcome: Message[];
  /** Their language. */
  locale: Locale;
  /** The last turn that was shown. */
  seq: number;
  /** The ids of messages that were not answered yet. */
  owed?: string[];
  /** Until when it is kept, in milliseconds since 1970. */
  until?: number;
}

/** What this tab keeps, also where its time is over. */
export function restored(): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(NAME)!);
  } catch {
    return null;
  }
}

/** Forget a conversation here and delete it on the server. False when the server could not be told. */
export async function remove(base: string, kept = restored()): Promise<boolean> {
  keep(null);
  try {
    const headers = { Authorization: `Bearer ${kept?.token}` };
    const response = kept && (await fetch(`${base}/${kept.conversation}`, { method: "DELETE", headers, keepalive: true }));
    return !response || response.ok || response.status === 404;
  } catch {
    return false;
  }
}

export function keep(kept: Kept | null): void {
  try {
    if (kept) {
      sessionStorage.setItem(NAME, JSON.stringify(kept));
    } else {
      sessionStorage.removeItem(NAME);
    }
  } catch {
    // Storage is closed to this page: the conversation lasts as long as the page does.
  }
}
