// What our own pages do beside the widget. The directory works without this; with it: leaving by keyboard, and reporting.

import { remove } from "./kept";
import { leave, onThreeShifts } from "./leave";
import { report } from "./report";

const page = document.documentElement;
const link = document.querySelector<HTMLAnchorElement>("[data-leave]")!;

// The guide changed its language: the page follows.
addEventListener("guide-locale", ({ detail }: CustomEventInit<{ locale: string }>) => {
  page.lang = detail!.locale;
  for (const part of document.querySelectorAll<HTMLElement>("[data-locale]")) {
    part.hidden = part.dataset.locale !== page.lang;
  }
  document.title = document.querySelector(`[data-locale=${page.lang}] h1`)?.textContent ?? document.title;
  const address = new URL(location.href);
  address.searchParams.set("locale", page.lang);
  history.replaceState(null, "", address);
});

// Where the widget is, it does this itself.
function go(event?: Event): void {
  if (!document.querySelector("wellness-guide")?.shadowRoot) {
    event?.preventDefault();
    leave(link.href, () => remove("/webhooks/web/conversations"));
  }
}

// Without this script the link only leads elsewhere, and promises no more.
link.title = link.dataset.leave!;
link.addEventListener("click", go);
onThreeShifts(go);

for (const card of document.querySelectorAll<HTMLElement>("article[data-numbers]")) {
  const words = document.querySelector<HTMLElement>("[data-report]")!.dataset;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "report";
  const say = (text: string, label = text) => {
    button.textContent = text;
    button.setAttribute("aria-label", label);
  };
  say(words.report!, words.reportFor!.replace("{}", () => card.querySelector("h3")!.textContent.trim()));
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled") === "true") {
      return;
    }
    button.setAttribute("aria-disabled", "true");
    if (await report("", card.id)) {
      say(words.reported!);
    } else {
      button.removeAttribute("aria-disabled");
      say(words.failed!);
    }
  });
  card.querySelector(".foot")!.append(button);
}
