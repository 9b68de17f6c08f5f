// Leaving quickly: the page is blank before anything else happens.

const PRESSES = 3;
const WITHIN_MS = 5000;

/**
 * Wire "Leave quickly" and three presses of Shift.
 * @param {HTMLAnchorElement} link goes to a neutral page even without this script
 * @param {() => void} forget is called once the page is blank, before it goes
 */
export function wireLeaving(link, forget) {
  const leave = (event) => {
    event?.preventDefault();
    document.documentElement.classList.add("leaving");
    document.title = "\u00a0";
    try {
      forget();
    } finally {
      location.replace(link.href);
    }
  };
  link.addEventListener("click", leave);

  let presses = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Shift") {
      presses = [];
    }
  });
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift") {
      return;
    }
    const now = Date.now();
    presses = [...presses.filter((at) => now - at < WITHIN_MS), now];
    if (presses.length >= PRESSES) {
      leave();
    }
  });
}
