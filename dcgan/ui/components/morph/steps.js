/* Undo and redo over a panel's states, which are plain records; each model has its own, and a return to the page keeps them. */

const UNDO_STEPS = 100;

class Steps {
  #models = {};
  #now = { past: [], future: [] };

  get can() {
    return { undo: this.#now.past.length > 0, redo: this.#now.future.length > 0 };
  }

  /** Go on where this model was left; `packed` is what the page's last visit knew of all of them. */
  open(model, packed) {
    if (packed) this.#models = packed;
    this.#now = this.#models[model] ??= { past: [], future: [] };
  }

  /** The newest `most` steps each way. */
  pack(most) {
    const newest = ([model, { past, future }]) => [model, { past: past.slice(-most), future: future.slice(-most) }];
    return Object.fromEntries(Object.entries(this.#models).map(newest));
  }

  /** Remember a state as it is before a change. */
  remember(state) {
    this.#now.past.splice(0, this.#now.past.length + 1 - UNDO_STEPS);
    this.#now.past.push(state);
    this.#now.future.length = 0;
  }

  /** The state before `state`, or that itself where there is none. */
  undo(state) {
    return this.#go(this.#now.past, this.#now.future, state);
  }

  redo(state) {
    return this.#go(this.#now.future, this.#now.past, state);
  }

  #go(from, to, state) {
    if (!from.length) return state;
    to.push(state);
    return from.pop();
  }
}
