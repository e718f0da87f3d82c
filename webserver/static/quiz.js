// Real or generated? Ten photographs, guessed, and scored beside the probe.

import { beginQuiz, scoreQuiz } from "./api.js";
import { byId, el, percent, say, sayInSight } from "./dom.js";

export function prepare() {
  byId("quiz-begin").addEventListener("click", begin);
}

async function begin() {
  say("");
  try {
    const quiz = await beginQuiz();
    const form = el("form", {}, el("div", { className: "questions" }, quiz.images.map(question)), el("button", { type: "submit", className: "primary" }, "Score it"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      score(quiz, form);
    });
    byId("quiz-place").replaceChildren(form);
    form.querySelector("input").focus();
  } catch (error) {
    byId("quiz-place").replaceChildren(el("p", { className: "notice" }, error.message));
  }
}

function question(address, place) {
  const choice = (value) => el("label", {}, el("input", { type: "radio", name: `guess-${place}`, value, required: true }), value);
  return el("fieldset", {}, el("legend", {}, `Photograph ${place + 1}`), el("img", { src: address, alt: "32×32 pixels, real or generated" }),
    el("div", { className: "choices" }, choice("real"), choice("generated")));
}

async function score(quiz, form) {
  const button = form.querySelector("button");
  // One quiz is scored once, however often it is pressed.
  button.disabled = true;
  const guesses = quiz.images.map((_, place) => form.elements[`guess-${place}`].value === "generated");
  try {
    const result = await scoreQuiz(quiz.id, guesses);
    [...form.querySelectorAll("fieldset")].forEach((field, place) => {
      const right = guesses[place] === result.truth[place];
      const probe = result.probe_scores[place];
      field.append(el("p", {}, el("strong", {}, right ? "Right: " : "Wrong: "), `a ${result.truth[place] ? "generated" : "real"} ${result.classes[place]}.`,
        probe === null ? "" : ` Probe: ${percent(probe)} generated.`));
      field.disabled = true;
    });
    const probe = result.probe_score === null ? "" : ` The probe: ${result.probe_score}.`;
    const sentence = el("p", { className: "verdict", tabIndex: -1, id: "quiz-score" }, `You told ${result.your_score} of ${result.of} right.${probe} Guessing gives ${result.of / 2} on average.`);
    form.before(sentence);
    button.remove();
    byId("quiz-begin").textContent = "Ten more";
    sentence.focus();
  } catch (error) {
    button.disabled = false;
    sayInSight(error.message);
  }
}
