// What travels on the web channel; docs/WEB-API.md tells every field.

export type Locale = "en" | "fr";

export interface Contact {
  label: string;
  href: string;
  note?: string | null;
  languages?: string[];
}

export interface Hours {
  text: string;
  open_now?: boolean | null;
  opens_at?: string | null;
}

/** One of the floor's services. */
export interface Line {
  name: string;
  about?: string;
  contacts: Contact[];
  hours: Hours;
}

export interface Resource extends Line {
  slug: string;
  serves?: string;
  kind_of_service?: string;
  source_read_on?: string;
}

export interface Message {
  type: string;
  text?: string;
  resources?: Resource[];
  choices?: { label: string; value: string }[];
}

export interface Turn {
  id: string;
  seq: number;
  pinned: boolean;
  locale: Locale;
  messages: Message[];
}

/** Whether a message is the floor: its three services first, in order. */
export function isFloor(message?: Message): boolean {
  return /^988-suicide-crisis-helpline hope-for-wellness emergency-911\b/.test(message?.resources?.map(({ slug }) => slug).join(" ")!);
}
