// Diffusion, training and the transfer gap, told with the visitor's own picture.

import { confusion } from "./api.js";
import { verdict } from "./card.js";
import { byId, el, percent } from "./dom.js";
import { remembered } from "./history.js";
import { frames } from "./make.js";

export async function showTour() {
  const own = remembered().find((entry) => entry.facts) || remembered()[0];
  const place = byId("tour-place");
  place.replaceChildren(...[
    own ? null : el("p", { className: "notice" }, "Make a picture first, and the tour is told with it. ", el("a", { href: "#make" }, "Make one")),
    el("h2", {}, "1. From noise to picture"),
    el("p", {}, "A diffusion model starts from pure noise and takes a little of it away, step by step, each time asking: what would make this look more like the words? Another seed is other noise, and so another picture of the same words."),
    forming(),
    el("h2", {}, "2. What a network sees"),
    el("p", {}, "A classifier is shown 32×32 pixels and answers with one number a class. It has learnt from six hundred photographs of each kind, shown over and over, its weights moved a little each time towards the right answer."),
    own ? el("img", { src: own.reading.pixels, alt: "Your picture at 32×32 pixels", width: 160, height: 160, className: "pixels" }) : null,
    el("h2", {}, "3. Three schools"),
    el("p", {}, "The three networks here are the same, and trained the same way. One learnt from real photographs, one from generated ones, one from half and half."),
    own ? el("p", { className: "verdict" }, `Of your picture: ${verdict(own.reading)}`) : null,
    el("h2", {}, "4. The transfer gap"),
    el("p", {}, "How much is it worth to have learnt from pictures that never were? Test every network on real photographs that none of them has seen. What the one trained on generated pictures loses is the gap."),
    await gap(),
  ].filter(Boolean));
}

function forming() {
  if (!frames.length) return null;
  const kept = [...frames];
  const image = el("img", { src: kept.at(-1), alt: "Your pictures at the chosen step" });
  const slider = el("input", { type: "range", min: 1, max: kept.length, value: kept.length, oninput: (event) => {
    image.src = kept[event.target.value - 1];
  } });
  return el("div", { className: "panel frames" }, image, el("label", {}, "Step ", slider));
}

async function gap() {
  try {
    const { matrices } = await confusion();
    const accuracy = (arm) => {
      const counts = matrices[arm].real;
      return counts.reduce((sum, row, place) => sum + row[place], 0) / counts.flat().reduce((sum, count) => sum + count, 0);
    };
    const [real, synthetic] = [accuracy("real"), accuracy("synthetic")];
    return el("p", {}, `In the study on this machine: ${percent(real)} right for the network trained on real photographs, ${percent(synthetic)} for the one trained on generated ones: a gap of ${Math.round(100 * (real - synthetic))} points, by the first training of each. `,
      el("a", { href: "#report" }, "The report"), " has all trainings, with intervals.");
  } catch {
    return el("p", { className: "faint" }, "No study has run on this machine yet; make run measures it.");
  }
}
