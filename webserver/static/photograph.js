// A photograph of the visitor's own: chosen, dropped, pasted or taken, cut to a square, looked at.

import { classify } from "./api.js";
import { card } from "./card.js";
import { byId, dataAddress, el, say } from "./dom.js";
import { remember } from "./history.js";
import { goTo } from "./parts.js";

// Of a large photograph the server gets this many pixels a side.
const SIDE = 288;
let picture = null;

export function prepare(open) {
  for (const id of ["file", "camera"]) byId(id).addEventListener("change", (event) => {
    const [file] = event.target.files;
    // Or the same file, chosen again, would be no change.
    event.target.value = "";
    take(file);
  });
  for (const id of ["zoom", "across", "down"]) byId(id).addEventListener("input", draw);
  const drop = byId("drop");
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer.files[0]);
  });
  addEventListener("paste", (event) => {
    const file = [...event.clipboardData.files].find((item) => item.type.startsWith("image/"));
    if (file) {
      goTo("photograph");
      take(file);
    }
  });
  dragging(byId("crop-canvas"));
  byId("crop").addEventListener("submit", async (event) => {
    event.preventDefault();
    await look(open);
  });
}

async function take(file) {
  if (!file) return;
  say("");
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    say("This file is no picture that the browser can read.");
    return;
  }
  byId("zoom").value = 1;
  byId("across").value = byId("down").value = 0.5;
  byId("crop").hidden = false;
  draw();
  byId("crop").querySelector("button").focus();
}

// The square of the picture that the sliders choose: [left, top, side] in its own pixels.
function square() {
  const side = Math.min(picture.width, picture.height) / Number(byId("zoom").value);
  if (side > SIDE) return placed(side);
  // A small one is of whole pixels, which nothing mixes; in the middle they are the ones that the server would take.
  return placed(Math.max(1, Math.round(side))).map(Math.floor);
}

function placed(side) {
  return [(picture.width - side) * Number(byId("across").value), (picture.height - side) * Number(byId("down").value), side];
}

function draw() {
  if (picture) cut(byId("crop-canvas"));
}

// Fills the canvas with the chosen square, which may be shrunk smoothly, but is never blurred up.
function cut(canvas) {
  const [left, top, side] = square();
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = side > canvas.width;
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height);
  return canvas;
}

// What the networks get: a small square at its own size, so that they see the very pixels.
function sent() {
  const side = Math.min(SIDE, square().at(-1));
  return cut(el("canvas", { width: side, height: side }));
}

function dragging(canvas) {
  let from = null;
  canvas.addEventListener("pointerdown", (event) => {
    from = { x: event.clientX, y: event.clientY, across: Number(byId("across").value), down: Number(byId("down").value) };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!from || !picture) return;
    const [, , side] = square();
    const scale = side / canvas.clientWidth;
    // From where it began: a slider's step may be more than one event moves.
    const move = (id, pixels, room) => {
      if (room > 0) byId(id).value = from[id] - (pixels * scale) / room;
    };
    move("across", event.clientX - from.x, picture.width - side);
    move("down", event.clientY - from.y, picture.height - side);
    draw();
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { from = null; });
}

async function look(open) {
  const button = byId("crop").querySelector("button");
  button.disabled = true;
  say("");
  try {
    const blob = await new Promise((resolve) => sent().toBlob(resolve, "image/png"));
    const small = await new Promise((resolve) => byId("crop-canvas").toBlob(resolve, "image/jpeg", 0.8));
    const entry = { image: await dataAddress(small), facts: null, link: null, reading: await classify(blob) };
    byId("read").replaceChildren(card(entry));
    byId("read").firstChild.scrollIntoView({ block: "nearest" });
    remember([entry], open);
  } catch (error) {
    say(error.message);
  } finally {
    button.disabled = false;
  }
}
