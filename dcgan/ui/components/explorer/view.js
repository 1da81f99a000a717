/* The view: a model, a seed, and z, which is the seed's own until it is edited. Knows nothing of the page. */

const DICE_SEEDS = 1000000; // short enough to be read out
const NORMAL_RANGE = 4; // sliders reach ±4 of a normal z, ±1 of a uniform one

class View {
  #history;
  #own = new Float32Array(0); // the seed's z
  info = null;
  seed = 0;
  label = null; // number of the class, null where the model has none
  z = new Float32Array(0);
  marked = []; // the dimensions on the sliders

  /** `changed()` is called after every change of seed or z; `history` remembers each. */
  constructor(history, changed) {
    this.#history = history;
    this.changed = changed;
    history.serve("view", { take: () => this.#snapshot(), put: (entry) => this.#restore(entry) });
  }

  get prior() {
    return this.info.prior;
  }

  get range() {
    return this.prior === "uniform" ? 1 : NORMAL_RANGE;
  }

  get edited() {
    return !sameZ(this.z, this.#own);
  }

  get address() {
    return addressOf(this.info.name, this.seed, this.edited ? this.z : null, this.info.labels[this.label]);
  }

  /** Show another model; z and the label's name stay where the model takes them, so that two models can be compared. */
  open(info, seed = this.seed, asked = null, label = this.info?.labels[this.label]) {
    const fits = this.info?.z_dim === info.z_dim && this.info.prior === info.prior;
    const kept = fits && this.edited ? this.z : null;
    if (!fits) this.marked = Array.from({ length: Math.min(SLIDERS, info.z_dim) }, (_, i) => i);
    this.info = info;
    this.#history.model = info.name;
    this.label = info.labels.length ? Math.max(0, info.labels.indexOf(label)) : null;
    this.seed = seed;
    this.#own = sampleZ(seed, info.z_dim, info.prior);
    this.z = (asked ?? kept ?? this.#own).slice();
    this.changed();
  }

  /** Another model will be shown, as a step that can be undone. */
  leave() {
    this.hold(false);
    this.#remember("model");
  }

  change(pairs) {
    this.#remember(pairs.length === 1 ? `dimension ${pairs[0][0]}` : "stroke");
    for (const [i, value] of pairs) this.z[i] = value;
    this.changed();
  }

  /** Put other dimensions on the sliders. */
  mark(dimensions) {
    this.hold(false);
    this.#remember("mark");
    this.marked = dimensions;
    this.changed();
  }

  /** Go to a z as one step of the history. */
  go(z) {
    this.hold(false);
    this.#remember("go");
    this.z = z.slice();
    this.changed();
  }

  /** A control moves z as a whole: a direction, the length, a walk. */
  move(control, z) {
    this.#remember(control);
    this.z = z;
    this.changed();
  }

  /** Go to a point {seed, z, label} as one step of the history: a seed's own z where `seed` is a number, else z. */
  visit({ seed = null, z, label = null }) {
    this.hold(false);
    this.#remember("go");
    this.#go(seed ?? this.seed, z, label);
  }

  sow(seed) {
    this.hold(false);
    this.#remember("seed");
    this.#go(seed, null, this.label);
  }

  choose(label) {
    this.hold(false);
    this.#remember("label");
    this.label = label;
    this.changed();
  }

  dice() {
    this.sow(Math.floor(Math.random() * DICE_SEEDS));
  }

  reuseSeed() {
    this.go(this.#own);
  }

  reset() {
    this.go(new Float32Array(this.z.length));
  }

  /** A pointer went down or up: the next change is a step of its own. */
  hold(held) {
    this.#history.hold(held);
  }

  #remember(control) {
    this.#history.remember("view", control, () => this.#snapshot());
  }

  #snapshot() {
    return { seed: this.seed, z: encodeZ(this.z), label: this.label, marked: this.marked };
  }

  #restore({ seed, z, label, marked }) {
    this.marked = marked;
    this.#go(seed, decodeZ(z, this.info.z_dim), label);
  }

  /** Show a seed's own z, or another; a label only if the model has it. */
  #go(seed, z, label) {
    this.seed = seed;
    if (label in this.info.labels) this.label = label;
    this.#own = sampleZ(seed, this.info.z_dim, this.prior);
    this.z = (z ?? this.#own).slice();
    this.changed();
  }
}
