// One image, and what every network makes of it.

import { explain } from "./api.js";
import { armClass, el, listed, percent, pngOf, words } from "./dom.js";
import { curlOf, pythonOf } from "./snippets.js";

// An entry: {image: data address, blob type aside, reading, facts: null for an upload, link, file}.
export function card(entry, { onRemix, note = "" } = {}) {
  const reading = entry.reading;
  return el("article", { className: "card", ariaLabel: entry.facts ? entry.facts.prompt : "Your photograph" },
    el("div", { className: "looks" },
      seen(entry),
      el("div", { className: "said" },
        el("p", { className: "verdict" }, verdict(reading)),
        reading.none_of_these ? el("p", { className: "badge" }, `Probably none of the ${classCount(reading)}: unsure, and far from all training photographs.`) : null,
        bars(reading),
        generated(reading),
      ),
    ),
    note ? el("p", { className: "faint" }, note) : null,
    neighbours(reading),
    actions(entry, onRemix),
    snippets(entry),
  );
}

export function verdict(reading) {
  const votes = Object.entries(reading.agreement.votes);
  if (reading.agreement.all_agree) {
    const count = Object.keys(reading.arms).length;
    return `All ${count === 3 ? "three" : count} networks say ${votes[0][0]}.`;
  }
  return `They disagree: ${listed(votes.map(([name, arms]) => `${listed(arms.map(words))} ${arms.length > 1 ? "say" : "says"} ${name}`))}.`;
}

const classCount = (reading) => {
  const count = Object.keys(Object.values(reading.arms)[0].probabilities).length;
  return ["", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"][count] || count;
};

function seen(entry) {
  const reading = entry.reading;
  const overlay = el("canvas", { width: 8, height: 8, hidden: true, ariaHidden: "true" });
  const caption = el("figcaption", {}, "The 32×32 pixels that the networks see");
  const arms = Object.keys(reading.arms);
  const choose = async (arm) => {
    if (!arm) {
      overlay.hidden = true;
      caption.textContent = "The 32×32 pixels that the networks see";
      return;
    }
    caption.textContent = "Asking…";
    try {
      const { heat } = await explain(pngOf(reading.pixels), arm, reading.arms[arm].class);
      paint(overlay, heat);
      overlay.hidden = false;
      caption.textContent = `Bright: where the network trained on ${words(arm)} saw “${reading.arms[arm].class}” (Grad-CAM)`;
    } catch (error) {
      caption.textContent = error.message;
    }
  };
  const group = `heat-${Math.random().toString(36).slice(2)}`;
  const choice = (arm, label) => el("label", {},
    el("input", { type: "radio", name: group, checked: arm === "", onchange: () => choose(arm) }), label);
  return el("div", { className: "seen" },
    el("figure", {}, el("img", { src: entry.image, alt: entry.facts ? `Picture made from “${entry.facts.prompt}”` : "Your photograph" }),
      el("figcaption", {}, entry.facts ? `Seed ${entry.facts.seed}, number ${entry.facts.index}` : "Your photograph")),
    el("figure", {}, el("div", { className: "layers" }, el("img", { src: reading.pixels, alt: "The same at 32×32 pixels" }), overlay), caption),
    el("fieldset", {}, el("legend", {}, "Where did it look?"),
      el("div", { className: "choices" }, choice("", "off"), arms.map((arm) => choice(arm, words(arm))))),
  );
}

function paint(canvas, heat) {
  const context = canvas.getContext("2d");
  canvas.width = heat[0].length;
  canvas.height = heat.length;
  const pixels = context.createImageData(canvas.width, canvas.height);
  heat.flat().forEach((value, place) => pixels.data.set([255, 214, 0, Math.round(200 * value)], 4 * place));
  context.putImageData(pixels, 0, 0);
  canvas.style.imageRendering = "auto";
}

function bars(reading) {
  const arms = Object.entries(reading.arms);
  const classes = Object.keys(arms[0][1].probabilities);
  const head = arms.map(([arm, found]) => el("th", { scope: "col", className: armClass(arm) },
    el("span", { className: "swatch", ariaHidden: "true" }), words(arm), el("small", {}, `${percent(found.confidence)} sure${found.calibrated ? "" : ", uncalibrated"}`)));
  const rows = classes.map((name) => el("tr", {}, el("th", { scope: "row" }, name), arms.map(([arm, found]) => {
    const value = found.probabilities[name];
    const fill = el("i");
    fill.style.width = `${100 * value}%`;
    return el("td", { className: `${armClass(arm)}${found.class === name ? " best" : ""}` },
      el("span", { className: "number" }, percent(value)), el("span", { className: "bar", ariaHidden: "true" }, fill));
  })));
  return el("div", { className: "wide" }, el("table", { className: "bars" },
    el("caption", {}, "How sure each network is, by what it was trained on"),
    el("thead", {}, el("tr", {}, el("td"), head)), el("tbody", {}, rows)));
}

function generated(reading) {
  if (!reading.generated) return el("p", { className: "faint" }, "Real or generated? These networks have no probe for that yet (make playground).");
  const { score, arm } = reading.generated;
  const said = score > 0.5 ? `generated, ${percent(score)} sure` : `real, ${percent(1 - score)} sure`;
  const label = `Real or generated? The probe says ${said}.`;
  return el("div", {}, el("p", {}, label), el("div", { className: "ends", ariaHidden: "true" }, el("span", {}, "real"), el("span", {}, "generated")), el("meter", { min: 0, max: 1, value: score, ariaLabel: `Probability of being generated, by the ${words(arm)} network’s probe` }));
}

function neighbours(reading) {
  const arms = Object.entries(reading.arms).filter(([, found]) => found.nearest.length);
  if (!arms.length) return null;
  const missing = arms.some(([, found]) => found.nearest.some((near) => near.image === null));
  return el("details", {}, el("summary", {}, "The nearest photographs that each network was trained on"),
    missing ? el("p", { className: "faint" }, "Photographs that are not on this machine are named only; they come with a study (make run).") : null,
    el("div", { className: "near" }, arms.map(([arm, found]) => el("div", { className: armClass(arm) },
      el("h3", {}, el("span", { className: "swatch", ariaHidden: "true" }), words(arm)),
      el("ul", {}, found.nearest.map((near) => el("li", {},
        near.image ? el("img", { src: near.image, alt: `${near.kind} ${near.class}`, loading: "lazy" }) : null,
        `${near.class}, ${near.kind}${near.image ? "" : ` no. ${near.index}`}`)))))));
}

function actions(entry, onRemix) {
  if (!entry.facts) return null;
  const link = new URL(entry.link, location.href).href;
  const copy = async (event) => {
    const button = event.currentTarget;
    try {
      await navigator.clipboard.writeText(link);
      button.textContent = "Copied";
    } catch {
      prompt("The picture’s link:", link);
    }
  };
  return el("div", { className: "actions" },
    onRemix ? el("button", { type: "button", onclick: () => onRemix(entry.facts) }, "Remix with another seed") : null,
    el("button", { type: "button", onclick: copy }, "Copy its link"),
    el("a", { className: "button", href: entry.image, download: `fauxtograph-${entry.facts.seed}-${entry.facts.index}.png` }, "Download PNG"));
}

function snippets(entry) {
  return el("details", {}, el("summary", {}, "The same by program"),
    el("h3", {}, "curl"), el("pre", { tabIndex: 0 }, curlOf(entry.facts)), el("h3", {}, "Python"), el("pre", { tabIndex: 0 }, pythonOf(entry.facts)));
}
