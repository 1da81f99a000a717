/* The shelf: points that were kept, in this browser. `dcgan.points` is their list, `dcgan.morph.inbox` what the Morph page takes next. */

const POINT_TYPE = "application/x-dcgan-point";

class Shelf {
  #page;
  #text;
  #list;
  #points;
  #drawn = new Map(); // id -> ImageData

  constructor(page) {
    this.#page = page;
    this.#text = page.text;
    this.#list = page.part("points");
    this.#points = page.store.read("points", []).filter(isPoint);
    const { part } = page;
    part("keep").addEventListener("click", () => this.keep());
    page.history.serve("shelf", { take: () => this.#points, put: (points) => this.#take(points), everywhere: true });
    part("points-export").addEventListener("click", () => this.#export());
    part("points-import").addEventListener("click", () => part("points-file").click());
    part("points-file").addEventListener("change", (event) => this.#import(event.target));
    for (const name of ["dragover", "dragleave", "drop"]) document.addEventListener(name, (event) => this.#drag(event));
    this.#show();
  }

  get active() {
    return this.#list.checkVisibility();
  }

  /** Keep the present point. */
  keep() {
    const { info, seed, edited, z, label } = this.#page.view;
    const name = [info.titles[label], seed, edited ? this.#text("point_edited") : undefined].filter((each) => each !== undefined).join(" ");
    const point = { id: crypto.randomUUID?.() ?? `p${Date.now()}`, name, model: info.name, sha256: info.sha256, seed, z: edited ? encodeZ(z) : null, label };
    if (!this.#change([...this.#points, point])) return;
    this.#page.say(this.#text("kept", { name }));
  }

  /** Make the pictures that are not there yet; pictures of other models come by POST. */
  async draw() {
    if (!this.active) return;
    const missing = this.#points.filter(({ id }) => !this.#drawn.has(id));
    for (const model of new Set(missing.map((point) => point.model))) {
      const points = missing.filter((point) => point.model === model);
      const info = this.#page.models.of(points[0]);
      for (let first = 0; info && first < points.length; first += 16) await this.#drawSome(info, points.slice(first, first + 16));
    }
  }

  async #drawSome(info, points) {
    const fitting = points.filter(({ z }) => z === null || decodeZ(z, info.z_dim));
    if (!fitting.length) return;
    const zs = fitting.map(({ z, seed }) => (z === null ? sampleZ(seed, info.z_dim, info.prior) : decodeZ(z, info.z_dim)));
    const labels = fitting.map(({ label }) => (info.labels.length ? Math.min(label ?? 0, info.labels.length - 1) : null));
    const url = new URL(`sample?model=${encodeURIComponent(info.name)}`, this.#page.base);
    const answer = await fetch(url, { method: "POST", body: encodeRequest(1, zs, labels) }).catch(() => null);
    if (!answer?.ok) return;
    decodeAnswer(await answer.arrayBuffer()).pictures.forEach((picture, k) => this.#drawn.set(fitting[k].id, picture));
    for (const row of this.#list.children) this.#paint(row);
  }

  #paint(row) {
    const picture = this.#drawn.get(row.dataset.id);
    if (picture) paint(row.querySelector("canvas"), picture);
  }

  /** Take a new list, if the browser keeps it; Undo brings back the one before. */
  #change(points) {
    const before = this.#points;
    if (!this.#take(points)) return false;
    this.#page.history.remember("shelf", null, () => before);
    return true;
  }

  #take(points) {
    if (!this.#page.store.write("points", points)) return false;
    this.#points = points;
    this.#show();
    this.draw();
    return true;
  }

  #show() {
    const { part } = this.#page;
    part("points-empty").hidden = this.#points.length > 0;
    part("points-export").disabled = !this.#points.length;
    replaceRows(this.#list, this.#points.map((point) => this.#row(point)));
  }

  #row(point) {
    const { name } = point;
    const row = create("li", { className: "dx-point" });
    row.dataset.id = point.id;
    const open = this.#button("", () => this.#page.openPoint(point), this.#text("point_open", { name }));
    open.className = "dx-neighbour";
    open.append(create("canvas", {}));
    open.draggable = true;
    open.addEventListener("dragstart", ({ dataTransfer }) => dataTransfer.setData(POINT_TYPE, point.id));
    const title = create("input", { type: "text", value: name, maxLength: 80, ariaLabel: this.#text("point_name", { name }) });
    title.addEventListener("change", () => this.#rename(point, title.value.trim() || name));
    const buttons = create("span", { className: "dx-bar" });
    buttons.append(
      this.#button(this.#text("to_morph"), () => this.#toMorph(point), this.#text("to_morph_of", { name })),
      this.#button(this.#text("delete"), () => this.#delete(point), this.#text("delete_of", { name })),
    );
    const body = create("div", { className: "dx-point-body" });
    body.append(title, create("span", { className: "dx-hint", textContent: point.model }), buttons);
    row.append(open, body);
    this.#paint(row);
    return row;
  }

  #button(textContent, action, ariaLabel) {
    const button = create("button", { type: "button", textContent, ariaLabel });
    button.addEventListener("click", action);
    return button;
  }

  /** A point may be dragged onto the large picture, or onto the link to the Morph page. */
  #drag(event) {
    if (!event.dataTransfer?.types.includes(POINT_TYPE)) return;
    const place = event.target.closest?.(`[data-dx="stage"], nav a[href$="morph"]`);
    if (!place) return;
    event.preventDefault();
    place.style.outline = event.type === "dragover" ? "2px dashed var(--color-accent)" : "";
    const point = event.type === "drop" && this.#points.find(({ id }) => id === event.dataTransfer.getData(POINT_TYPE));
    if (!point) return;
    if (place.localName === "a") this.#toMorph(point);
    else this.#page.openPoint(point);
  }

  #rename(point, name) {
    this.#change(this.#points.map((each) => (each.id === point.id ? { ...each, name } : each)));
  }

  #delete(point) {
    if (!this.#change(this.#points.filter(({ id }) => id !== point.id))) return;
    this.#page.say(this.#text("deleted", { name: point.name }));
    this.#page.part("points-undo").focus();
  }

  #toMorph(point) {
    const { store, say } = this.#page;
    const inbox = store.read("morph.inbox", []);
    if (store.write("morph.inbox", [...inbox, point])) say(this.#text("sent_to_morph", { name: point.name }));
  }

  #export() {
    saveFile(new Blob([JSON.stringify(this.#points, null, 1)], { type: "application/json" }), "dcgan-points.json");
    this.#page.say(this.#text("saved", { name: "dcgan-points.json" }));
  }

  async #import(field) {
    const [file] = field.files;
    field.value = "";
    const read = parseJson((await file?.text()) ?? "");
    const points = Array.isArray(read) ? read.filter(isPoint) : [];
    if (!points.length) return this.#page.say(this.#text("import_failed", { name: file?.name ?? "" }), true);
    const known = new Set(this.#points.map(({ id }) => id));
    const added = points.filter(({ id }) => !known.has(id));
    if (!this.#change([...this.#points, ...added])) return undefined;
    return this.#page.say(this.#text("imported", { count: points.length, added: added.length }));
  }
}

function isPoint(point) {
  const { id, name } = point ?? {};
  return [id, name].every((each) => typeof each === "string") && isPlace(point);
}
