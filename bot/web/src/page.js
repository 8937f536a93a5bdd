import { STRINGS } from "./data.js";
import { words } from "./words.js";

/** The page around the chat follows its language: elements say with data-words which words they show. */
document.addEventListener("motcua-language", ({ detail }) => {
  if (!document.querySelector("[data-words]") || !STRINGS[detail.lang]) return;
  const t = words(detail.lang);
  document.documentElement.lang = detail.lang;
  for (const element of document.querySelectorAll("[data-words]")) {
    element.textContent = t(element.dataset.words, element.dataset);
  }
});
