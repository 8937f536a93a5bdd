import { button, h, relabel } from "./dom.js";
import { canDictate, dictate } from "./speech.js";

/** So many letters a message may have. */
export const LONGEST = 2000;
/** From here on the citizen is told how many letters are left. */
const NEARLY_FULL = 1800;
const MOST_ROWS = 6;

/**
 * Where the citizen writes: a field that grows, Enter sends, Shift+Enter makes a new line.
 *
 * `chat` gives `t`, `send(text)` and `mayDictate(start)`, which asks before the first time.
 */
export class Composer {
  constructor(chat) {
    this.chat = chat;
    const { t } = chat;
    this.field = h("textarea", {
      id: "motcua-question",
      rows: 1,
      maxlength: LONGEST,
      placeholder: t("placeholder"),
      enterkeyhint: "send",
      "aria-describedby": "motcua-left",
      oninput: () => this.resize(),
      onkeydown: (event) => this.onKey(event),
    });
    this.counter = h("p", { id: "motcua-left", class: "counter" });
    this.dictation = canDictate && button("mic", t("dictate"), () => this.toggleDictation(), { class: "plain dictate" });
    this.element = h(
      "form",
      { class: "composer", onsubmit: (event) => this.submit(event) },
      h("label", { class: "unseen", for: "motcua-question" }, t("question")),
      this.counter,
      h("div", { class: "row" }, this.field, this.dictation, button("send", t("send"), null, { type: "submit", class: "primary" })),
    );
  }

  get text() {
    return this.field.value;
  }

  set text(value) {
    this.field.value = value.slice(0, LONGEST);
    this.resize();
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  onKey(event) {
    // While a Vietnamese input method is composing a letter, Enter belongs to it (229: older Android).
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    this.submit(event);
  }

  submit(event) {
    event.preventDefault();
    const text = this.text.trim();
    if (!text) return this.focus();
    if (this.stopDictating) this.stopDictating();
    this.text = "";
    this.chat.send(text);
  }

  resize() {
    const { field, counter } = this;
    field.rows = 1;
    while (field.value && field.rows < MOST_ROWS && field.scrollHeight > field.clientHeight + 2) field.rows += 1;
    const { length } = field.value;
    counter.textContent = "";
    if (length >= LONGEST) counter.textContent = this.chat.t("full");
    else if (length >= NEARLY_FULL) counter.textContent = this.chat.t("left", { n: LONGEST - length });
  }

  toggleDictation() {
    if (this.stopDictating) return this.stopDictating();
    this.chat.mayDictate(() => this.listen());
  }

  listen() {
    const { t } = this.chat;
    const before = this.text ? `${this.text.trim()} ` : "";
    relabel(this.dictation, t("stop_dictating"));
    this.dictation.setAttribute("aria-pressed", "true");
    this.counter.textContent = t("listening");
    const onEnd = (heard) => {
      this.stopDictating = null;
      relabel(this.dictation, t("dictate"));
      this.dictation.setAttribute("aria-pressed", "false");
      this.resize();
      if (!heard) this.counter.textContent = t("dictate_failed");
      this.focus();
    };
    this.stopDictating = dictate((text) => {
      this.text = before + text;
    }, onEnd);
  }
}
