/** Seconds before each further try of a message that did not arrive. */
const PAUSES = [1, 3, 8, 15];
/** A longer wait than this is the citizen's to decide on. */
const LONGEST_WAIT = 90;
const BUSY = [429, 503];
/** No use sending again as it is. */
const REFUSED = [400, 404, 413, 415, 422];

/**
 * Delivers messages one after another. Each is kept until it is answered and always goes with the same id, so that
 * nothing is lost and nothing is asked twice, whatever the network does.
 */
export class Outbox {
  constructor(client, store, { onState, onTurn, onRenewed }) {
    this.client = client;
    this.store = store;
    this.onState = onState;
    this.onTurn = onTurn;
    this.onRenewed = onRenewed;
    this.mine = [];
    this.run = 0;
    this.delivering = false;
  }

  add(text, shown) {
    const message = { id: newId(), text, shown };
    this.store.hold(message);
    this.mine.push(message);
    this.work();
    return message;
  }

  /** Takes over what an earlier page left unanswered. */
  adopt() {
    this.mine = [...this.store.pending.filter(({ id }) => !this.owns(id)), ...this.mine];
    this.work();
  }

  owns(id) {
    return this.mine.some((message) => message.id === id);
  }

  /** Drops everything, also what is under way. */
  stop() {
    this.run += 1;
    this.mine = [];
    this.delivering = false;
  }

  async work() {
    if (this.delivering) return;
    const { run } = this;
    this.delivering = true;
    for (let next; (next = this.mine[0]) && (await this.deliver(next, run)); ) {
      this.mine = this.mine.filter((message) => message !== next);
    }
    if (run === this.run) this.delivering = false;
  }

  /** Whether the message is done with, one way or the other. */
  async deliver(message, run) {
    let renewed = false;
    for (let tries = 0; ; ) {
      const report = (state, n) => run === this.run && this.onState(message, state, n);
      if (navigator.onLine === false) {
        report("offline");
        await online();
        if (run !== this.run) return false;
      }
      report("thinking");
      try {
        const turn = await this.client.say(message, () => report("slow"));
        if (run !== this.run) return false;
        this.store.release(message.id);
        this.onTurn(turn);
        return true;
      } catch (problem) {
        if (run !== this.run) return false;
        if (problem.status === 401 && !renewed) {
          renewed = true;
          this.store.expire();
          this.onRenewed();
        } else if (REFUSED.includes(problem.status)) {
          this.store.release(message.id);
          report("refused");
          return true;
        } else if (navigator.onLine !== false) {
          const wait = problem.retryAfter || PAUSES[tries];
          if (tries >= PAUSES.length || wait > LONGEST_WAIT || problem.status === 401) {
            report("failed");
            return false;
          }
          tries += 1;
          report(BUSY.includes(problem.status) ? "busy" : "retrying", wait);
          await pause(wait);
        }
        if (run !== this.run) return false;
      }
    }
  }
}

function online() {
  return new Promise((resolve) => addEventListener("online", resolve, { once: true }));
}

function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** A random UUID (version 4); crypto.randomUUID is missing on older phones. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
