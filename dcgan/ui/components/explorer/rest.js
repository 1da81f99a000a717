/* What is made only when the view rests, so that it never stands in the way of a drag: one timer for all of it.

   A part has `active` (whether it is seen), `stale()` (what it shows is of an earlier view) and `make(isCurrent)`. */

const REST_MS = 350;

class Rest {
  #stream;
  #parts;
  #timer = null;
  #turn = 0;
  #isStale = false;

  constructor(stream, parts) {
    this.#stream = stream;
    this.#parts = parts;
  }

  /** The view, or what a part is to show of it, changed. */
  later() {
    this.#turn += 1;
    if (!this.#isStale) for (const part of this.#parts) part.stale();
    this.#isStale = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#stream.busy ? this.later() : this.#make()), REST_MS);
  }

  async #make() {
    const turn = this.#turn;
    this.#isStale = false;
    try {
      for (const part of this.#parts) {
        if (part.active) await part.make(() => turn === this.#turn);
        if (turn !== this.#turn) return;
      }
    } catch (reason) {
      if (!(reason instanceof Lost || reason instanceof Refused)) throw reason; // those two are said in the status line
    }
  }
}
