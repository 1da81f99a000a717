/* Undo and redo over a panel's states, which are plain records; a reload keeps them. */

const UNDO_STEPS = 100;

class Steps {
  #past = [];
  #future = [];

  get can() {
    return { undo: this.#past.length > 0, redo: this.#future.length > 0 };
  }

  /** Begin anew, or where the same panel was before a reload. */
  open(packed) {
    this.#past = packed?.past ?? [];
    this.#future = packed?.future ?? [];
  }

  pack() {
    return { past: this.#past, future: this.#future };
  }

  /** Remember a state as it is before a change. */
  remember(state) {
    this.#past = [...this.#past.slice(1 - UNDO_STEPS), state];
    this.#future = [];
  }

  /** The state before `state`, or that itself where there is none. */
  undo(state) {
    return this.#go(this.#past, this.#future, state);
  }

  redo(state) {
    return this.#go(this.#future, this.#past, state);
  }

  #go(from, to, state) {
    if (!from.length) return state;
    to.push(state);
    return from.pop();
  }
}
