/** A request that did not come to a good end; `status` 0 is the network. */
export class Problem extends Error {
  constructor(status, retryAfter = null) {
    super(`status ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** Milliseconds that a request may take; a whole turn takes 20 s at most. */
const TIME_LIMIT = 40000;

/** Speaks with Motcua over HTTP; a turn comes as a stream of events where the browser can read one. */
export class Client {
  constructor(address, store, office) {
    this.address = address;
    this.store = store;
    this.office = office;
  }

  /** The turn that answers a message; `onSlow` is called when it takes a while. */
  async say(message, onSlow) {
    await this.ensureConversation();
    return this.send(this.here("/messages"), {
      body: { id: message.id, text: message.text },
      accept: typeof TextDecoder === "function" ? "text/event-stream" : "application/json",
      read: (response) => readTurn(response, onSlow),
    });
  }

  async history() {
    return (await this.send(this.here(""))).turns;
  }

  async forget() {
    await this.send(this.here(""), { method: "DELETE" });
  }

  async rate(message, stars, comment) {
    await this.send(this.here("/ratings"), { body: { message, stars, comment } });
  }

  /** Leaves a question for a person; the code to come back with. */
  async leaveQuestion(question) {
    await this.ensureConversation();
    return (await this.send(this.here("/questions"), { body: { question } })).code;
  }

  question(code) {
    return this.send(`/questions/${encodeURIComponent(code)}`);
  }

  frame() {
    return this.send("/frame");
  }

  here(path) {
    return `/conversations/${encodeURIComponent(this.store.conversation)}${path}`;
  }

  async ensureConversation() {
    if (this.store.conversation) return;
    const opened = await this.send("/conversations", { body: this.office ? { office: this.office } : {} });
    this.store.open(opened.conversation, opened.token);
  }

  async send(path, { method, body, accept = "application/json", read = readJson } = {}) {
    const conversation = this.store.conversation;
    const headers = { Accept: accept };
    const { token } = this.store.all;
    if (token) headers["Conversation-Token"] = token;
    if (body) headers["Content-Type"] = "application/json";
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(), TIME_LIMIT);
    try {
      const response = await fetch(this.address + path, {
        method: method || (body ? "POST" : "GET"),
        headers,
        body: body && JSON.stringify(body),
        signal: aborter.signal,
      });
      if (!response.ok) throw new Problem(response.status, Number(response.headers.get("Retry-After")) || null);
      const fresh = response.headers.get("Conversation-Token");
      if (fresh && conversation === this.store.conversation) this.store.set({ token: fresh });
      return await read(response);
    } catch (error) {
      throw error instanceof Problem ? error : new Problem(0);
    } finally {
      clearTimeout(timer);
    }
  }
}

async function readJson(response) {
  return response.status === 204 ? null : response.json();
}

async function readTurn(response, onSlow) {
  const streams = response.body && /event-stream/.test(response.headers.get("Content-Type"));
  if (!streams) return readJson(response);
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let buffer = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Problem(0);
    buffer += decoder.decode(value, { stream: true });
    const parts = buffer.split(/\r?\n\r?\n/);
    buffer = parts.pop();
    for (const event of parts.map(parseEvent)) {
      if (event.name === "turn") return event.data;
      if (event.name === "problem") throw new Problem(event.data.status);
      if (event.name === "slow") onSlow();
    }
  }
}

function parseEvent(part) {
  const event = { name: "message", data: null };
  const data = [];
  for (const line of part.split(/\r?\n/)) {
    if (line.startsWith("event:")) event.name = line.slice(6).trim();
    if (line.startsWith("data:")) data.push(line.slice(5));
  }
  if (data.length) event.data = JSON.parse(data.join("\n"));
  return event;
}
