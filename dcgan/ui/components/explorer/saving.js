/* What leaves the page as files: the picture, z, a sheet. */

const LARGE_PIXELS = 512; // a side at least, for the large size

class Saving {
  #page;
  #text;
  #sheets;

  constructor(page, sheets) {
    this.#page = page;
    this.#text = page.text;
    this.#sheets = sheets;
    const { part, settings } = page;
    part("size").replaceChildren(...["large", "larger", "own"].map((size) => new Option(this.#text(`size_${size}`), size)));
    part("size").value = settings.get("size", "large");
    part("size").addEventListener("change", (event) => settings.set("size", event.target.value));
    part("save").addEventListener("click", () => this.#picture());
    part("npy").addEventListener("click", () => this.#z());
    part("save-sheet").addEventListener("click", () => this.#sheet());
  }

  #picture() {
    const { view, picture } = this.#page;
    const { info, seed, edited, z, label } = view;
    const recipe = { model: info.name, sha256: info.sha256, seed, z: edited ? encodeZ(z) : null, count: 1, label, layout: { columns: 1, padding: 0 } };
    return this.#save(picture, recipe, this.#name("png"));
  }

  #z() {
    const name = this.#name("npy");
    saveFile(npyOf(this.#page.view.z), name);
    this.#page.say(this.#text("saved", { name }));
  }

  #sheet() {
    const { sheet } = this.#sheets;
    if (!sheet.points.length) return;
    const canvas = create("canvas", {});
    sheet.drawTo(canvas, 2);
    this.#save(canvas, this.#sheets.recipe(), `${this.#page.view.info.name}-sheet.png`, 1);
  }

  async #save(canvas, recipe, name, scale = this.#scale(canvas)) {
    await savePng(canvas, scale, recipe, name);
    this.#page.say(this.#text("saved", { name }));
  }

  #scale(canvas) {
    const side = { own: 0, large: LARGE_PIXELS, larger: 2 * LARGE_PIXELS }[this.#page.part("size").value];
    return Math.max(1, Math.ceil(side / Math.min(canvas.width, canvas.height)));
  }

  #name(ending) {
    const { info, seed, edited, label } = this.#page.view;
    const parts = [info.name, info.labels[label], seed, edited ? "edited" : undefined].filter((each) => each !== undefined);
    return `${parts.join("-")}.${ending}`.replaceAll(/[^\w.-]+/g, "-");
  }
}
