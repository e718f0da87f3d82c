// What was looked at, kept in this browser across reloads.

import { byId, el } from "./dom.js";

const KEY = "fauxtograph.history";
const MOST = 24;

// Another version of the page, or a hand, may have left something else there.
const isEntry = (entry) => Boolean(entry?.image && entry.reading?.pixels && entry.reading.agreement?.votes
  && Object.keys(entry.reading.arms ?? {}).length);

// What was looked at on this page, for browsers that keep nothing.
let ofThisPage = [];

export function prepare(onOpen) {
  byId("forget").addEventListener("click", () => forget(onOpen));
  // Another tab kept or forgot something.
  addEventListener("storage", ({ key }) => {
    if (key !== KEY && key !== null) return;
    ofThisPage = [];
    showHistory(onOpen);
  });
  showHistory(onOpen);
}

export function remembered() {
  const entries = stored();
  return entries.length ? entries : ofThisPage;
}

function stored() {
  try {
    const entries = JSON.parse(localStorage.getItem(KEY));
    return Array.isArray(entries) ? entries.filter(isEntry) : [];
  } catch {
    return [];
  }
}

// Drops the oldest until what is left fits into the browser's storage.
function keep(entries) {
  ofThisPage = entries.slice(0, MOST);
  for (let count = ofThisPage.length; count >= 0; count -= 1) {
    try {
      localStorage.setItem(KEY, JSON.stringify(ofThisPage.slice(0, count)));
      return;
    } catch {
      // full: one fewer
    }
  }
}

export function remember(entries, onOpen) {
  // A link that is opened again shows the very picture that is there already.
  const links = entries.map((entry) => entry.link);
  keep([...entries, ...remembered().filter((old) => !old.link || !links.includes(old.link))]);
  showHistory(onOpen);
}

function forget(onOpen) {
  ofThisPage = [];
  try {
    localStorage.removeItem(KEY);
  } catch {
    // nothing is kept there
  }
  showHistory(onOpen);
}

function showHistory(onOpen) {
  const entries = remembered();
  byId("history").hidden = entries.length === 0;
  byId("history-place").replaceChildren(...entries.map((entry) => {
    const name = entry.facts ? `${entry.facts.prompt}, seed ${entry.facts.seed}, number ${entry.facts.index}` : "your photograph";
    return el("button", { type: "button", className: "thumb", title: name, ariaLabel: `Show ${name} again`, onclick: () => onOpen(entry) },
      el("img", { src: entry.image, alt: "" }));
  }));
}
