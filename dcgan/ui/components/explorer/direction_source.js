/* Directions from the server: found by a method, saved with the model, made of examples. */

const POLL_MS = 500;

class DirectionSource {
  #page;
  #turn = 0;

  constructor(page) {
    this.#page = page;
  }

  /** Ask for a method's directions; `progress(answer)` hears of work that goes on. Resolves to the answer, {error}, or null where another question came. */
  async find(method, group, progress) {
    const turn = ++this.#turn;
    for (;;) {
      const { status, answer } = await this.#ask("directions", { method, ...(group ? { group } : {}) });
      if (turn !== this.#turn) return null;
      if (status === 200) return { ...answer, directions: this.#read(answer.directions) };
      if (status !== 202) return answer.error ? answer : { error: null };
      progress(answer);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      if (turn !== this.#turn) return null;
    }
  }

  /** The direction from the negative to the positive examples (z each), or {error}. */
  async fromExamples(name, positive, negative) {
    const { status, answer } = await this.#ask("directions/marked", {}, "POST", { name, positive, negative });
    return status === 200 ? this.#read([answer.direction])[0] : { error: answer.error ?? null };
  }

  /** Save a direction with the model in the place of the one of that id, or, without an `entry`, none; resolves to {before}, which that was, or {error}. */
  async save(id, entry) {
    const now = await this.#ask("directions", { method: "saved" });
    if (now.status !== 200) return { error: now.answer.error ?? null };
    const saved = now.answer.directions;
    const at = saved.findIndex((each) => each.id === id);
    const directions = saved.toSpliced(at < 0 ? saved.length : at, at < 0 ? 0 : 1, ...(entry ? [entry] : []));
    const { status, answer } = await this.#ask("directions/saved", {}, "PUT", { directions });
    return status < 300 ? { before: saved[at] ?? null } : { error: answer.error ?? null };
  }

  #read(directions) {
    const { z_dim: zDim } = this.#page.view.info;
    const named = directions.map((each) => ({ ...each, name: each.method === "attribute" ? this.#page.text.called(each.name) : each.name }));
    return named.map((each) => ({ ...each, d: decodeZ(each.vector, zDim) })).filter(({ d }) => d && norm(d) > 0);
  }

  async #ask(route, query, method = "GET", body = undefined) {
    const url = new URL(route, this.#page.base);
    url.search = new URLSearchParams({ model: this.#page.view.info.name, ...query });
    const options = body ? { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } } : { method };
    const { status, answer } = await askServer(url, options);
    return { status, answer: answer.error ? { error: this.#page.text.said(answer.error) } : answer };
  }
}
