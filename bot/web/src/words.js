import { STRINGS } from "./data.js";

/** The words of a language: `t("left", {n: 5})`, lists as they are. */
export function words(language) {
  const strings = STRINGS[language] || STRINGS.vi;
  return (key, values = {}) => {
    const found = strings[key];
    if (typeof found !== "string") return found;
    return found.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  };
}

/** A day as Vietnamese write it, whatever the frame's language: 23/11/2026. */
export function day(iso) {
  const date = new Date(/[zZ]|[+-]\d\d:?\d\d$/.test(iso) || iso.length < 11 ? iso : `${iso}Z`);
  const two = (number) => String(number).padStart(2, "0");
  return `${two(date.getDate())}/${two(date.getMonth() + 1)}/${date.getFullYear()}`;
}
