import { CSS } from "./data.js";
import { button, h, icon, refill } from "./dom.js";
import { words } from "./words.js";
import { Store } from "./store.js";
import { Client } from "./client.js";
import { Outbox } from "./outbox.js";
import { refreshPapers } from "./blocks.js";
import { replyContent, turnArticle } from "./reply.js";
import { deskPanel, inlineDesk } from "./desk.js";
import { confirm, openDialog } from "./dialogs.js";
import { Composer } from "./composer.js";

const SCRIPT = document.currentScript || document.querySelector("script[src*='motcua-chat.js']");
const PREFIX = "/webhooks/portal";

/**
 * <motcua-chat>: the conversation with Motcua.
 *
 * Attributes: `base` (where Motcua is; the script's own folder), `lang` (vi, en), `office` (code of the commune),
 * `page` (fills its place instead of floating behind a button), `staff` (path of the staff's channel; shows traces).
 */
class MotcuaChat extends HTMLElement {
  connectedCallback() {
    if (this.root) return;
    this.root = this.attachShadow({ mode: "open" });
    this.base = (this.getAttribute("base") || new URL(".", SCRIPT.src).href).replace(/\/$/, "");
    const address = this.base + (this.getAttribute("staff") || PREFIX);
    this.store = new Store(`motcua ${address}`);
    this.client = new Client(address, this.store, this.getAttribute("office"));
    this.outbox = new Outbox(this.client, this.store, {
      onState: (message, state, n) => this.showState(message, state, n),
      onTurn: (turn) => this.onTurn(turn),
      onRenewed: () => this.renew(),
    });
    this.turns = [];
    this.states = {};
    this.opened = this.hasAttribute("page");
    this.store.onchange = () => this.follow();
    this.addStyles();
    this.draw();
    this.watchTheDevice();
    this.takeOverForm();
    this.restore();
  }

  get t() {
    return words(this.language);
  }

  get language() {
    return this.store.all.lang || this.getAttribute("lang") || "vi";
  }

  get isPage() {
    return this.hasAttribute("page");
  }

  // ---- drawing

