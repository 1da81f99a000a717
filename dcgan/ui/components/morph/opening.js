/* A PNG of ours, dropped anywhere or chosen: what it was made of stands on the page again. And points that are dragged. */

const POINT_TYPE = "application/x-dcgan-point";

class Opening {
  #page;
  #show;

  /** `show(info, of)` resolves when the model's panel `of` is on the page, to what it is. */
  constructor(page, show) {
    this.#page = page;
    this.#show = show;
    const field = page.part("file");
    page.part("open").addEventListener("click", () => field.click());
    field.addEventListener("change", () => this.#take(field.files[0]).then(() => (field.value = "")));
    for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => this.#drag(event));
  }

  /** A file may be dropped anywhere: one that is not ours must not replace the page either. */
  #drag(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (event.type === "drop") this.#take(event.dataTransfer.files[0]);
  }

  async #take(file) {
    const { text } = this.#page;
    const say = (sentence, isError = true) => this.#page.say(sentence, isError);
    const { model, sha256, morph, seed, z, label, count = 1 } = file ? await recipeOf(file) : {};
    const point = count === 1 || typeof z !== "string" ? toPoint({ seed, z, label }) : null; // of a sheet of seeds, the first
    if (!morph && !point) return say(text("png_none", { name: file?.name ?? "" }));
    const info = this.#page.modelOf(model);
    if (!info) return say(text("png_model", { model }));
    if (!morph && !fits(point, info)) return say(text("png_none", { name: file.name }));
    const panel = await this.#show(info, morph?.of ?? "film");
    say(text("png_opened", { name: file.name }), false);
    if (morph) panel.take(morph);
    else panel.points.take(point);
    if (sha256 && info.sha256 && sha256 !== info.sha256) say(text("png_other", { model }));
    return undefined;
  }
}

/** Let a button's point be dragged. */
function offerPoint(button, point) {
  button.draggable = true;
  button.addEventListener("dragstart", ({ dataTransfer }) => dataTransfer.setData(POINT_TYPE, JSON.stringify(point)));
}

/** Take points that are dragged onto a place. */
function acceptPoints(place, take) {
  for (const name of ["dragover", "dragleave", "drop"]) {
    place.addEventListener(name, (event) => {
      if (!event.dataTransfer.types.includes(POINT_TYPE)) return;
      event.preventDefault();
      place.classList.toggle("mo-over", name === "dragover");
      const point = name === "drop" ? toPoint(parseJson(event.dataTransfer.getData(POINT_TYPE))) : null;
      if (point) take(point);
    });
  }
}
