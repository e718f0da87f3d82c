// One image, and what every network makes of it.

import { explain } from "./api.js";
import { armClass, copyButton, counted, el, listed, percent, pngOf, words } from "./dom.js";
import { curlOf, pythonOf } from "./snippets.js";

// An entry: {image: data address, reading, facts and link of a picture that was made, null for an upload}.
export function card(entry, { onRemix } = {}) {
  const reading = entry.reading;
  return el("article", { className: "card", ariaLabel: entry.facts ? entry.facts.prompt : "Your photograph" },
    el("div", { className: "looks" },
      seen(entry),
      el("div", { className: "said" },
        agreement(reading),
        el("h2", { className: "verdict" }, verdict(reading)),
        reading.none_of_these ? el("p", { className: "badge" }, `Probably none of the ${classCount(reading)}: unsure, and far from all training photographs.`) : null,
        bars(reading),
        generated(reading),
      ),
    ),
    neighbours(reading),
    actions(entry, onRemix),
    snippets(entry),
  );
}

export function verdict(reading) {
  const votes = Object.entries(reading.agreement.votes);
  if (reading.agreement.all_agree) {
    const count = Object.keys(reading.arms).length;
    const all = ["", "The network says", "Both networks say"][count] || `All ${counted(count)} networks say`;
    return `${all} ${votes[0][0]}.`;
  }
  const said = listed(votes.map(([name, arms]) => `${listed(arms.map(words))} ${arms.length > 1 ? "say" : "says"} ${name}`));
  return `${said[0].toUpperCase()}${said.slice(1)}.`;
}

// Told by a word and by its outline, not by colour alone.
function agreement(reading) {
  if (Object.keys(reading.arms).length === 1) return null;
  const agree = reading.agreement.all_agree;
  return el("p", { className: `badge ${agree ? "agree" : "differ"}` }, agree ? "They agree" : "They disagree");
}

const classCount = (reading) => counted(Object.keys(Object.values(reading.arms)[0].probabilities).length);

const PIXELS = "The 32×32 pixels that the networks see";

function seen(entry) {
  const reading = entry.reading;
  const overlay = el("canvas", { width: 8, height: 8, hidden: true, ariaHidden: "true" });
  const caption = el("figcaption", {}, PIXELS);
  const arms = Object.keys(reading.arms);
  let chosen = "";
  const choose = async (arm) => {
    chosen = arm;
    overlay.hidden = true;
    caption.textContent = arm ? "Asking…" : PIXELS;
    if (!arm) return;
    try {
      const { heat } = await explain(pngOf(reading.pixels), arm, reading.arms[arm].class);
      // Another was chosen meanwhile, or none.
      if (arm !== chosen) return;
      paint(overlay, heat);
      overlay.hidden = false;
      const found = heat.some((row) => row.some((value) => value > 0));
      caption.textContent = found
        ? `Lit: where the network trained on ${words(arm)} saw “${reading.arms[arm].class}” (Grad-CAM)`
        : `No place speaks for “${reading.arms[arm].class}” to the network trained on ${words(arm)} (Grad-CAM)`;
    } catch (error) {
      if (arm === chosen) caption.textContent = error.message;
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

// A dark veil that is thinnest where the network looked: it reads on any picture, and without colour.
function paint(canvas, heat) {
  const context = canvas.getContext("2d");
  canvas.width = heat[0].length;
  canvas.height = heat.length;
  const pixels = context.createImageData(canvas.width, canvas.height);
  heat.flat().forEach((value, place) => pixels.data.set([0, 0, 0, Math.round(185 * (1 - Math.sqrt(value)))], 4 * place));
  context.putImageData(pixels, 0, 0);
  canvas.style.imageRendering = "auto";
}

function bars(reading) {
  const arms = Object.entries(reading.arms);
  const classes = Object.keys(arms[0][1].probabilities);
  const head = arms.map(([arm, found]) => el("th", { scope: "col", className: armClass(arm) },
    el("span", { className: "swatch", ariaHidden: "true" }), words(arm), el("small", {}, `${found.class}, ${percent(found.confidence)}${found.calibrated ? "" : ", uncalibrated"}`)));
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
  const mark = el("i");
  mark.style.left = percent(score).replace(" ", "");
  return el("div", {}, el("p", {}, `Real or generated? The probe says ${said}.`),
    el("div", { className: "scale", role: "meter", ariaValueMin: "0", ariaValueMax: "100", ariaValueNow: String(Math.round(100 * score)),
      ariaLabel: `Per cent sure that it is generated, by the ${words(arm)} network’s probe` }, mark),
    el("div", { className: "ends", ariaHidden: "true" }, el("span", {}, "real"), el("span", {}, "generated")));
}

function neighbours(reading) {
  const arms = Object.entries(reading.arms).filter(([, found]) => found.nearest.length);
  if (!arms.length) return null;
  const missing = arms.some(([, found]) => found.nearest.some((near) => near.image === null));
  return el("details", {}, el("summary", {}, "The nearest photographs that each network was trained on"),
    missing ? el("p", { className: "faint" }, "Photographs that are not on this machine are named by their numbers only; a study brings its own (make run).") : null,
    el("div", { className: "near" }, arms.map(([arm, found]) => el("div", { className: armClass(arm) },
      el("h3", {}, el("span", { className: "swatch", ariaHidden: "true" }), words(arm)),
      el("ul", {}, found.nearest.map((near) => el("li", {},
        near.image ? el("img", { src: near.image, alt: "", loading: "lazy" }) : null,
        `${near.kind === "real" ? "real" : "made"} ${near.class}${near.image ? "" : ` ${near.index}`}`)))))));
}

function actions(entry, onRemix) {
  if (!entry.facts) return null;
  return el("div", { className: "actions" },
    onRemix ? el("button", { type: "button", onclick: () => onRemix(entry.facts) }, "Remix with another seed") : null,
    copyButton("Copy its link", new URL(entry.link, location.href).href),
    el("a", { className: "button", href: entry.image, download: `fauxtograph-${entry.facts.seed}-${entry.facts.index}.png` }, "Download PNG"));
}

function snippets(entry) {
  return el("details", {}, el("summary", {}, "The same by program"),
    [["curl", curlOf(entry.facts)], ["Python", pythonOf(entry.facts)]].flatMap(([name, text]) => [
      el("div", { className: "titled" }, el("h3", {}, name), copyButton(`Copy the ${name}`, text)),
      el("pre", { tabIndex: 0, role: "region", ariaLabel: name }, text),
    ]));
}
