/**
 * What this browser keeps of the conversation: its id and token, messages not answered yet, ticked papers, how the
 * frame is shown. All tabs share it. Nothing is written before `open` and nothing is left after `clear`.
 */
export class Store {
  constructor(key) {
    this.key = key;
    this.memory = {};
    addEventListener("storage", (event) => {
      if (event.key !== this.key && event.key !== null) return;
      if (!event.newValue) this.memory = this.preferences;
      this.onchange();
    });
    this.onchange = () => {};
  }

  get all() {
    try {
      return JSON.parse(localStorage.getItem(this.key)) || this.memory;
    } catch (unavailable) {
      return this.memory;
    }
  }

  get preferences() {
    const { large, lang } = this.memory;
    return { large, lang };
  }

  get conversation() {
    return this.all.conversation || null;
  }

  get pending() {
    return this.all.pending || [];
  }

  /** Keeps values; before a conversation is open, for this tab's life only. */
  set(values) {
    this.memory = { ...this.all, ...values };
    if (!this.memory.conversation && !this.pending.length) return;
    try {
      localStorage.setItem(this.key, JSON.stringify(this.memory));
    } catch (unavailable) {
      // A browser that keeps nothing: the conversation lives as long as the tab.
    }
  }

  open(conversation, token) {
    this.set({ conversation, token, ticks: {} });
  }

  /** Forgets a conversation that ran out; messages not answered yet stay. */
  expire() {
    this.set({ conversation: null, token: null, ticks: {} });
    if (!this.pending.length) this.clear();
  }

  hold(message) {
    this.set({ pending: [...this.pending, message] });
  }

  release(id) {
    this.set({ pending: this.pending.filter((message) => message.id !== id) });
  }

  ticked(key) {
    return Boolean((this.all.ticks || {})[key]);
  }

  tick(key, on) {
    const ticks = { ...this.all.ticks };
    if (on) ticks[key] = 1;
    else delete ticks[key];
    this.set({ ticks });
  }

  clear() {
    this.memory = this.all;
    this.memory = this.preferences;
    try {
      localStorage.removeItem(this.key);
    } catch (unavailable) {
      // Nothing was kept.
    }
  }
}
