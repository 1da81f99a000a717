/* The film's key points: one is chosen, and the tools act on that one. */

const FIGURE_4 = { points: 9, frames: 16 }; // Radford et al. 2015, figure 4

class KeyPoints {
  #film;
  #page;
  #part;
  #text;

  constructor(film, page) {
    this.#film = film;
    this.#page = page;
    this.#part = page.part;
    this.#text = page.text;
    this.row = new KeyRow(page.part("keys"), page.text, (k) => film.choose(k));
    this.#listen();
  }

  /** Put a point behind the others. */
  take(point) {
    const { keys } = this.#film.state;
    if (keys.length >= MOST_KEYS) return this.#page.say(this.#text("enough", { most: MOST_KEYS }), true);
    this.#page.say(this.#text("added", { what: nameOfPoint(point, this.#text) }));
    return this.#film.change({ keys: this.labelled([...keys, point]) }, keys.length);
  }

  /** The points, each with a label where the model has some. */
  labelled(keys) {
    const kinds = this.#film.info.labels.length;
    return keys.map(({ label, ...point }, k) => (kinds ? { ...point, label: label < kinds ? label : k % kinds } : point));
  }

  fillLabels() {
    const { titles } = this.#film.info;
    this.#part("label-box").hidden = !titles.length;
    this.#part("label").replaceChildren(...titles.map((name, k) => new Option(name, k)));
  }

  show() {
    const { state, chosen, info } = this.#film;
    const { keys } = state;
    const point = keys[chosen];
    this.row.show(keys, info.titles, chosen);
    this.#part("seed").value = point.z === undefined ? point.seed : "";
    this.#part("seed").placeholder = point.z === undefined ? "" : nameOfPoint(point, this.#text);
    if (point.label !== undefined) this.#part("label").value = point.label;
    const disabled = { earlier: chosen === 0, later: chosen === keys.length - 1, remove: keys.length < 2, add: keys.length >= MOST_KEYS };
    for (const [name, value] of Object.entries(disabled)) this.#part(name).disabled = value;
  }

  #listen() {
    const on = (name, event, action) => this.#part(name).addEventListener(event, action);
    on("figure-4", "click", () => this.#setUpFigure4());
    on("add", "click", ({ target }) => this.#openChooser(target));
    on("all-new", "click", () => this.#film.change({ keys: this.#film.state.keys.map(({ label }) => fresh(label)) }));
    on("dice", "click", () => this.#replace(fresh(this.#chosen.label)));
    on("seed", "change", ({ target }) => this.#typeSeed(target));
    on("label", "change", ({ target }) => this.#replace({ ...this.#chosen, label: Number(target.value) }));
    on("earlier", "click", () => this.#move(-1));
    on("later", "click", () => this.#move(1));
    on("remove", "click", () => this.#remove());
    acceptPoints(this.#part("keys"), (point) => this.take(point));
  }

  get #chosen() {
    return this.#film.state.keys[this.#film.chosen];
  }

  #replace(point) {
    this.#film.change({ keys: this.#film.state.keys.with(this.#film.chosen, point) });
  }

  #typeSeed(field) {
    const seed = /^[0-9]{1,16}$/.test(field.value.trim()) ? Number(field.value) : null;
    const good = seed !== null && seed <= Number.MAX_SAFE_INTEGER;
    field.setAttribute("aria-invalid", String(!good));
    this.#page.say(good ? "" : this.#text("bad_seed"), !good);
    if (!good) return;
    const { label } = this.#chosen;
    this.#replace(label === undefined ? { seed } : { seed, label });
  }

  #move(step) {
    const { state, chosen } = this.#film;
    const keys = state.keys.toSpliced(chosen, 1).toSpliced(chosen + step, 0, state.keys[chosen]);
    this.#film.change({ keys }, chosen + step);
  }

  #remove() {
    this.#film.change({ keys: this.#film.state.keys.toSpliced(this.#film.chosen, 1) });
    this.row.focus(this.#film.chosen);
  }

  #openChooser(opener) {
    this.#page.chooser.open(this.#film.info, this.#text("choose_key"), (point) => this.take(point), opener, null);
  }

  #setUpFigure4() {
    const keys = Array.from({ length: FIGURE_4.points }, () => fresh());
    this.#film.change({ keys: this.labelled(keys), frames: FIGURE_4.frames, loop: false }, 0);
    this.#page.say(this.#text("figure_4_done"));
  }
}

/** A seed that nobody chose, with a label. */
function fresh(label) {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000;
  return label === undefined ? { seed } : { seed, label };
}
