/* Named slots of points, and what a route makes of them: the ground of arithmetic, turn and plane. */

class SlotPanel {
  #page;
  #root;
  #plan;
  #state = null; // {model, label, slots: {name: [point]}}
  #asked = null;
  #abort = null;
  #gap = null; // {name, at}: what was taken out last is replaced where it was
  steps = new Steps();

  /** `plan`: {name, route, slots: [name], most, enough(slots), asked(state), show(sheet, record, state)}; the root's own parts are `data-slot`. */
  constructor(page, root, plan) {
    this.#page = page;
    this.#root = root;
    this.#plan = plan;
    for (const name of plan.slots) {
      const box = page.slot(name);
      box.querySelector("[data-name]").textContent = page.text(`slot_${name}`);
      acceptPoints(box, (point) => this.#add(name, point));
      box.querySelector("[data-add]").addEventListener("click", ({ target }) => this.#openChooser(name, target));
      box.querySelector("[data-clear]").addEventListener("click", () => this.#put(name, []));
    }
    this.#saver.addEventListener("click", () => this.#save());
    this.#label?.addEventListener("change", ({ target }) => this.change({ label: Number(target.value) }));
  }

  get info() {
    return this.#page.film.info;
  }

  get active() {
    return this.#root.checkVisibility();
  }

  /** Begin with what the browser remembers of this model, else with `start` (slots); `packed` is the panel as it was left. */
  open(remembered, start, packed) {
    this.steps.open(this.info.name, packed?.steps);
    this.#gap = packed?.gap ?? null;
    this.#asked = null;
    const mine = remembered ?? {};
    const points = (name) => (mine.slots?.[name] ?? start[name]).map(toPoint).filter((point) => fits(point, this.info));
    const slots = Object.fromEntries(this.#plan.slots.map((name) => [name, points(name)]));
    this.#state = { model: this.info.name, label: this.info.labels.length ? Math.min(mine.label ?? 0, this.info.labels.length - 1) : null, slots };
    if (this.#label) {
      this.#label.replaceChildren(...this.info.titles.map((name, k) => new Option(name, k)));
      this.#label.parentElement.hidden = !this.info.labels.length;
    }
    this.refresh();
  }

  /** Take changes as one step that can be undone. */
  change(changes) {
    this.#gap = null;
    this.steps.remember(this.#state);
    this.#go({ ...this.#state, ...changes });
  }

  undo() {
    this.#go(this.steps.undo(this.#state));
  }

  redo() {
    this.#go(this.steps.redo(this.#state));
  }

  /** Take what a PNG says that it was made of: slots of points, and the label or labels. */
  take(asked) {
    const points = (name) => (Array.isArray(asked[name]) ? asked[name] : []).map((point, k) => toPoint({ ...point, label: asked.labels?.[k] }));
    const fitting = (name) => points(name).filter((point) => fits(point, this.info)).slice(0, this.#plan.most);
    const slots = Object.fromEntries(this.#plan.slots.map((name) => [name, fitting(name)]));
    const label = this.info.labels.length ? Math.min(asked.label ?? 0, this.info.labels.length - 1) : null;
    this.change({ slots, label });
  }

  pack(most) {
    return { steps: this.steps.pack(most), gap: this.#gap };
  }

  /** Show the state; ask for pictures if the panel is seen and they are not there yet. */
  refresh() {
    if (!this.#state) return;
    this.#page.keep(this.#plan.name, this.#state);
    this.#page.showSteps();
    this.#saver.disabled = !this.#plan.enough(this.#state.slots) || this.#plan.slots.some((name) => !this.#state.slots[name].length);
    for (const name of this.#plan.slots) this.#showSlot(name);
    if (this.#label && this.#state.label !== null) this.#label.value = this.#state.label;
    if (!this.active || this.#wanted === this.#asked) return;
    this.#asked = this.#wanted;
    this.#make(this.#asked).catch((error) => this.#page.complain(error));
  }

  /** What the server is to be asked for the slots as they are: the same for equal slots. */
  get #wanted() {
    return JSON.stringify(this.#plan.asked(this.#state));
  }

  get #label() {
    return this.#root.querySelector("[data-slot=label]");
  }

  get #saver() {
    return this.#root.querySelector("[data-save]");
  }

  #go(state) {
    this.#state = state;
    this.refresh();
  }

  #put(name, points) {
    this.change({ slots: { ...this.#state.slots, [name]: points } });
  }

  #takeOut(name, at) {
    this.#put(name, this.#state.slots[name].toSpliced(at, 1));
    this.#gap = { name, at };
  }

  #add(name, point) {
    const { text } = this.#page;
    const points = this.#state.slots[name];
    if (points.length >= this.#plan.most) return this.#page.say(text("slot_full", { most: this.#plan.most }), true);
    this.#page.say(text("added", { what: nameOfPoint(point, text) }));
    return this.#put(name, points.toSpliced(this.#gap?.name === name ? this.#gap.at : points.length, 0, point));
  }

  #openChooser(name, opener) {
    const title = this.#page.text("choose_for", { slot: this.#page.slot(name).querySelector("[data-name]").textContent });
    this.#page.chooser.open(this.info, title, (point) => this.#add(name, point), opener, this.#label ? this.#state.label : null);
  }

  #save() {
    const name = `${this.info.name}-${this.#plan.name}.png`;
    return this.#page.save(name, () => this.#page.api.file("figure", this.#plan.asked(this.#state), { of: this.#plan.route }));
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
      if (asked === this.#wanted) this.#paint(sheet);
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
  #paint(sheet) {
    const canvases = this.#plan.slots.flatMap((name) => Array.from(this.#page.slot(name).querySelectorAll(".mo-sample canvas")));
    canvases.forEach((canvas, k) => sheet.draw(k, canvas));
  }

  #showSlot(name) {
    const { text } = this.#page;
    const points = this.#state.slots[name];
    const list = this.#page.slot(name).querySelector("[data-samples]");
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
    this.#page.slot(name).querySelector("[data-empty]").hidden = points.length > 0;
    this.#page.slot(name).querySelector("[data-clear]").disabled = !points.length;
    this.#page.slot(name).querySelector("[data-add]").disabled = points.length >= this.#plan.most;
  }
}

/** Put into a slot's box what every slot has. */
function fillSlot(box, template) {
  box.append(template.content.cloneNode(true));
  if (!("mean" in box.dataset)) box.querySelector(".mo-mean").remove();
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
