/* Arithmetic (Radford et al. 2015, figure 7), turn (figure 8) and the plane between four corners. */

const PER_SLOT = 3; // figure 7
const PER_SIDE = 4; // figure 8
const TURN_STEPS = 9;
const PLANE_SIDE = 8;
const MOST_SAMPLES = 12;

function rangeOfSeeds(first, count) {
  return Array.from({ length: count }, (_, k) => ({ seed: first + k }));
}

function meanOf(slot) {
  return slot.querySelector("[data-mean-picture]");
}

class Arithmetic {
  #page;
  #figure = null;
  #record = null;

  constructor(page) {
    this.#page = page;
    this.panel = new SlotPanel(page, page.part("panel-arithmetic"), {
      name: "arithmetic",
      route: "arithmetic",
      slots: ["a", "b", "c"],
      most: MOST_SAMPLES,
      enough: (slots) => Object.values(slots).some((points) => points.length),
      asked: ({ slots, label }) => ({ ...Object.fromEntries(Object.entries(slots).map(([name, points]) => [name, wirePoints(points)])), label }),
      show: (sheet, record, state) => this.#show(sheet, record, state),
    });
    page.part("figure-7").addEventListener("click", () => this.#setUp());
    page.part("result-to-film").addEventListener("click", () => this.#toFilm());
  }

  open(remembered, figures, packed) {
    this.#figure = figures.figure_7;
    this.panel.open(remembered, this.#slots((k) => rangeOfSeeds(k * PER_SLOT, PER_SLOT)), packed);
  }

  #slots(otherwise) {
    return Object.fromEntries(["a", "b", "c"].map((slot, k) => [slot, this.#figure ? seedsToPoints(this.#figure[slot]) : otherwise(k)]));
  }

  #setUp() {
    this.panel.change({ slots: this.#slots(() => randomSeeds(PER_SLOT)) });
    this.#page.say(this.#page.text(this.#figure ? "figure_7_done" : "figure_7_random"));
  }

  /** What the slots hold is known only as long as they hold what was chosen for the model. */
  #showNames(slots) {
    const { text, language } = this.#page;
    const names = this.#figure?.names?.[language] ?? this.#figure?.names?.en;
    const chosen = (slot) => slots[slot].every(({ seed, z }, k) => z === undefined && seed === this.#figure[slot][k]) && slots[slot].length;
    for (const slot of ["a", "b", "c"]) {
      this.#page.slot(slot).querySelector("[data-name]").textContent = names && chosen(slot) ? names[slot] : text(`slot_${slot}`);
    }
  }

  #show(sheet, record, { slots }) {
    const { part, text, number } = this.#page;
    this.#showNames(slots);
    this.#record = record;
    const counts = ["a", "b", "c"].map((name) => slots[name].length);
    let next = counts.reduce((sum, count) => sum + count, 0);
    ["a", "b", "c"].forEach((name, k) => {
      drawOrClear(meanOf(this.#page.slot(name)), counts[k] ? sheet : null, counts[k] ? next++ : 0);
    });
    const result = sheet && record.z ? sheet : null;
    drawMany(part("result"), result, next, 9);
    drawOrClear(part("pixels"), result, next + 9);
    part("result-to-film").disabled = !result;
    part("result-facts").textContent = result ? text("result_length", { norm: number(record.norm, 1) }) : sheet ? text("result_missing") : "";
  }

  #toFilm() {
    this.#page.film.points.take({ z: this.#record.z, name: this.#page.text("sum") });
  }
}

class Turn {
  #page;
  #figure = null;

  constructor(page) {
    this.#page = page;
    this.panel = new SlotPanel(page, page.part("panel-turn"), {
      name: "turn",
      route: "turn",
      slots: ["left", "right", "samples"],
      most: MOST_SAMPLES,
      enough: (slots) => Object.values(slots).every((points) => points.length),
      asked: ({ slots, label }) => ({ ...Object.fromEntries(Object.entries(slots).map(([name, points]) => [name, wirePoints(points)])), label }),
      show: (sheet, record, state) => this.#show(sheet, record, state),
    });
    page.part("figure-8").addEventListener("click", () => this.#setUp());
  }

  open(remembered, figures, packed) {
    this.#figure = figures.figure_8;
    this.panel.open(remembered, this.#slots((k) => rangeOfSeeds(k * PER_SIDE, PER_SIDE)), packed);
  }

  #slots(otherwise) {
    return Object.fromEntries(["left", "right", "samples"].map((slot, k) => [slot, this.#figure ? seedsToPoints(this.#figure[slot]) : otherwise(k)]));
  }

  #setUp() {
    const slots = this.#slots(() => randomSeeds(PER_SIDE));
    this.panel.change({ slots: { ...slots, samples: randomSeeds(PER_SIDE) } });
    this.#page.say(this.#page.text(this.#figure ? "figure_8_done" : "figure_8_random"));
  }

  #show(sheet, record, { slots }) {
    const { left, right, samples } = slots;
    const made = record ? sheet : null;
    const first = left.length + right.length + samples.length;
    drawOrClear(meanOf(this.#page.slot("left")), made, first);
    drawOrClear(meanOf(this.#page.slot("right")), made, first + 1);
    drawMany(this.#page.part("turned"), made, first + 2, made ? samples.length * TURN_STEPS : 0);
  }
}

class Plane {
  #page;

  constructor(page) {
    this.#page = page;
    this.panel = new SlotPanel(page, page.part("panel-plane"), {
      name: "plane",
      route: "plane",
      slots: ["corners"],
      most: 4,
      enough: ({ corners }) => corners.length === 4,
      asked: ({ slots, label }) => ({
        corners: wirePoints(slots.corners),
        labels: label === null ? null : slots.corners.map((point) => point.label ?? 0),
      }),
      show: (sheet, record) => drawMany(page.part("filled"), record ? sheet : null, 4, record ? PLANE_SIDE ** 2 : 0),
    });
    page.part("corners-new").addEventListener("click", () => this.panel.change({ slots: { corners: this.#labelled(randomSeeds(4)) } }));
  }

  open(remembered, figures, packed) {
    const seeds = figures.film?.slice(0, 4) ?? [0, 1, 2, 3];
    this.panel.open(remembered, { corners: this.#labelled(seedsToPoints(seeds)) }, packed);
  }

  #labelled(points) {
    const kinds = this.#page.film.info.labels.length;
    return kinds ? points.map((point, k) => ({ ...point, label: k % kinds })) : points;
  }
}
