// Words to pictures: the form, the progress, the cards, links that bring a picture back.

import * as api from "./api.js";
import { card } from "./card.js";
import { byId, dataAddress, el, say, sayInSight, tell } from "./dom.js";
import { remember } from "./history.js";
import { goTo } from "./parts.js";

// The job under way: {id: null until the server has named it, stopping: whether it is no longer wanted, previews: by step}.
let running = null;
let served = null;
// The previews of the last pictures that were drawn to the end together, step by step; the tour shows them.
export let frames = [];

export function prepare(open) {
  // A number that cannot be is shown where it stands, also when the settings are folded away.
  byId("make-form").addEventListener("invalid", () => { byId("make-form").querySelector("details").open = true; }, true);
  byId("make-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (byId("dice").checked) byId("seed").value = Math.floor(Math.random() * 2 ** 31);
    makeWanted(open);
  });
  byId("cancel").addEventListener("click", stop);
  // Nobody would see the pictures, and others may be waiting.
  addEventListener("pagehide", stop);
}

export function offer(models) {
  served = models;
  byId("guidance").value ||= models.generator.guidance_scale;
  if (models.generator.guidance_range) [byId("guidance").min, byId("guidance").max] = models.generator.guidance_range;
  byId("steps").value ||= models.generator.steps;
  byId("chips").replaceChildren(...models.prompts.map((prompt) => el("button", { type: "button", onclick: () => {
    byId("prompt").value = prompt;
    byId("prompt").focus();
  } }, prompt)));
  allowSubmit();
}

// Before the server has said what it serves, there is nothing to ask it for.
function allowSubmit() {
  byId("make-form").querySelector("[type=submit]").disabled = !served || Boolean(running);
}

// What was said of the drawing before.
export function clearStatements() {
  tell("summary", "");
  tell("answer", "");
}

async function stop() {
  if (!running) return;
  running.stopping = true;
  byId("cancel").disabled = true;
  tell("progress-text", "Stopping…");
  if (running.id) await cancel(running);
}

async function cancel(job) {
  try {
    await api.cancelJob(job.id);
  } catch (error) {
    // It goes on, and may be cancelled once more.
    job.stopping = false;
    byId("cancel").disabled = false;
    say(error.message);
  }
}

function wanted() {
  return {
    prompt: byId("prompt").value, seed: Number(byId("seed").value), first: 0, count: Number(byId("count").value),
    guidance_scale: Number(byId("guidance").value), steps: Number(byId("steps").value),
  };
}

function makeWanted(open) {
  // A link that the page was opened with no longer says what is shown.
  history.replaceState(null, "", location.pathname + location.hash);
  make(wanted(), open);
}

export function remix(facts, open) {
  if (running) {
    sayInSight("Another picture is being made. Remix when it is done, or cancel it first.");
    return;
  }
  fill(facts);
  byId("seed").value = Math.floor(Math.random() * 2 ** 31);
  byId("dice").checked = false;
  goTo("make");
  makeWanted(open);
  byId("progress").scrollIntoView({ block: "nearest" });
}

function fill(facts) {
  byId("prompt").value = facts.prompt;
  byId("seed").value = facts.seed;
  byId("guidance").value = facts.guidance;
  byId("steps").value = facts.steps;
}

const isNumber = (text) => text.trim() !== "" && Number.isFinite(Number(text));

