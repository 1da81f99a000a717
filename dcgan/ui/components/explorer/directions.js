/* Sliders that mean something: one list of directions, what changes most first. */

const METHODS = ["raw", "sefa", "pca", "attribute", "saved"];
const FIRST_ROWS = 12;
const PICTURES_AT_ONCE = 8;

class Directions {
  #page;
  #text;
  #source;
  #rows;
  #changed;
  #found = null; // the server's answer
  #asked = null; // "model method group" of it
  #own;
  #editor;
  #count = FIRST_ROWS;
  #keepsNorm = true;
  #heat = null; // id of the direction whose map is shown
  shown = []; // what the rows show: {id, name, unit, held, …}

  /** `changed()` is called when the list is another one. */
  constructor(page, changed) {
    this.#page = page;
    this.#text = page.text;
    this.#changed = changed;
    this.#source = new DirectionSource(page);
    this.#own = new OwnDirections(page.store);
    this.#rows = new DirectionRows(page.part("directions"), page, (name, ...values) => this.#act(name, ...values));
    const { part, settings } = page;
    part("method").replaceChildren(...METHODS.map((method) => new Option(this.#text(`method_${method}`), method)));
    part("method").value = settings.get("method", "sefa");
    part("method").addEventListener("change", ({ target }) => {
      settings.set("method", target.value);
      this.#showRows(FIRST_ROWS);
      this.opened();
    });
    part("group").addEventListener("change", ({ target }) => {
      settings.set("groups", { ...settings.get("groups", {}), [page.view.info.name]: target.value });
      this.opened();
    });
    this.#count = settings.get("rows", FIRST_ROWS);
    this.#restore(settings.get("restore", true));
    part("restore").addEventListener("click", () => {
      this.#restore(!this.#keepsNorm);
      settings.set("restore", this.#keepsNorm);
      this.#changed();
    });
    part("more-directions").addEventListener("click", () => {
      this.#showRows(this.#count + FIRST_ROWS);
      this.#list();
    });
    this.#editor = new DirectionEditor(page, this.#source, this.#own, {
      show: () => this.#list(),
      again: () => this.#again(),
      say: (sentence, isError) => this.#say(sentence, isError),
    });
    this.marks = new Marks(page, this.#source, (direction) => this.#editor.made(direction));
  }

  get active() {
    return this.#page.part("directions").checkVisibility();
  }

  /** Another model. */
  model() {
    this.#own.model(this.#page.view.info);
    this.#found = null;
    this.#asked = null;
    this.#heat = this.#page.settings.get("heat", {})[this.#page.view.info.name] ?? null;
    this.#page.part("heat").hidden = true;
    this.#page.part("restore").parentElement.hidden = this.#page.view.prior === "uniform";
    this.marks.model();
    this.#list();
    if (this.active) this.opened();
  }

  /** The list is looked at: ask for it, once. */
  async opened() {
    const { part, settings, view } = this.#page;
    const method = part("method").value;
    const group = method === "attribute" ? (settings.get("groups", {})[view.info.name] ?? "") : "";
    const asked = `${view.info.name} ${method} ${group}`;
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#found = null;
    this.#list();
    this.#say(this.#text("searching"));
    const found = await this.#source.find(method, group, (answer) => this.#progress(answer));
    if (!found) return;
    part("directions-progress").hidden = true;
    if (found.directions) this.#take(found);
    else this.#fail(found.error);
  }

  /** z with its value along a direction of the list set. */
  moved(z, id, value) {
    const direction = this.shown.find((each) => each.id === id);
    return direction?.unit ? steer(z, direction.unit, value, direction.held, this.#restores) : z;
  }

  /** Put the sliders where z is. */
  draw() {
    if (!this.active) return;
    const { z } = this.#page.view;
    this.#rows.draw(this.shown.map(({ unit }) => (unit ? dot(z, unit) : null)), this.#range);
  }

  stale() {
    this.#page.part("directions").classList.add("dx-stale");
    this.#page.part("heat").hidden = true;
  }

  /** Make the pictures at both ends. */
  async make(isCurrent) {
    const { engine, view } = this.#page;
    const ends = this.shown.flatMap(({ id }, k) => [-1, 1].map((end) => ({ k, z: this.moved(view.z, id, end * this.#range) })));
    for (let first = 0; first < ends.length; first += PICTURES_AT_ONCE) {
      const part = ends.slice(first, first + PICTURES_AT_ONCE);
      const pictures = await engine.generate(part.map(({ z }) => z)).pictures;
      if (!isCurrent()) return;
      for (let i = 0; i < part.length; i += 2) this.#rows.paint(part[i].k, pictures.slice(i, i + 2));
    }
    this.#page.part("directions").classList.remove("dx-stale");
    this.#showHeat();
  }

  #showRows(count) {
    this.#count = count;
    this.#page.settings.set("rows", count);
  }

  /** Four standard deviations of z·d: as far as draws ever come. */
  get #range() {
    return this.#page.view.prior === "uniform" ? 2.3 : NORMAL_RANGE;
  }

  get #restores() {
    return this.#page.view.prior !== "uniform" && this.#keepsNorm;
  }

  #restore(on) {
    this.#keepsNorm = on;
    this.#page.part("restore").setAttribute("aria-pressed", String(on));
  }

  #take(found) {
    const { part } = this.#page;
    const groups = found.groups ?? [];
    part("group").parentElement.hidden = found.method !== "attribute" || groups.length < 2;
    part("group").replaceChildren(...groups.map((group) => new Option(this.#text(`group_${group}`), group)));
    part("group").value = found.group ?? "";
    this.#found = found;
    const ranked = found.directions.length && found.step && found.n;
    if (ranked) this.#say(this.#text("ranked", { step: this.#page.number(found.step, 1), n: this.#page.number(found.n) }));
    else this.#say(this.#text(found.directions.length ? "found" : "none_saved"));
    this.#list();
  }

  #fail(sentence) {
    this.#asked = null; // may be asked again
    this.#say(sentence ?? this.#text("directions_failed"), true);
  }

  #progress({ done, total }) {
    if (!total) return; // it waits for its turn
    const { number, part } = this.#page;
    Object.assign(part("directions-progress"), { hidden: false, value: done / total });
    this.#say(this.#text("searching_done", { done: number(done), total: number(total) }));
  }

  #say(sentence, isError = false) {
    const message = this.#page.part("directions-message");
    message.textContent = sentence;
    message.classList.toggle("dx-error", isError);
  }

  /** Show locked and made directions first, then the method's; all at right angles to what is locked. */
  #list() {
    const { shown, hidden } = this.#own.arrange(this.#found?.directions ?? [], this.#count);
    this.shown = shown;
    this.#rows.show(this.shown, this.shown.reduce((most, { effect }) => Math.max(most, effect ?? 0), 0));
    this.#rows.press(this.shown.findIndex(({ id }) => id === this.#heat));
    this.#page.part("more-directions").hidden = !hidden;
    this.draw();
    this.#changed();
  }

  #act(action, k, value) {
    const { view } = this.#page;
    const direction = this.shown[k];
    const { id } = direction;
    if (action === "move") view.move(`direction ${id}`, this.moved(view.z, id, value));
    else if (action === "end") view.go(this.moved(view.z, id, value * this.#range));
    else if (action === "heat") this.#toggleHeat(id);
    else this.#editor[action](direction, value);
  }

  #again() {
    this.#asked = null;
    return this.opened();
  }

  #toggleHeat(id) {
    const { settings, view } = this.#page;
    this.#heat = this.#heat === id ? null : id;
    settings.set("heat", { ...settings.get("heat", {}), [view.info.name]: this.#heat });
    this.#rows.press(this.shown.findIndex((each) => each.id === this.#heat));
    this.#showHeat();
  }

  #showHeat() {
    const k = this.shown.findIndex(({ id }) => id === this.#heat);
    const pictures = this.#rows.picturesOf(k);
    const canvas = this.#page.part("heat");
    canvas.hidden = !pictures;
    if (pictures) paintHeat(canvas, pictures);
  }
}
