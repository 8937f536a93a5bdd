import { button, h, icon, refill } from "./dom.js";

let ratings = 0;

/** The form that rates one answer; `send(stars, comment)` delivers it. */
export function ratingForm(t, send) {
  ratings += 1;
  const name = `motcua-rating-${ratings}`;
  const levels = t("stars").map((label, at) => {
    const box = h("input", { type: "radio", name, value: at + 1 });
    const stars = Array.from({ length: at + 1 }, () => icon("star"));
    return h("label", { class: "level" }, box, h("span", null, `${at + 1}. ${label}`), h("span", { class: "stars" }, stars));
  });
  const why = h("textarea", { rows: 2, maxlength: 500 });
  const problem = h("p", { class: "problem", hidden: true });
  const form = h(
    "form",
    { class: "rating", hidden: true },
    h("fieldset", null, h("legend", null, t("rate_title")), levels),
    h("label", { class: "field" }, h("span", null, t("rate_why")), why),
    problem,
    button("star", t("rate_send"), null, { type: "submit", class: "primary" }),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = form.querySelector("input:checked");
    if (!chosen) return complain(problem, t("rate_choose"));
    try {
      await send(Number(chosen.value), why.value.trim());
    } catch (failed) {
      return complain(problem, t("rate_failed"));
    }
    const thanks = h("p", { class: "thanks", tabindex: -1 }, icon("check"), t("rate_thanks"));
    refill(form, thanks);
    thanks.focus({ preventScroll: true });
  });
  return form;
}

/** Says in a form what went wrong. */
export function complain(place, text) {
  place.hidden = false;
  place.textContent = text;
}
