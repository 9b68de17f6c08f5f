// What a tab keeps so as to go on after a reload or on the next page: never a word of the person's.

import type { Message } from "./messages";

const NAME = "wellness-guide";

export interface Kept {
  conversation: string;
  token: string;
  /** The guide's first words. */
  welcome: Message[];
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
