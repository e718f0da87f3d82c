// The study's confusion matrices, each number a button to its photographs.

import { cell, confusion } from "./api.js";
import { byId, el, percent, words } from "./dom.js";

// The cell whose photographs are waited for or shown; what comes late for another is not shown.
let asked = null;

export async function showMistakes() {
  const place = byId("mistakes-place");
  try {
    const study = await confusion();
    const arms = Object.keys(study.matrices);
    if (!arms.length) {
      place.replaceChildren(el("p", { className: "notice" }, "No study has run here yet: make run makes one."));
      return;
    }
    const arm = select("The network trained on");
    arm.input.append(...options(arms, words));
    const domain = select("tested on photographs that are");
    // Not every network was tested on all; what was chosen stays chosen where it can.
    const offerDomains = () => {
      const chosen = domain.input.value;
      domain.input.replaceChildren(...options(Object.keys(study.matrices[arm.input.value]), (name) => (name === "real" ? "real" : "generated")));
      if (study.matrices[arm.input.value][chosen]) domain.input.value = chosen;
    };
    const matrix = el("div", { className: "wide" });
    const photos = el("div", { ariaLive: "polite" });
    const show = () => {
      asked = null;
      photos.replaceChildren();
      matrix.replaceChildren(table(study, arm.input.value, domain.input.value, photos));
    };
    arm.input.addEventListener("change", () => {
      offerDomains();
      show();
    });
    domain.input.addEventListener("change", show);
    place.replaceChildren(el("div", { className: "fields" }, arm.label, domain.label), matrix, photos);
    offerDomains();
    show();
  } catch (error) {
    place.replaceChildren(el("p", { className: "notice" }, error.message));
  }
}

function select(text) {
  const input = el("select");
  return { input, label: el("label", {}, text, input) };
}

const options = (values, name) => values.map((value) => el("option", { value }, name(value)));

function table(study, arm, domain, photos) {
  const counts = study.matrices[arm][domain];
  const all = counts.flat().reduce((sum, count) => sum + count, 0);
  const right = counts.reduce((sum, row, place) => sum + row[place], 0);
  const rows = counts.map((row, true_) => el("tr", {}, el("th", { scope: "row" }, study.classes[true_]), row.map((count, said) => {
    const names = { true: study.classes[true_], predicted: study.classes[said] };
    return el("td", { className: true_ === said ? "right" : "" }, el("button", {
      type: "button", disabled: count === 0, ariaLabel: `${count} of ${names.true} called ${names.predicted}`,
      onclick: () => showCell({ arm, domain, ...names }, photos),
    }, String(count)));
  })));
  return el("table", { className: "matrix" }, el("caption", {}, `${percent(right / all)} of ${all} right, by the first training (${study.origin})`),
    el("thead", {}, el("tr", {}, el("td"), study.classes.map((name) => el("th", { scope: "col" }, name)))), el("tbody", {}, rows));
}

async function showCell(query, photos) {
  asked = query;
  try {
    const found = await cell(query);
    if (query !== asked) return;
    const kind = query.domain === "real" ? "real" : "generated";
    const title = `${found.count} ${kind} photograph${found.count === 1 ? "" : "s"} of ${query.true} that it called ${query.predicted}`;
    const images = found.images.map((image, place) => el("img", { src: image, alt: `${query.true}, number ${place + 1}`, loading: "lazy" }));
    photos.replaceChildren(...[
      el("h2", {}, title),
      images.length === 0 ? el("p", { className: "faint" }, "The photographs themselves are not on this machine.") : null,
      images.length > 0 && images.length < found.count ? el("p", { className: "faint" }, `The first ${images.length} of them:`) : null,
      images.length ? el("div", { className: "photos" }, images) : null,
    ].filter(Boolean));
  } catch (error) {
    if (query === asked) photos.replaceChildren(el("p", { className: "notice" }, error.message));
  }
}
