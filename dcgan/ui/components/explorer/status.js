/* The status line: what a part of the page has to say, and what becomes of the engine's connection. */

class Status {
  #line;
  #text;
  #trouble = null; // "lost" or "post", which the line says

  constructor(line, text) {
    this.#line = line;
    this.#text = text;
  }

  say(sentence, isError = false) {
    if (this.#line.textContent !== sentence) this.#line.textContent = sentence;
    this.#line.classList.toggle("dx-error", isError);
  }

  /** The engine is in another state: say so where it matters to whoever draws. */
  engine(state, sentence) {
    if (state === "lost") this.say(this.#text("lost"), true);
    else if (state === "post" && this.#trouble !== "post") this.say(this.#text("slow"));
    else if (state === "refused") this.say(this.#text.said(sentence), true);
    else if (state === "ready" && this.#trouble) this.say(this.#text("mended"));
    if (state !== "connecting") this.#trouble = ["lost", "post"].includes(state) ? state : null;
  }
}
