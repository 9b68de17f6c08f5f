// Leaving quickly: the page is blank before anything else happens.

const PRESSES = 3;
const WITHIN_MS = 5000;

/**
 * Blank the whole page, forget, and go to a neutral page that takes this one's place in the history.
 * In a frame it is the whole tab that goes; where that is not allowed, the frame stays blank.
 */
export function leave(url: string, forget: () => void): void {
  document.documentElement.style.setProperty("display", "none", "important");
  document.title = "\u00a0";
  try {
    forget();
  } finally {
    try {
      top!.location.replace(url);
    } catch {
      location.replace("about:blank");
    }
  }
}

/** Call back after three presses of Shift alone, until the signal. */
export function onThreeShifts(act: () => void, signal?: AbortSignal): void {
  let presses: number[] = [];
  const listen = ({ type, key, timeStamp }: KeyboardEvent) => {
    if (key !== "Shift") {
      presses = [];
    } else if (type === "keyup") {
      presses.push(timeStamp);
      if (timeStamp - presses.at(-PRESSES)! < WITHIN_MS) {
        act();
      }
    }
  };
  addEventListener("keydown", listen, { signal });
  addEventListener("keyup", listen, { signal });
}
