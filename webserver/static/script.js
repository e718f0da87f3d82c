// The page: what each of its parts needs to begin.

import * as api from "./api.js";
import { card } from "./card.js";
import { byId, counted, listed, say, words } from "./dom.js";
import * as history from "./history.js";
import * as make from "./make.js";
import { showMistakes } from "./mistakes.js";
import * as parts from "./parts.js";
import * as photograph from "./photograph.js";
import * as quiz from "./quiz.js";
import { showTour } from "./tour.js";

const AT_SIGHT = { mistakes: showMistakes, tour: showTour, report: () => {
  // Anew each time: a study may have made it since.
  byId("report-frame").src = byId("report-frame").dataset.src;
} };

function open(entry) {
  parts.goTo(entry.facts ? "make" : "photograph");
  if (entry.facts) make.clearStatements();
  const shown = card(entry, { onRemix: (facts) => make.remix(facts, open) });
  byId(entry.facts ? "made" : "read").replaceChildren(shown);
  // From below, where the history is, "nearest" would show the end of a card that is higher than the screen.
  shown.scrollIntoView({ block: "start" });
}

// Asks until the server is ready: it may still load, be out of reach for a moment, or have been asked too much.
async function whenReady() {
  for (;;) {
    let wait = 700;
    try {
      const models = await api.models();
      if (!models.generator.loading) return models;
      say("The generator is loading; a few seconds more.");
    } catch (error) {
      if (error.status === 503) say("The networks are loading; a few seconds more.");
      else {
        wait = 3000;
        say(`${error.message.replace(/[^.?!]$/, "$&.")} The page tries again by itself.`);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

function served({ arms, origin }) {
  const names = Object.keys(arms).map(words);
  const one = names.length === 1;
  const taught = `${one ? "A network" : "The same network"}, trained on ${counted(names.length)} kind${one ? "" : "s"} of photographs: ${listed(names)}.`;
  return `${taught} Served here: ${one ? "that" : "those"} ${origin === "the study" ? "of this machine’s study" : origin}.`;
}

async function begin() {
  // A remix that is begun before the server is ready takes the link out of the page's address.
  const link = location.search;
  // By its address, which names the content and no part, it would leave the part that is shown.
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("main").focus();
  });
  parts.prepare(AT_SIGHT);
  history.prepare(open);
  make.prepare(open);
  photograph.prepare(open);
  quiz.prepare();
  const models = await whenReady();
  say(models.generator.ready ? "" : `Pictures cannot be drawn: ${models.generator.reason}. Photographs can be looked at.`);
  byId("served").textContent = served(models);
  make.offer(models);
  make.openLink(link, open);
}

begin();
