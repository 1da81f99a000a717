/* Undo and redo of all that a hand changes on the page. What one gesture does, a drag or a burst of arrow keys, is one entry.

   An entry is {of, model, state}: which part it is of ("view", "shelf", ...), the model it belongs to (null: to all of them), and the part
   as it was before, in what JSON can hold. Parts do not overlap, so one part's entries can also be undone on their own. */

const HISTORY_LENGTH = 200;
const BURST_MS = 800;

class History {
  #show;
  #changed;
  #parts = {};
  #past = [];
  #future = [];
  #gesture = { control: null, at: 0, held: false };
  model = null; // whose name is shown

  /** `show(model)` shows another model and resolves to whether there is one of that name; `changed()` hears of every step. */
  constructor(show, changed) {
    this.#show = show;
    this.#changed = changed;
  }

  get canUndo() {
    return this.#last(this.#past) >= 0;
  }

  get canRedo() {
    return this.#last(this.#future) >= 0;
  }

  /** Whether there is a step of this part to undo. */
  has(of) {
    return this.#last(this.#past, of) >= 0;
  }

  /** A part: `take(like)` is its state now, of the same kind as the state `like`; `put(state)` brings one back, and resolves to false where it cannot. */
  serve(of, { take, put, everywhere = false }) {
    this.#parts[of] = { take, put, everywhere };
  }

  /** Remember what `state()` says before `control` changes it; what belongs to a gesture that goes on is remembered already. */
  remember(of, control, state) {
    const { control: before, at, held } = this.#gesture;
    const now = performance.now();
    this.#gesture = { control, at: now, held };
    if (control !== null && control === before && (held || now - at < BURST_MS)) return;
    this.#past = [...this.#past.slice(1 - HISTORY_LENGTH), { of, model: this.#parts[of].everywhere ? null : this.model, state: state() }];
    this.#future = [];
    this.#changed();
  }

  /** A pointer went down or up: what comes next is a new gesture. */
  hold(held) {
    this.#gesture = { control: null, at: 0, held };
  }

  /** Take back the last step, or the last one of a part; resolves to whose it was, null where none could be. */
  undo(of) {
    return this.#step(this.#past, this.#future, of);
  }

  /** Take the last step that was undone again. */
  redo() {
    return this.#step(this.#future, this.#past);
  }

  /** The newest `most` steps each way, for the same page after a reload. */
  pack(most) {
    return { past: this.#past.slice(-most), future: this.#future.slice(-most) };
  }

  unpack({ past, future }) {
    this.#past = past;
    this.#future = future;
    this.#changed();
  }

  /** Where the last entry is that can be taken now. Only a view brings its model with it. */
  #last(entries, part) {
    return entries.findLastIndex(({ of, model }) => (part === undefined || part === of) && (of === "view" || model === null || model === this.model));
  }

  async #step(from, to, part) {
    const at = this.#last(from, part);
    if (at < 0) return null;
    this.#gesture.control = null;
    const [entry] = from.splice(at, 1);
    const { of, model, state } = entry;
    const now = { of, model: model && this.model, state: this.#parts[of].take(state) };
    if (model !== null && model !== this.model && !(await this.#show(model))) return null;
    const isDone = (await this.#parts[of].put(state)) !== false;
    if (isDone) to.push(now);
    else from.splice(at, 0, entry);
    this.#changed();
    return isDone ? of : null;
  }
}
