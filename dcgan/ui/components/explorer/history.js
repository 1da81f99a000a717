/* Undo and redo over whole views. What one gesture does, a drag or a burst of arrow keys, is one entry. */

const HISTORY_LENGTH = 200;
const BURST_MS = 800;

class History {
  #past = [];
  #future = [];
  #gesture = { control: null, at: 0, held: false };

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Remember `view` as it is before `control` changes it; what belongs to a gesture that goes on is remembered already. */
  remember(control, view) {
    const { control: before, at, held } = this.#gesture;
    const now = performance.now();
    this.#gesture = { control, at: now, held };
    if (control === before && (held || now - at < BURST_MS)) return;
    this.#past = [...this.#past.slice(1 - HISTORY_LENGTH), view];
    this.#future = [];
  }

  /** A pointer went down or up: what comes next is a new gesture. */
  hold(held) {
    this.#gesture = { control: null, at: 0, held };
  }

  /** The view before `current`, or null. */
  undo(current) {
    return this.#step(this.#past, this.#future, current);
  }

  /** The view that was undone last, or null. */
  redo(current) {
    return this.#step(this.#future, this.#past, current);
  }

  /** Both lists as texts, for the same page after a reload. */
  pack() {
    const texts = (views) => views.map((view) => ({ ...view, z: view.z && encodeZ(view.z) }));
    return { past: texts(this.#past), future: texts(this.#future) };
  }

  unpack({ past, future }, zDim) {
    const views = (texts) => texts.map((view) => ({ ...view, z: view.z && decodeZ(view.z, zDim) }));
    this.#past = views(past);
    this.#future = views(future);
  }

  clear() {
    this.#past = [];
    this.#future = [];
  }

  #step(from, to, current) {
    if (!from.length) return null;
    this.#gesture.control = null;
    to.push(current);
    return from.pop();
  }
}
