import { button, copy, h, link, relabel } from "./dom.js";
import { isLong, refreshPapers, renderBlocks, tickedNames } from "./blocks.js";
import { LONGEST } from "./composer.js";
import { ratingForm } from "./rating.js";
import { read, showIfItReads, stopReading } from "./speech.js";
import { tracePanel } from "./trace.js";

/** Outcomes that say nothing worth printing or rating. */
const SMALL_TALK = ["chitchat", "clarify", "case_question", "unavailable"];
const COPIED_FOR = 2500;

/** One turn as an article: the question, and the reply or what is being done about it. */
export function turnArticle(id, question, t) {
  const asked = h("p", { class: "question" }, h("span", { class: "unseen" }, `${t("asked")} `), h("span", { lang: "vi" }, question));
  return h("article", { class: "turn", "data-id": id }, asked, h("div", { class: "reply" }));
}

/**
 * The reply of a turn.
 *
 * `chat` gives `t`, `store`, `choose(button)`, `send(text)`, `print(article)`, `printable(reply)` and `rate(id, stars, comment)`.
 */
export function replyContent(turn, chat) {
  const { reply } = turn;
  const { t } = chat;
  const blocks = reply.blocks && reply.blocks.length ? reply.blocks : asParagraphs(reply.text);
  const { procedures = [] } = reply;
  const name = procedures.length === 1 ? procedures[0].name : null;
  const view = { t, level: 3, name, papers: papersOf(turn, chat), long: isLong({ ...reply, blocks }) };
  const body = h("div", { class: "body", lang: "vi" }, renderBlocks(blocks, view));
  refreshPapers(body, view);
  return [
    h("span", { class: "unseen" }, t("answered"), " "),
    body,
    foldToggle(body, t),
    askMissing(turn, body, chat),
    slipLink(reply, t),
    choices(reply, chat),
    actions(turn, chat),
    reply.trace && tracePanel(reply.trace, t),
  ].filter(Boolean);
}

function asParagraphs(text) {
  return text.split("\n").filter(Boolean).map((line) => ({ kind: "paragraph", text: line }));
}

/** Ticks are kept by procedure and paper: the same paper of the same procedure is ticked wherever it shows. */
function papersOf(turn, chat) {
  const { procedures = [], blocks = [] } = turn.reply;
  const title = blocks.find((block) => block.kind === "title");
  const about = procedures.length === 1 ? procedures[0].code : (title || { text: "" }).text;
  return {
    key: (paper) => `${about}|${paper}`,
    ticked: (key) => chat.store.ticked(key),
    tick: (key, on) => {
      chat.store.tick(key, on);
      chat.refreshPapers();
    },
  };
}

function foldToggle(body, t) {
  const folds = () => Array.from(body.querySelectorAll("details.section, details.group"));
  if (folds().length < 2) return null;
  const toggle = button(null, t("open_all"), () => {
    const open = folds().some((fold) => !fold.open);
    for (const fold of folds()) fold.open = open;
    relabel(toggle, t(open ? "close_all" : "open_all"));
  }, { class: "fold-toggle" });
  return toggle;
}

/** Once a paper of one procedure is ticked: asks what is still missing, in words that the citizen could have typed. */
function askMissing(turn, body, chat) {
  const { procedures = [] } = turn.reply;
  if (procedures.length !== 1 || !body.querySelector("[data-paper]")) return null;
  const { t } = chat;
  const ask = () => chat.send(missingQuestion(tickedNames(body), t));
  return button("check", t("ask_missing"), ask, { class: "ask-missing", "data-about": procedures[0].code, hidden: !tickedNames(body).length });
}

/** The question with as many names as one message holds. */
function missingQuestion(names, t) {
  const question = t("missing_question", { papers: names.join("; ") });
  return question.length > LONGEST ? missingQuestion(names.slice(0, -1), t) : question;
}

function slipLink(reply, t) {
  return reply.slip_url && h("p", { class: "primary-link" }, link(reply.slip_url, t("open_slip")));
}

function choices(reply, chat) {
  if (!reply.buttons || !reply.buttons.length) return null;
  const buttons = reply.buttons.map((choice) =>
    h("li", null, h("button", { type: "button", class: "choice", lang: "vi", onclick: () => chat.choose(choice) }, choice.title)),
  );
  return h("ul", { class: "choices", "aria-label": chat.t("choices") }, buttons);
}

function actions(turn, chat) {
  if (SMALL_TALK.includes(turn.reply.outcome)) return null;
  const { t } = chat;
  const form = ratingForm(t, (stars, comment) => chat.rate(turn.id, stars, comment));
  const rate = button("star", t("rate"), () => {
    form.hidden = !form.hidden;
    rate.setAttribute("aria-expanded", String(!form.hidden));
  }, { "aria-expanded": "false", class: "rate" });
  const buttons = [
    copyButton(t("copy"), turn.reply.text, t),
    chat.printable(turn.reply) && button("print", t("print"), (event) => chat.print(turn, event.target.closest(".turn"))),
    readButton(turn.reply.text, t),
    rate,
  ].filter(Boolean);
  return h("div", { class: "after" }, h("div", { class: "actions", role: "group", "aria-label": t("actions") }, buttons), form);
}

/** A button that copies a text and says so. */
export function copyButton(label, text, t) {
  const element = button("copy", label, async () => {
    relabel(element, t((await copy(text)) ? "copied" : "copy_failed"));
    setTimeout(() => relabel(element, label), COPIED_FOR);
  });
  return element;
}

function readButton(text, t) {
  let reading = false;
  const rest = () => {
    reading = false;
    relabel(element, t("read"));
  };
  const element = button("read", t("read"), () => {
    if (reading) return stopReading();
    read(text, rest);
    reading = true;
    relabel(element, t("stop_reading"));
  });
  showIfItReads(element);
  return element;
}