// Draws the picture that the page's address names; says so if this server would draw another.
export function openLink(link, open) {
  const query = new URLSearchParams(link);
  if (!query.has("prompt")) return;
  if (running) {
    say("Another picture is being made, so the link’s is not. Open the link again when it is done.");
    return;
  }
  const wrong = ["seed", "index", "guidance", "steps"].find((name) => query.has(name) && !isNumber(query.get(name)));
  if (wrong) {
    byId("prompt").value = query.get("prompt");
    say(`The link’s ${wrong} is “${query.get(wrong)}”, which is no number; so it names no picture.`);
    return;
  }
  const number = (name, otherwise) => (query.has(name) ? Number(query.get(name)) : otherwise);
  const facts = {
    prompt: query.get("prompt"), seed: number("seed", 0), index: number("index", 0),
    guidance: number("guidance", served.generator.guidance_scale), steps: number("steps", served.generator.steps),
  };
  fill(facts);
  byId("dice").checked = false;
  const { model, revision, rows_per_forward: rows, settings_digest: settings } = served.generator;
  const here = { model, revision, rows: String(rows), settings };
  const other = Object.entries(here).filter(([name, value]) => query.get(name) && value && query.get(name) !== value);
  const note = other.length
    ? `The link was made with another ${other.map(([name]) => name).join(", ")} (${other.map(([name]) => query.get(name)).join(", ")}); this is what the model here draws instead.`
    : "";
  make(api.requestOf(facts), open, note);
}

async function make(request, open, note = "") {
  if (running) return;
  say("");
  clearStatements();
  const job = { id: null, stopping: false, previews: [] };
  running = job;
  byId("cancel").disabled = false;
  allowSubmit();
  show({ state: "queued", position: 0 });
  try {
    job.id = (await api.generate(request)).id;
    if (job.stopping) await cancel(job);
    await finish(await api.follow(job.id, show), open, note);
  } catch (error) {
    say(error.message);
  } finally {
    running = null;
    allowSubmit();
    showDrawing(false);
  }
}

// The text of the progress stays in the page without a word, so that screen readers hear of the next one.
function showDrawing(isOn) {
  byId("progress").classList.toggle("panel", isOn);
  byId("drawing").hidden = !isOn;
  if (!isOn) tell("progress-text", "");
}

function show(job) {
  // What the model can and cannot make of the words is said before it draws.
  tell("answer", job.answer || "");
  showDrawing(true);
  const bar = byId("progress-bar");
  bar.max = job.steps || 1;
  bar.value = job.step || 0;
  if (["queued", "running"].includes(job.state) && !running.stopping) tell("progress-text", stage(job));
  byId("preview").hidden = !job.preview;
  if (job.preview) {
    byId("preview").src = job.preview;
    running.previews[job.step - 1] = job.preview;
  }
}

function stage({ state, position, step, steps }) {
  if (state === "queued") return position ? `Waiting: ${position} before you` : "Waiting for the generator";
  return step ? `Step ${step} of ${steps}` : "Starting";
}

async function finish(job, open, note) {
  if (job.state === "cancelled") return say("Cancelled.");
  if (job.state === "failed") return say(`It could not be drawn: ${job.reason}`);
  const entries = await Promise.all(job.pictures.map(async (picture) => ({
    image: await dataAddress(await api.picture(picture.image)),
    facts: { ...Object.fromEntries(["prompt", "seed", "steps"].map((name) => [name, job.asked[name]])), guidance: job.asked.guidance_scale, index: picture.index },
    link: picture.link, reading: picture.reading,
  })));
  frames = lastRound(running.previews, job);
  const again = (facts) => remix(facts, open);
  tell("summary", summary(entries.map((entry) => entry.reading)));
  byId("made").replaceChildren(
    ...(note ? [el("p", { className: "notice" }, note)] : []),
    ...entries.map((entry) => card(entry, { onRemix: again })),
  );
  byId("made").querySelector("article").scrollIntoView({ block: "nearest" });
  remember(entries, open);
  return say("");
}

// Pictures that do not pass the generator together follow one another, each time from noise. Steps may have been missed.
function lastRound(previews, { steps, asked }) {
  const before = (Math.ceil(steps / asked.steps) - 1) * asked.steps;
  return previews.slice(before).filter(Boolean);
}

function summary(readings) {
  const one = readings.length === 1;
  const made = one ? "One picture made" : `${readings.length} pictures made`;
  if (Object.keys(readings[0].arms).length === 1) return `${made}.`;
  const agreed = readings.filter((reading) => reading.agreement.all_agree).length;
  return one ? `${made}; the networks ${agreed ? "agree" : "disagree"} on it.` : `${made}; the networks agree on ${agreed} of them.`;
}
