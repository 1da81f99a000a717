/* The neighbours of the current z, at a chosen distance; "others" is another set of them. */

const NEIGHBOURS = 12;
const FIRST_SEED = 2 ** 40; // far from the seeds that people type

class Neighbours {
  #page;
  #changed;
  #distance; // 0 to 1
  #set; // which neighbours
  sheet;

  /** `changed()` asks for the sheet to be made again. */
  constructor(page, changed) {
    this.#page = page;
    this.#changed = changed;
    const { part, settings } = page;
    this.#distance = settings.get("distance", 0.4);
    this.#set = settings.get("set", 0);
    part("distance").value = this.#distance;
    part("distance").addEventListener("input", ({ target }) => this.#take(Number(target.value), this.#set));
    part("distance").addEventListener("change", () => settings.set("distance", this.#distance));
    part("more").addEventListener("click", () => {
      this.#take(this.#distance, this.#set + 1);
      settings.set("set", this.#set);
    });
    this.sheet = new Sheet(part("sheet"), page, () => this.#plan());
  }

  #take(distance, set) {
    this.#distance = distance;
    this.#set = set;
    this.#changed();
  }

  #plan() {
    const { text, view } = this.#page;
    const { z, prior, label } = view;
    const seeds = Array.from({ length: NEIGHBOURS }, (_, k) => FIRST_SEED + this.#set * NEIGHBOURS + k);
    const points = neighbours(z, this.#distance, seeds, prior).map((other, k) => ({ z: other, label, name: text("neighbour", { k: k + 1 }) }));
    return { points, columns: 6 };
  }
}
