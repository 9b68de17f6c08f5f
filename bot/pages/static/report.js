// "Report a wrong number": the name of the resource goes to the guide's people, and nothing else.

import { make } from "./dom.js";

/** A button that reports a resource, once. It stays in place, so the focus does too. */
export function reportButton(slug, name, words) {
  const button = make("button", { type: "button", class: "report", "aria-label": words.report_for.replace("{}", name) });
  button.textContent = words.report;
  const say = (text) => {
    button.textContent = text;
    button.setAttribute("aria-label", text);
  };
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled") === "true") {
      return;
    }
    button.setAttribute("aria-disabled", "true");
    try {
      const response = await fetch("/webhooks/web/reports", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ slug }),
      });
      if (!response.ok) {
        throw new Error(String(response.status));
      }
      say(words.reported);
    } catch {
      button.removeAttribute("aria-disabled");
      say(words.report_failed);
    }
  });
  return button;
}
