// The directory works without this. With it: leaving quickly by keyboard, and reporting a wrong number.

import { wireLeaving } from "./leave.js";
import { reportButton } from "./report.js";
import WORDS from "./words.js";

const words = WORDS[document.documentElement.lang === "fr" ? "fr" : "en"];

wireLeaving(document.querySelector("[data-leave]"), () => {
  try {
    sessionStorage.clear();
  } catch {
    // Storage is closed to this page, so it holds nothing.
  }
});

for (const card of document.querySelectorAll("article[data-numbers]")) {
  card.querySelector(".card__foot").append(reportButton(card.id, card.querySelector("h3").textContent.trim(), words));
}
