/* What a person does to directions: lock, rename, save with the model, delete, make one. */

class DirectionEditor {
  #page;
  #source;
  #own;
  #list;

  /** `list` is {show(), again(), say(sentence, isError)}: what was changed is seen at once, what the server keeps is asked for again. */
  constructor(page, source, own, list) {
    this.#page = page;
    this.#source = source;
    this.#own = own;
    this.#list = list;
    page.history.serve("directions", { take: (like) => this.#now(like), put: (state) => this.#put(state) });
  }

  lock(direction) {
    const others = this.#own.locked.filter(({ id }) => id !== direction.id);
    return this.#change({ locked: direction.locked ? others : [...others, direction] });
  }

  rename(direction, name) {
    const { id, saved } = direction;
    return this.#change({ names: { ...this.#own.names, [id]: name } }, saved ? { id, entry: { ...directionRecord(direction), name } } : null);
  }

  async save(direction) {
    const done = await this.#change({}, { id: direction.id, entry: directionRecord(direction) });
    if (done) this.#list.say(this.#page.text("direction_saved", { name: direction.name }));
  }

  async drop(direction) {
    const { id, name, saved } = direction;
    const { made, locked } = this.#own;
    const others = (list) => list.filter((each) => each.id !== id);
    const done = await this.#change({ made: others(made), locked: others(locked) }, saved ? { id, entry: null } : null);
    if (!done) return;
    this.#page.part("directions-undo").focus();
    this.#list.say(this.#page.text("deleted", { name }));
  }

  async made(direction) {
    await this.#change({ made: [direction, ...this.#own.made] });
    this.#list.say(this.#page.text("direction_made", { name: direction.name }));
  }

  /** Change what the browser keeps and, by `wanted` {id, entry or null}, what is saved with the model; tell whether that was possible. */
  async #change(own, wanted = null) {
    const before = { own: this.#own.record, saved: await this.#store(wanted) };
    if (before.saved === undefined) return false;
    this.#own.change(own);
    this.#page.history.remember("directions", null, () => before);
    await this.#show(wanted);
    return true;
  }

  #now({ saved }) {
    return { own: this.#own.record, saved: saved && { id: saved.id, entry: saved.other, other: saved.entry } };
  }

  async #put({ own, saved }) {
    if ((await this.#store(saved)) === undefined) return false;
    this.#own.put(own);
    await this.#show(saved);
    return true;
  }

  #show(stored) {
    this.#list.show();
    return stored && this.#page.part("method").value === "saved" ? this.#list.again() : undefined;
  }

  /** Save `entry` with the model, or none of that id; resolves to what undoes that, to undefined where it failed. */
  async #store(wanted) {
    if (!wanted) return null;
    const { error, before } = await this.#source.save(wanted.id, wanted.entry);
    if (error === undefined) return { id: wanted.id, entry: before, other: wanted.entry };
    this.#list.say(error ?? this.#page.text("directions_failed"), true);
    return undefined;
  }
}
