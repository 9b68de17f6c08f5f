// The floor's lines, as bot/messages/floor.py has them: scripts/widget writes floor.json from there, and a test holds
// them equal.

import floor from "./floor.json";
import type { Line, Locale } from "./messages";

export const FLOOR: Record<Locale, Line[]> = floor;
