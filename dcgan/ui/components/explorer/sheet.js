/* Neighbours of the current z, made when it rests, a few at a time, so that they never stand in the way of a drag. */

const NEIGHBOURS = 12;
const CHUNK = 4;
const REST_MS = 350;
const FIRST_SEED = 2 ** 40; // far from the seeds that people type

class Sheet {
  #list;
  #engine;
  #stream;
  #view;
  #cells;
  #points = [];
  #timer = null;
  #turn = 0;

  /** `label(k)` names the k-th button. */
  constructor(list, engine, stream, view, label) {
    this.#list = list;
    this.#engine = engine;
    this.#stream = stream;
    this.#view = view;
    this.#cells = Array.from({ length: NEIGHBOURS }, (_, k) => this.#addCell(k, label(k + 1)));
  }

  /** The view changed: make the sheet again as soon as it rests. */
  later() {
    this.#turn += 1;
    this.#list.classList.add("dx-stale");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#stream.busy ? this.later() : this.#make()), REST_MS);
  }

  #addCell(k, label) {
    const button = document.createElement("button");
    const canvas = document.createElement("canvas");
    button.type = "button";
    button.className = "dx-neighbour";
    button.setAttribute("aria-label", label);
    button.append(canvas);
    button.addEventListener("click", () => this.#points[k] && this.#view.go(this.#points[k]));
    this.#list.append(button);
    return canvas;
  }

  async #make() {
    const turn = this.#turn;
    const { z, prior, distance, set } = this.#view;
    const seeds = this.#cells.map((_, k) => FIRST_SEED + set * NEIGHBOURS + k);
    this.#points = neighbours(z, distance, seeds, prior);
    try {
      for (let first = 0; first < NEIGHBOURS; first += CHUNK) {
        const pictures = await this.#engine.generate(this.#points.slice(first, first + CHUNK)).pictures;
        if (turn !== this.#turn) return;
        pictures.forEach((picture, k) => paint(this.#cells[first + k], picture));
      }
      this.#list.classList.remove("dx-stale");
    } catch (reason) {
      if (!(reason instanceof Lost || reason instanceof Refused)) throw reason; // those two are said in the status line
    }
  }
}