  addStyles() {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      this.root.adoptedStyleSheets = [sheet];
    } catch (old) {
      this.root.append(h("link", { rel: "stylesheet", href: `${this.base}/motcua-chat.css` }));
    }
  }

  /** Builds everything anew from what is known: at the start and after a change of language. */
  draw() {
    const { t } = this;
    const draft = this.composer ? this.composer.text : "";
    if (this.frameElement) this.frameElement.remove();
    this.composer = new Composer(this);
    this.log = h("div", { class: "log", role: "log", "aria-label": t("log"), tabindex: -1 }, this.intro());
    this.panel = h(
      "div",
      { class: "panel", id: "motcua-panel", hidden: !this.opened, onkeydown: (event) => this.onKey(event) },
      this.bar(),
      h("div", { class: "scroller" }, this.log, this.composer.element),
    );
    this.launcher = button("talk", t("launch"), () => this.toggle(), {
      class: "launcher", "aria-expanded": String(this.opened), "aria-controls": "motcua-panel", hidden: this.opened,
    });
    this.frameElement = h(
      "section",
      { class: this.isPage ? "frame page" : "frame widget", lang: this.language, "aria-label": `${t("name")} – ${t("tagline")}` },
      !this.isPage && this.launcher,
      this.panel,
    );
    this.root.append(this.frameElement);
    this.composer.text = draft;
    this.enlarge(Boolean(this.store.all.large));
    this.turns.forEach((turn) => this.showTurn(turn));
    this.showPending();
    document.dispatchEvent(new CustomEvent("motcua-language", { detail: { lang: this.language } }));
  }

  bar() {
    const { t } = this;
    this.largeButton = button("large", t("large"), () => this.enlarge(!this.store.all.large, true), { class: "plain", "aria-pressed": "false" });
    const tools = h(
      "div",
      { class: "tools" },
      this.largeButton,
      button("desk", t("desk"), () => this.openDesk(), { class: "plain" }),
      this.menu(),
      !this.isPage && button("close", t("close"), () => this.toggle(), { class: "plain close" }),
    );
    return h("div", { class: "bar" }, h("h2", { class: this.isPage ? "unseen" : "name" }, t(this.isPage ? "log" : "name")), tools);
  }

  menu() {
    const { t } = this;
    const show = (shown) => {
      items.hidden = !shown;
      this.menuButton.setAttribute("aria-expanded", String(shown));
    };
    const item = (sign, label, act, attributes) => button(sign, label, () => {
      this.closeMenu();
      act();
    }, { class: "plain", ...attributes });
    const items = h(
      "div",
      { class: "items", id: "motcua-menu", hidden: true },
      item("talk", t("other_language"), () => this.switchLanguage(), { lang: this.language === "vi" ? "en" : "vi" }),
      item("trash", t("delete"), () => this.askToDelete()),
    );
    this.menuButton = button("menu", t("menu"), () => show(items.hidden), {
      class: "plain", "aria-expanded": "false", "aria-controls": "motcua-menu",
    });
    this.closeMenu = () => {
      if (items.hidden) return false;
      show(false);
      this.menuButton.focus();
      return true;
    };
    const element = h("div", { class: "menu" }, this.menuButton, items);
    element.addEventListener("focusout", (event) => event.relatedTarget && !element.contains(event.relatedTarget) && show(false));
    return element;
  }

  intro() {
    const { t } = this;
    const examples = t("examples").map((example) =>
      h("li", null, h("button", { type: "button", class: "choice", lang: "vi", onclick: () => this.send(example) }, example)),
    );
    this.examples = h("div", { class: "examples" }, h("h3", null, t("examples_title")), h("ul", { class: "choices" }, examples));
    return h(
      "div",
      { class: "intro" },
      h("p", { class: "welcome" }, t("welcome")),
      h("p", null, t("welcome_more")),
      h("div", { class: "before" }, h("h3", null, icon("warning"), t("notice_title")), h("ul", null,
        t("notice").map((line) => h("li", null, line)),
        this.language !== "vi" && h("li", null, t("answers_in_vietnamese")))),
      this.examples,
    );
  }

  enlarge(large, chosen) {
    this.frameElement.classList.toggle("large", large);
    this.largeButton.setAttribute("aria-pressed", String(large));
    if (chosen) this.store.set({ large });
  }

  switchLanguage() {
    this.store.set({ lang: this.language === "vi" ? "en" : "vi" });
    this.draw();
    this.menuButton.focus();
  }

  toggle() {
    this.opened = !this.opened;
    this.panel.hidden = !this.opened;
    this.launcher.hidden = this.opened;
    this.launcher.setAttribute("aria-expanded", String(this.opened));
    if (!this.opened) return this.launcher.focus();
    this.showLatest();
    return this.composer.focus();
  }

  onKey(event) {
    if (event.key !== "Escape" || event.isComposing || this.closeMenu()) return;
    const rating = event.target.closest(".rating");
    if (rating) {
      const opener = rating.parentNode.querySelector(".rate");
      opener.click();
      opener.focus();
    } else if (!this.isPage) {
      this.toggle();
    }
  }

  // ---- turns

  article(id, question) {
    let article = Array.from(this.log.querySelectorAll(".turn:not(.past)")).find((one) => one.dataset.id === id);
    if (!article) {
      article = turnArticle(id, question, this.t);
      this.log.append(article);
      this.examples.hidden = true;
    }
    return article;
  }

  /** Shows an answered turn; the buttons of earlier ones go, as they no longer fit. */
  showTurn(turn) {
    const article = this.article(turn.id, turn.question);
    const [question, reply] = article.children;
    question.lastChild.textContent = turn.question;
    delete this.states[turn.id];
    refill(reply, ...replyContent(turn, this));
    article.classList.remove("waiting");
    this.dropChoices(article);
    this.dropOtherPapers(turn);
    if (turn.reply.outcome === "handoff") reply.append(inlineDesk(this));
    if (turn.reply.outcome === "not_found") {
      reply.append(button("desk", this.t("leave_title"), () => this.openDesk()));
    }
    return article;
  }

  dropChoices(latest) {
    for (const list of this.log.querySelectorAll(".turn .choices, .inline-desk")) {
      if (latest.contains(list)) continue;
      if (list.contains(this.root.activeElement)) this.rest();
      list.remove();
    }
  }

  /** What can be asked about ticked papers is asked of the procedure talked about: of others it goes. */
  dropOtherPapers(turn) {
    const codes = (turn.reply.procedures || []).map((procedure) => procedure.code);
    if (!codes.length) return;
    for (const ask of this.log.querySelectorAll(".ask-missing")) if (!codes.includes(ask.dataset.about)) ask.remove();
  }

  onTurn(turn) {
    this.conversationShown = this.store.conversation;
    this.turns = [...this.unknownTo([turn]), turn];
    this.bringUp(this.showTurn(turn));
  }

  /** The turns on the screen that are not among others. */
  unknownTo(others) {
    const ids = others.map((turn) => turn.id);
    return this.turns.filter((turn) => !ids.includes(turn.id));
  }

  /** Shows what is being done about a message that has no answer yet. */
  showState(message, state, n) {
    const article = this.article(message.id, message.shown);
    const reply = article.children[1];
    this.states[message.id] = [state, n];
    article.classList.add("waiting");
    const works = state === "thinking" || state === "slow" || state === "queued";
    const text = h("p", { class: `state ${works ? "working" : "notice"}` }, !works && icon("warning"), this.t(state, { n }));
    const again = state === "failed" && button("send", this.t("resend"), () => this.resend(), { class: "primary" });
    refill(reply, ...[text, again].filter(Boolean));
  }

  showPending() {
    for (const message of this.store.pending) this.showState(message, ...(this.states[message.id] || ["thinking"]));
  }

  send(text, shown = text) {
    const before = this.root.activeElement;
    const message = this.outbox.add(text, shown);
    if (!this.states[message.id]) this.showState(message, "queued");
    this.bringUp(this.article(message.id, shown));
    if (before && before.classList.contains("choice")) this.rest();
  }

  choose(choice) {
    this.send(choice.payload, choice.title);
  }

  resend() {
    this.rest();
    this.outbox.work();
  }

  /** Puts focus where the citizen goes on; on a touch screen not into the field, which would open the keyboard. */
  rest() {
    if (matchMedia("(pointer: coarse)").matches) this.log.focus({ preventScroll: true });
    else this.composer.focus();
  }

  bringUp(article) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    article.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }

  showLatest() {
    const latest = this.log.querySelector(".turn:last-child");
    if (latest) latest.scrollIntoView({ block: "start" });
  }

  refreshPapers() {
    refreshPapers(this.log, { t: this.t, papers: { ticked: (key) => this.store.ticked(key) } });
  }

  // ---- the conversation as a whole

  /** Fetches what was said, and sends what a reload interrupted. */
  async restore() {
    this.conversationShown = this.store.conversation;
    this.restored = !this.conversationShown;
    if (!this.restored) {
      this.say("restoring");
      try {
        const turns = await this.client.history();
        this.turns = [...turns, ...this.unknownTo(turns)];
        this.draw();
        this.showLatest();
        this.restored = true;
      } catch (problem) {
        if (problem.status === 401 || problem.status === 404) {
          this.restored = true;
          this.store.expire();
          this.renew();
        } else {
          this.say("not_restored", () => this.restore());
        }
      }
    }
    this.outbox.adopt();
  }

  /** Another tab changed something. */
  async follow() {
    const { conversation } = this.store;
    if (this.conversationShown && conversation !== this.conversationShown) this.startOver();
    this.conversationShown = conversation;
    this.refreshPapers();
    const seen = [conversation, ...this.store.pending.map((message) => message.id)].join();
    if (seen === this.seen) return;
    this.seen = seen;
    this.showPending();
    if (!conversation) return;
    try {
      const turns = await this.client.history();
      if (conversation !== this.store.conversation) return;
      const shown = this.turns.map((turn) => turn.id);
      this.turns = turns;
      for (const turn of turns.filter(({ id }) => !shown.includes(id))) this.showTurn(turn);
      this.dropAbandoned();
    } catch (problem) {
      // The tab in which the citizen writes says what is wrong.
    }
  }

  /** Messages that another tab gave up. */
  dropAbandoned() {
    const held = this.store.pending.map((message) => message.id);
    for (const article of this.log.querySelectorAll(".turn.waiting")) {
      const { id } = article.dataset;
      if (!held.includes(id) && !this.outbox.owns(id)) article.remove();
    }
  }

  /** The conversation ran out on the server: what is on the screen stays to be read, and a new one begins. */
  renew() {
    this.turns = [];
    for (const article of this.log.querySelectorAll(".turn:not(.waiting)")) article.classList.add("past");
    this.say("renewed");
  }

  /** An empty page again. */
  startOver() {
    this.outbox.stop();
    this.turns = [];
    this.states = {};
    this.draw();
  }

  say(key, again) {
    const text = h("p", { class: "state notice" }, this.t(key));
    refill(this.notice || (this.notice = h("div")), text);
    if (again) this.notice.append(button("send", this.t("try_again"), again));
    this.log.append(this.notice);
  }

  askToDelete() {
    const { t } = this;
    const words = { title: t("delete_title"), notice: t("delete_notice"), yes: t("delete_confirm"), failed: t("delete_failed") };
    confirm(this, words, async () => {
      if (this.store.conversation) await this.forget();
      this.conversationShown = null;
      this.store.clear();
      this.startOver();
      this.say("deleted");
      this.rest();
    });
  }

  async forget() {
    try {
      await this.client.forget();
    } catch (problem) {
      // A conversation that the server no longer knows is gone already.
      if (problem.status !== 401 && problem.status !== 404) throw problem;
    }
  }

  openDesk() {
    openDialog(this, this.t("desk_title"), deskPanel(this));
  }

  mayDictate(start) {
    if (this.dictationAllowed) return start();
    const { t } = this;
    confirm(this, { title: t("dictate_title"), notice: t("dictate_notice"), yes: t("dictate_start") }, async () => {
      this.dictationAllowed = true;
      start();
    });
  }

  // ---- what the parts ask for

  rate(id, stars, comment) {
    return this.client.rate(id, stars, comment);
  }

  leaveQuestion(question) {
    return this.client.leaveQuestion(question);
  }

  question(code) {
    return this.client.question(code);
  }

  frame() {
    this.frameFacts = this.frameFacts || this.client.frame();
    this.frameFacts.catch(() => (this.frameFacts = null));
    return this.frameFacts;
  }

  printable(reply) {
    // Of a reply with a slip, the slip is what to print.
    return this.isPage ? !reply.slip_url : Boolean(reply.answer_url);
  }

  print(turn, article) {
    if (!this.isPage) return open(this.base + turn.reply.answer_url, "_blank", "noopener");
    article.classList.add("printed");
    this.frameElement.classList.add("prints-one");
    addEventListener("afterprint", () => {
      article.classList.remove("printed");
      this.frameElement.classList.remove("prints-one");
    }, { once: true });
    return self.print();
  }

  // ---- the device

  watchTheDevice() {
    let folded = [];
    addEventListener("beforeprint", () => {
      folded = Array.from(this.log.querySelectorAll("details:not([open]):not(.trace)"));
      for (const fold of folded) fold.open = true;
    });
    addEventListener("afterprint", () => {
      for (const fold of folded) fold.open = false;
    });
    addEventListener("offline", () => this.say("network_gone"));
    addEventListener("online", () => {
      if (this.notice) this.notice.remove();
      if (this.restored) this.outbox.work();
      else this.restore();
    });
  }

  /** The form for browsers without scripts may have been used while the script was loading. */
  takeOverForm() {
    const value = (name) => (this.querySelector(`[name=${name}]`) || { value: "" }).value;
    if (value("text")) this.composer.text = value("text");
    if (!this.store.conversation && this.querySelector(".turn")) this.store.open(value("conversation"), value("token"));
    this.textContent = "";
  }
}

if (!customElements.get("motcua-chat")) customElements.define("motcua-chat", MotcuaChat);
