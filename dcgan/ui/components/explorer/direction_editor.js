/* What a person does to directions: lock, rename, save with the model, delete, make one. The last of it can be undone. */

class DirectionEditor {
  #page;
  #source;
  #own;
  #list;
  #back = null; // undoes the last change

  /** `list` is {show(), again(), say(sentence, isError)}: what was changed is seen at once, what the server keeps is asked for again. */
  constructor(page, source, own, list) {
    this.#page = page;
    this.#source = source;
    this.#own = own;
    this.#list = list;
    page.part("directions-undo").addEventListener("click", () => this.#undo());
  }

  model() {
    this.#offer(null);
  }

  lock(direction) {
    const others = this.#own.locked.filter(({ id }) => id !== direction.id);
    return this.#change({ locked: direction.locked ? others : [...others, direction] });
  }

  rename(direction, name) {
    const { id, name: before, saved } = direction;
    const called = (word) => (list) => list.map((each) => (each.id === id ? { ...each, name: word } : each));
    return this.#change({ names: { ...this.#own.names, [id]: name } }, saved ? { edit: called(name), reverse: called(before) } : null);
  }

  async save(direction) {
    const done = await this.#change({}, { edit: including(direction), reverse: without(direction) });
    if (done) this.#list.say(this.#page.text("direction_saved", { name: direction.name }));
  }

  async drop(direction) {
    const { id, name, saved } = direction;
    const { made, locked } = this.#own;
    const others = (list) => list.filter((each) => each.id !== id);
    const done = await this.#change({ made: others(made), locked: others(locked) }, saved ? { edit: without(direction), reverse: including(direction) } : null);
    if (!done) return;
    this.#page.part("directions-undo").focus();
    this.#list.say(this.#page.text("deleted", { name }));
  }

  async made(direction) {
    await this.#change({ made: [direction, ...this.#own.made] });
    this.#list.say(this.#page.text("direction_made", { name: direction.name }));
  }

  /** Change what the browser keeps and, by `stored.edit`, what is saved with the model; tell whether that was possible. */
  async #change(own, stored = null) {
    const { locked, made, names } = this.#own;
    if (stored && !(await this.#store(stored.edit))) return false;
    this.#own.change(own);
    this.#offer(async () => {
      if (stored && !(await this.#store(stored.reverse))) return;
      this.#own.change({ locked, made, names });
      this.#offer(null);
      await this.#show(stored);
    });
    await this.#show(stored);
    return true;
  }

  async #undo() {
    await this.#back?.();
    this.#page.part("method").focus(); // the button is gone
  }

  #offer(back) {
    this.#back = back;
    this.#page.part("directions-undo").hidden = !back;
  }

  #show(stored) {
    this.#list.show();
    return stored && this.#page.part("method").value === "saved" ? this.#list.again() : undefined;
  }

  async #store(edit) {
    const { error } = await this.#source.save(edit);
    if (error !== undefined) this.#list.say(error ?? this.#page.text("directions_failed"), true);
    return error === undefined;
  }
}

function without({ id }) {
  return (list) => list.filter((each) => each.id !== id);
}

function including(direction) {
  return (list) => [...without(direction)(list), directionRecord(direction)];
}
