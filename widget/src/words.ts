// The widget's own words, in both languages. The server's pages read the same file.

import words from "../../bot/pages/words/guide.json";
import type { Locale } from "./messages";

export type Words = typeof words.en;

export const WORDS: Record<Locale, Words> = words;

/** A sentence with its blank filled. */
export function fill(sentence: string, value: string): string {
  return sentence.replace("{}", () => value);
}
