/* The view: a model, a seed, and z, which is the seed's own until it is edited. Knows nothing of the page. */

const DICE_SEEDS = 1000000; // short enough to be read out
const NORMAL_RANGE = 4; // sliders reach ±4 of a normal z, ±1 of a uniform one

class View {
  #history = new History();
  #own = new Float32Array(0); // the seed's z
  info = null;
  seed = 0;
  label = null; // number of the class, null where the model has none
  z = new Float32Array(0);
  marked = []; // the dimensions on the sliders
  distance = 0.4; // of the neighbours
  set = 0; // which neighbours

  /** `changed()` is called after every change of seed or z. */
  constructor(changed) {
    this.changed = changed;
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

  get canUndo() {
    return this.#history.canUndo;
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  get address() {
    return addressOf(this.info.name, this.seed, this.edited ? this.z : null, this.info.labels[this.label]);
  }

  /** Show another model; z and the label's name stay where the model takes them, so that two models can be compared. */
  open(info, seed = this.seed, asked = null, label = this.info?.labels[this.label]) {
    const fits = this.info?.z_dim === info.z_dim && this.info.prior === info.prior;
    const kept = fits && this.edited ? this.z : null;
    if (!fits) {
      this.#history.clear();
      this.marked = Array.from({ length: Math.min(SLIDERS, info.z_dim) }, (_, i) => i);
    }
    this.info = info;
    this.label = info.labels.length ? Math.max(0, info.labels.indexOf(label)) : null;
    this.seed = seed;
    this.#own = sampleZ(seed, info.z_dim, info.prior);
    this.z = (asked ?? kept ?? this.#own).slice();
    this.changed();
  }

  /** What a reload would lose: the steps that can be undone, and a change that the address does not hold yet. */
  pack() {
    return { model: this.info.name, address: this.address, ...this.#history.pack() };
  }

  /** Take up the steps of the page before its reload. */
  unpack(packed) {
    if (packed?.model === this.info.name) this.#history.unpack(packed, this.info.z_dim);
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
    this.#restore({ seed: seed ?? this.seed, z: z ?? null, label });
  }

  sow(seed) {
    this.hold(false);
    this.#remember("seed");
    this.#restore({ seed, z: null, label: this.label });
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

  undo() {
    this.#restore(this.#history.undo(this.#snapshot()));
  }

  redo() {
    this.#restore(this.#history.redo(this.#snapshot()));
  }

  /** A pointer went down or up: the next change is a step of its own. */
  hold(held) {
    this.#history.hold(held);
  }

  #remember(control) {
    this.#history.remember(control, this.#snapshot());
  }

  #snapshot() {
    return { seed: this.seed, z: this.z.slice(), label: this.label, marked: this.marked };
  }

  #restore(entry) {
    if (!entry) return;
    this.seed = entry.seed;
    this.marked = entry.marked ?? this.marked;
    if (entry.label in this.info.labels) this.label = entry.label; // the entry may be of another model, or of none
    this.#own = sampleZ(entry.seed, this.info.z_dim, this.prior);
    this.z = (entry.z ?? this.#own).slice();
    this.changed();
  }
}
