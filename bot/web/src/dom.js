import { ICONS } from "./data.js";

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, listeners ("onclick": function) and children; strings become text, never markup. */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An icon that stands beside words, so assistive technology skips it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A button with an icon and words. */
export function button(name, label, onclick, attributes) {
  const words = h("span", { class: "label" }, label);
  return h("button", { type: "button", onclick, ...attributes }, name && icon(name), words);
}

/** Changes the words on a button made by `button`. */
export function relabel(element, label) {
  element.querySelector(".label").textContent = label;
}

/** Takes all children away and puts others in. */
export function refill(element, ...children) {
  while (element.firstChild) element.firstChild.remove();
  element.append(...children);
}

/** A link that opens beside the page; anything but http(s) stays plain text. */
export function link(url, label) {
  if (!/^https?:\/\/[^/]/i.test(url || "")) return document.createTextNode(label);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

/** A text with the addresses in it as links. */
export function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"“”]*[^\s<>"“”.,;:!?)])/).map((part, at) => (at % 2 ? link(part, part) : part));
}

/** A link that calls a number, such as "1800 1096". */
export function call(number) {
  return h("a", { href: `tel:${number.replace(/[^\d+]/g, "")}`, class: "call" }, icon("phone"), number);
}

/** Puts a text on the clipboard; whether it went. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (refused) {
    return copyTheOldWay(text);
  }
}

function copyTheOldWay(text) {
  const holder = h("textarea", { "aria-hidden": "true", readonly: true });
  const before = document.activeElement;
  holder.value = text;
  document.body.append(holder);
  holder.select();
  const copied = document.execCommand("copy");
  holder.remove();
  if (before) before.focus();
  return copied;
}
