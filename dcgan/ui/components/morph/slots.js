/* Named slots of points, and what a route makes of them: the ground of arithmetic, turn and plane. */

class SlotPanel {
  #page;
  #root;
  #plan;
  #state = null; // {model, label, slots: {name: [point]}}
  #past = [];
  #future = [];
  #asked = null;
  #abort = null;
  #gap = null; // {name, at}: what was taken out last is replaced where it was

  /** `plan`: {name, route, slots: [name], most, enough(slots), asked(state), show(sheet, record, state)}; the root's own parts are `data-slot`. */
  constructor(page, root, plan) {
    this.#page = page;
    this.#root = root;
    this.#plan = plan;
    for (const name of plan.slots) {
      const box = this.#box(name);
      box.querySelector("[data-add]").addEventListener("click", ({ target }) => this.#openChooser(name, target));
      box.querySelector("[data-clear]").addEventListener("click", () => this.#put(name, []));
    }
    this.#label?.addEventListener("change", ({ target }) => this.change({ label: Number(target.value) }));
  }

  get info() {
    return this.#page.film.info;
  }

  get active() {
    return this.#root.checkVisibility();
  }

  /** Begin with what the browser remembers of this model, else with `start` (slots). */
  open(remembered, start) {
    this.#past = [];
    this.#future = [];
    this.#asked = null;
    const mine = remembered?.model === this.info.name ? remembered : {};
    const points = (name) => (mine.slots?.[name] ?? start[name]).map(toPoint).filter((point) => fits(point, this.info));
    const slots = Object.fromEntries(this.#plan.slots.map((name) => [name, points(name)]));
    this.#state = { model: this.info.name, label: this.info.labels.length ? Math.min(mine.label ?? 0, this.info.labels.length - 1) : null, slots };
    if (this.#label) {
      this.#label.replaceChildren(...this.info.labels.map((name, k) => new Option(name, k)));
      this.#label.parentElement.hidden = !this.info.labels.length;
    }
    this.refresh();
  }

  /** Take changes as one step that can be undone. */
  change(changes) {
    this.#gap = null;
    this.#past.push(this.#state);
    this.#future = [];
    this.#state = { ...this.#state, ...changes };
    this.refresh();
  }

  undo() {
    this.#go(this.#past, this.#future);
  }

  redo() {
    this.#go(this.#future, this.#past);
  }

  get steps() {
    return { undo: this.#past.length > 0, redo: this.#future.length > 0 };
  }

  /** Show the state; ask for pictures if the panel is seen and they are not there yet. */
  refresh() {
    if (!this.#state) return;
    this.#page.keep({ [this.#plan.name]: this.#state });
    this.#page.showSteps();
    for (const name of this.#plan.slots) this.#showSlot(name);
    if (this.#label && this.#state.label !== null) this.#label.value = this.#state.label;
    const asked = JSON.stringify(this.#plan.asked(this.#state));
    if (!this.active || asked === this.#asked) return;
    this.#asked = asked;
    this.#make(asked).catch((error) => this.#page.complain(error));
  }

  get #label() {
    return this.#root.querySelector("[data-slot=label]");
  }

  #box(name) {
    return this.#root.querySelector(`[data-slot="${name}"]`);
  }

  #go(from, to) {
    if (!from.length) return;
    to.push(this.#state);
    this.#state = from.pop();
    this.refresh();
  }

  #put(name, points) {
    this.change({ slots: { ...this.#state.slots, [name]: points } });
  }

  #takeOut(name, at) {
    this.#put(name, this.#state.slots[name].toSpliced(at, 1));
    this.#gap = { name, at };
  }

  #openChooser(name, opener) {
    const add = (point) => {
      const points = this.#state.slots[name];
      if (points.length >= this.#plan.most) return this.#page.say(this.#page.text("slot_full", { most: this.#plan.most }), true);
      this.#page.say(this.#page.text("added", { what: nameOfPoint(point, this.#page.text) }));
      return this.#put(name, points.toSpliced(this.#gap?.name === name ? this.#gap.at : points.length, 0, point));
    };
    const title = this.#page.text("choose_for", { slot: this.#box(name).querySelector("[data-name]").textContent });
    this.#page.chooser.open(this.info, title, add, opener, this.#label ? this.#state.label : null);
  }

  async #make(asked) {
    const state = this.#state;
    const all = this.#plan.slots.flatMap((name) => state.slots[name]);
    this.#plan.show(null, null, state);
    this.#abort?.abort();
    if (!all.length) return;
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const enough = this.#plan.enough(state.slots);
    const labels = state.label === null ? null : this.#label ? [state.label] : all.map(({ label }) => label ?? 0);
    this.#page.busy(true);
    try {
      const [route, body] = enough ? [this.#plan.route, JSON.parse(asked)] : ["pictures", { points: wirePoints(all), labels }];
      const record = await this.#page.api.ask(route, body, signal);
      const sheet = await new PictureSheet(record).ready();
      if (signal.aborted) return;
      this.#page.recovered();
      this.#paint(sheet, state);
      if (enough) this.#plan.show(sheet, record, state);
      document.dispatchEvent(new CustomEvent(`dcgan:${this.#plan.name}`, { detail: { pictures: sheet.count } }));
    } catch (error) {
      this.#asked = null; // the next change asks again
      throw error;
    } finally {
      this.#page.busy(false);
    }
  }

  /** The samples stand first in every sheet, slot by slot. */
  #paint(sheet, state) {
    const canvases = this.#plan.slots.flatMap((name) => Array.from(this.#box(name).querySelectorAll(".mo-sample canvas")));
    if (state === this.#state) canvases.forEach((canvas, k) => sheet.draw(k, canvas));
  }

  #showSlot(name) {
    const { text } = this.#page;
    const points = this.#state.slots[name];
    const list = this.#box(name).querySelector("[data-samples]");
    while (list.children.length > points.length) list.lastChild.remove();
    while (list.children.length < points.length) {
      const button = create("button", { type: "button", className: "mo-sample" });
      button.append(create("canvas", { width: 1, height: 1 }));
      button.addEventListener("click", () => this.#takeOut(name, Array.from(list.children).indexOf(button)));
      list.append(button);
    }
    points.forEach((point, k) => {
      const title = text("take_out", { what: nameOfPoint(point, text) });
      Object.assign(list.children[k], { title, ariaLabel: title });
    });
    this.#box(name).querySelector("[data-empty]").hidden = points.length > 0;
    this.#box(name).querySelector("[data-clear]").disabled = !points.length;
    this.#box(name).querySelector("[data-add]").disabled = points.length >= this.#plan.most;
  }
}

/** Draw picture k of a sheet, or nothing, on a canvas. */
function drawOrClear(canvas, sheet, k) {
  if (sheet) sheet.draw(k, canvas);
  else canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
}

/** `count` canvases in a container, with their pictures from `first` on. */
function drawMany(container, sheet, first, count) {
  while (container.children.length > count) container.lastChild.remove();
  while (container.children.length < count) container.append(create("canvas", { width: 1, height: 1 }));
  Array.from(container.children).forEach((canvas, k) => drawOrClear(canvas, sheet, first + k));
}

/** Seeds that nobody chose, as many as asked for. */
function randomSeeds(count) {
  return Array.from(crypto.getRandomValues(new Uint32Array(count)), (value) => ({ seed: value % 1_000_000 }));
}

function seedsToPoints(seeds) {
  return seeds.map((seed) => ({ seed }));
}
