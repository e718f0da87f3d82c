// Diffusion, training and the transfer gap, told with the visitor's own picture and the study's own numbers.

import { transfer } from "./api.js";
import { card } from "./card.js";
import { armClass, byId, el, listed, percent, words } from "./dom.js";
import { remembered } from "./history.js";
import { frames } from "./make.js";

// The origin of a study whose report is here; a sample comes without.
const WITH_REPORT = "the study on this machine";

export async function showTour() {
  const own = remembered().find((entry) => entry.facts) || remembered()[0];
  const study = await transfer().catch(() => null);
  byId("tour-place").replaceChildren(...[
    own ? null : el("p", { className: "notice" }, "Make a picture first, and the tour is told with it. ", el("a", { href: "#make" }, "Make one")),
    el("h2", {}, "1. From noise to picture"),
    el("p", {}, "A diffusion model starts from pure noise and takes a little of it away, step by step, each time asking: what would make this look more like the words? Another seed is other noise, and so another picture of the same words."),
    forming(own),
    el("h2", {}, "2. What a network sees"),
    el("p", {}, `A classifier is shown 32×32 pixels and answers with one number a class. It has learnt from ${study ? study.train_images_per_class : "some hundred"} photographs of each class, shown over and over, its weights moved a little each time towards the right answer.`),
    own ? el("img", { src: own.reading.pixels, alt: "Your picture at 32×32 pixels", width: 160, height: 160, className: "pixels" }) : null,
    el("h2", {}, "3. The same network, other schools"),
    el("p", {}, `The networks here are built alike, and trained the same way on as many photographs. ${study ? schools(study.arms) : "Only the photographs differ: real ones, generated ones, some of each."}`),
    own ? el("p", {}, "Of your picture they say:") : null,
    own ? card(own) : null,
    el("h2", {}, "4. The transfer gap"),
    el("p", {}, "What is it worth to have learnt from pictures that never were? Every network is tested on real photographs that none of them has seen. How much less often one is right about them than the network that learnt from real ones: that is its gap."),
    ...(study ? gaps(study) : [el("p", { className: "faint" }, "No study has been reported on this machine yet; make run measures it.")]),
  ].filter(Boolean));
}

function forming(own) {
  if (!frames.length) return own?.facts ? el("img", { src: own.image, alt: "Your picture, finished", width: 160, height: 160, className: "pixels" }) : null;
  const kept = [...frames];
  const image = el("img", { src: kept.at(-1), alt: "Your pictures at the chosen step" });
  const slider = el("input", { type: "range", min: 1, max: kept.length, value: kept.length, oninput: (event) => {
    image.src = kept[event.target.value - 1];
  } });
  return el("div", { className: "panel frames" }, image, el("label", {}, "From noise to picture ", slider));
}

function schools(arms) {
  const taught = ({ synthetic_share: share }) => {
    if (share === 0) return "real photographs alone";
    return share === 1 ? "generated ones alone" : `photographs of which ${percent(share)} were generated`;
  };
  return `${listed(Object.entries(arms).map(([arm, facts]) => `“${words(arm)}” learnt from ${taught(facts)}`))}.`;
}

function gaps(study) {
  const arms = Object.entries(study.arms).filter(([, found]) => found.accuracy.real);
  const interval = ({ low, high }, unit) => `95 % interval ${low} to ${high}${unit}`;
  const rows = arms.map(([arm, { accuracy: { real } }]) => {
    const fill = el("i");
    fill.style.width = `${100 * real.mean}%`;
    const cell = el("td", { className: armClass(arm) }, el("span", { className: "number" }, `${tenths(real.mean)} % (${interval({ low: tenths(real.low), high: tenths(real.high) }, "")})`),
      el("span", { className: "bar", ariaHidden: "true" }, fill));
    return el("tr", {}, el("th", { scope: "row" }, words(arm)), cell);
  });
  const lines = Object.entries(study.gaps_on_real).map(([arm, gap]) => {
    const sure = gap.low > 0 || gap.high < 0 ? "" : ": too wide to say that there is one";
    return el("li", {}, `${words(arm)}: ${tenths(gap.mean)} points (${interval({ low: tenths(gap.low), high: tenths(gap.high) }, "")})${sure}`);
  });
  return [
    el("table", { className: "bars of-study" }, el("caption", {}, `Right about real test photographs, by what it was trained on: mean of ${study.trainings} training${study.trainings === 1 ? "" : "s"} each`), el("tbody", {}, rows)),
    ...(lines.length ? [el("p", {}, "The gaps to the network trained on real photographs:"), el("ul", {}, lines)] : []),
    el("p", { className: "faint" }, `From ${study.origin.replace("a sample of ", "")}. `,
      ...(study.origin === WITH_REPORT ? [el("a", { href: "#report" }, "Its report"), " tells the rest."] : [])),
  ];
}

const tenths = (share) => (100 * share).toFixed(1);
