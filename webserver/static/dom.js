// Elements from values: text is always text, never markup.

export function el(tag, values = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

export const percent = (value) => `${Math.round(100 * value)} %`;

const COUNTS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

export const counted = (count) => COUNTS[count] || String(count);

export const words = (name) => name.replaceAll("_", " ");

export function armClass(arm) {
  return ["real", "synthetic", "mixture"].includes(arm) ? `arm-${arm}` : "arm-other";
}

export function listed(names) {
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names[0];
}

// Screen readers read a message out whenever its text is set, also to what it was.
export function tell(place, text) {
  if (byId(place).textContent !== text) byId(place).textContent = text;
}

export const say = (text) => tell("status", text);

// For who pressed a button far below the place of messages.
export function sayInSight(text) {
  say(text);
  byId("status").scrollIntoView({ block: "nearest" });
}

// A button that puts `text` on the clipboard; where the browser has none (a page without https), it shows the text.
export function copyButton(label, text) {
  return el("button", { type: "button", onclick: async (event) => {
    const button = event.currentTarget;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = label; }, 2000);
    } catch {
      prompt(`${label}:`, text);
    }
  } }, label);
}

export async function dataAddress(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

// The PNG that a data address holds; fetching it is what the page's policy forbids.
export function pngOf(address) {
  const bytes = Uint8Array.from(atob(address.split(",")[1]), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: "image/png" });
}
