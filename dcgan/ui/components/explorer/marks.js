/* Examples by hand: "more like this", "less like this", and a direction from one to the other. */

const FEWEST_MARKS = 2; // a side, for the server

class Marks {
  #page;
  #text;
  #source;
  #made;
  #examples = { positive: [], negative: [] }; // z as text

  /** `made(direction)` takes the new direction. */
  constructor(page, source, made) {
    this.#page = page;
    this.#text = page.text;
    this.#source = source;
    this.#made = made;
    const { part } = page;
    part("mark-positive").addEventListener("click", () => this.#mark("positive"));
    part("mark-negative").addEventListener("click", () => this.#mark("negative"));
    page.history.serve("marks", { take: () => this.#examples, put: (examples) => this.#keep(examples) });
    part("mark-make").addEventListener("click", () => this.#make());
    part("marks").open = page.settings.get("marks", false);
    part("marks").addEventListener("toggle", ({ target }) => {
      page.settings.set("marks", target.open);
      this.#draw();
    });
  }

  model() {
    this.#examples = { positive: [], negative: [], ...this.#page.store.read("marks", {})[this.#key] };
    this.#show();
  }

  get #key() {
    const { info } = this.#page.view;
    return info.sha256 ?? info.name;
  }

  #mark(side) {
    const z = encodeZ(this.#page.view.z);
    const others = this.#without(z);
    this.#change({ ...others, [side]: [...others[side], z] });
  }

  #without(z) {
    const { positive, negative } = this.#examples;
    return { positive: positive.filter((other) => other !== z), negative: negative.filter((other) => other !== z) };
  }

  #change(examples) {
    const before = this.#examples;
    this.#keep(examples);
    this.#page.history.remember("marks", null, () => before);
  }

  #keep(examples) {
    this.#examples = examples;
    const { store } = this.#page;
    store.write("marks", { ...store.read("marks", {}), [this.#key]: this.#examples });
    this.#show();
  }

  #show() {
    const { part } = this.#page;
    for (const side of ["positive", "negative"]) {
      part(`marks-${side}`).replaceChildren(...this.#examples[side].map((z, k) => this.#example(side, z, k)));
    }
    part("mark-make").disabled = ["positive", "negative"].some((side) => this.#examples[side].length < FEWEST_MARKS);
    this.#draw();
  }

  #example(side, z, k) {
    const button = create("button", { type: "button", className: "dx-neighbour", ariaLabel: this.#text(`unmark_${side}`, { k: k + 1 }) });
    button.title = button.ariaLabel;
    button.append(create("canvas", {}));
    button.addEventListener("click", () => {
      this.#change(this.#without(z));
      this.#page.part("marks-undo").focus(); // the picture is gone
    });
    return button;
  }

  async #draw() {
    const { part, engine, view } = this.#page;
    if (!part("marks").open) return;
    const { positive, negative } = this.#examples;
    const zs = [...positive, ...negative].slice(0, MOST_POINTS).map((z) => decodeZ(z, view.info.z_dim));
    if (!zs.length || zs.includes(null)) return;
    const canvases = part("marks").querySelectorAll("canvas");
    const pictures = await engine.generate(zs).pictures.catch(() => []);
    if (pictures.length === canvases.length) pictures.forEach((picture, k) => paint(canvases[k], picture));
  }

  async #make() {
    const { part, say } = this.#page;
    const name = part("mark-name").value.trim() || this.#text("mark_name_default");
    const direction = await this.#source.fromExamples(name, this.#examples.positive, this.#examples.negative);
    if (direction.d) return this.#made(direction);
    return say(direction.error ?? this.#text("directions_failed"), true);
  }
}
