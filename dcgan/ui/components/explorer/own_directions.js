/* What a person made of a model's directions, kept in this browser: which are locked, made of examples, renamed. */

class OwnDirections {
  #store;
  #key = null; // of the model
  #zDim = 0;
  locked = [];
  made = [];
  names = {}; // by id

  constructor(store) {
    this.#store = store;
  }

  /** Another model: its sha256 is the key, so that other weights under the same name get nothing that was made for these. */
  model(info) {
    this.#key = info.sha256 ?? info.name;
    this.#zDim = info.z_dim;
    this.#read(this.#store.read("directions", {})[this.#key] ?? {});
  }

  /** The three as JSON holds them. */
  get record() {
    return { locked: this.locked.map(directionRecord), made: this.made.map(directionRecord), names: this.names };
  }

  /** Take them up again as they were. */
  put(record) {
    this.#read(record);
    this.change({});
  }

  /** Change one or more of the three, and keep them. */
  change(part) {
    Object.assign(this, part);
    this.#store.write("directions", { ...this.#store.read("directions", {}), [this.#key]: this.record });
  }

  /** What is locked and made, then `count` of `found`, all at right angles to what is locked; {shown, hidden}, where `hidden` is the number of the rest. */
  arrange(found, count) {
    const first = new Map([...this.locked, ...this.made].map((each) => [each.id, each]));
    const others = found.filter(({ id }) => !first.has(id));
    const basis = orthonormal(this.locked.map(({ d }) => d));
    const shown = [...first.values(), ...others.slice(0, count)].map((each) => this.#describe(each, basis));
    return { shown, hidden: Math.max(0, others.length - count) };
  }

  #read({ locked = [], made = [], names = {} }) {
    const read = (list) => list.map((each) => ({ ...each, d: decodeZ(each.vector, this.#zDim) })).filter(({ d }) => d);
    Object.assign(this, { locked: read(locked), made: read(made), names });
  }

  #describe(each, basis) {
    const held = basis.filter(Boolean);
    const at = this.locked.indexOf(each);
    const unit = at < 0 ? apart(each.d, held) : basis[at];
    const mine = this.made.some(({ id }) => id === each.id);
    const own = { locked: at >= 0, mine, saved: each.method === "saved", name: this.names[each.id] ?? each.name };
    return { ...each, ...own, unit, held: held.filter((vector) => vector !== unit) };
  }
}

/** A direction as it is kept and sent: without what this page knows of it beside. */
function directionRecord({ id, name, method, vector, share = null, effect = null, note = null }) {
  return { id, name, method, vector, share, effect, note };
}
