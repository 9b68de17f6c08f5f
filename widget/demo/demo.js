// What a host page may know of the guide: that it is there, its language, and its end. Never what is said in it.

const told = document.querySelector("#told");

for (const name of ["guide-ready", "guide-locale", "guide-deleted", "guide-leave"]) {
  addEventListener(name, ({ type, detail }) => {
    told.textContent = [type, detail.locale].filter(Boolean).join(" ");
  });
}
