import { button, call, h, refill } from "./dom.js";
import { complain } from "./rating.js";
import { copyButton } from "./reply.js";
import { day } from "./words.js";

/** How to reach a person: hotlines and hours, a question to leave, and a code to come back with. */
export function deskPanel(chat) {
  const { t } = chat;
  return h("div", { class: "desk" }, h("p", null, t("desk_intro")), hotlines(chat, true), leaveForm(chat, "status"), lookupForm(chat, "status"));
}

/** The same below a reply that has told the hours already, in the log, which announces what is new in it. */
export function inlineDesk(chat) {
  return h("div", { class: "desk inline-desk" }, hotlines(chat, false), leaveForm(chat, null), lookupForm(chat, null));
}

function hotlines(chat, withHours) {
  const place = h("dl", { class: "hotlines" });
  chat.frame().then((frame) => {
    const line = (label, number) => number && [h("dt", null, label), h("dd", null, call(number))];
    place.append(...[
      line(chat.t("information_hotline", frame), frame.information_hotline),
      line(chat.t("portal_hotline"), frame.portal_hotline),
    ].filter(Boolean).flat());
    if (withHours && frame.opening_hours) place.after(h("p", { lang: "vi" }, frame.opening_hours));
  }, () => {});
  return place;
}

function leaveForm(chat, role) {
  const { t } = chat;
  const text = h("textarea", { rows: 3, maxlength: 2000 });
  const problem = h("p", { class: "problem", role, hidden: true });
  const form = h(
    "form",
    { class: "leave" },
    h("h3", null, t("leave_title")),
    h("p", { class: "note" }, t("leave_notice")),
    h("label", { class: "field" }, h("span", null, t("leave_label")), text),
    problem,
    button("send", t("leave_send"), null, { type: "submit", class: "primary" }),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const question = text.value.trim();
    if (!question) return complain(problem, t("leave_empty"));
    try {
      const code = await chat.leaveQuestion(question);
      const shown = h("p", { class: "code", tabindex: -1 }, code);
      refill(form, h("h3", null, t("left_title")), shown, copyButton(t("copy_code"), code, t), h("p", null, t("left_notice")));
      shown.focus({ preventScroll: true });
    } catch (failed) {
      complain(problem, t(failed.status === 429 ? "too_many" : "leave_failed"));
    }
  });
  return form;
}

function lookupForm(chat, role) {
  const { t } = chat;
  const code = h("input", { type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: 32 });
  const result = h("div", { class: "result", role });
  const form = h(
    "form",
    { class: "lookup" },
    h("h3", null, t("lookup_title")),
    h("label", { class: "field" }, h("span", null, t("lookup_label")), code),
    button("talk", t("lookup_send"), null, { type: "submit" }),
    result,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wanted = code.value.trim().toUpperCase();
    if (!wanted) return code.focus();
    try {
      refill(result, ...found(await chat.question(wanted), t));
    } catch (failed) {
      const key = { 404: "lookup_unknown", 422: "lookup_unknown", 429: "too_many" }[failed.status] || "lookup_failed";
      refill(result, h("p", { class: "problem" }, t(key)));
    }
  });
  return form;
}

function found(left, t) {
  const said = (text) => h("blockquote", { lang: "vi" }, text);
  const answer = left.answer
    ? [h("p", null, t("lookup_answer", { date: day(left.answered_at) })), said(left.answer)]
    : [h("p", null, t("lookup_waiting"))];
  return [h("p", null, t("lookup_question", { date: day(left.asked_at) })), said(left.question), ...answer];
}
