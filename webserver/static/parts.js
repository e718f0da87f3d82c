// Which part of the page is shown: the one that its address names.

import { byId } from "./dom.js";

const PARTS = ["make", "photograph", "quiz", "mistakes", "report", "tour"];
let atSight = {};

// `begun`: what a part does whenever it is shown.
export function prepare(begun) {
  atSight = begun;
  addEventListener("hashchange", show);
  show();
}

function show() {
  const chosen = PARTS.includes(location.hash.slice(1)) ? location.hash.slice(1) : "make";
  for (const part of PARTS) byId(part).hidden = part !== chosen;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${chosen}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  atSight[chosen]?.();
}

// Shown at once: the browser tells of the new address later, and what is hidden can be neither scrolled to nor focused.
export function goTo(part) {
  location.hash = part;
  show();
}
