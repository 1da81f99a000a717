/* A sheet of random pictures, and the shelf, to pick points from. */

const OFFERED = 24;

class Chooser {
  #part;
  #api;
  #text;
  #info = null;
  #label = null; // of all that is offered, or null for all labels in turn
  #pick = null;
  #first = 0;
  #turn = 0;

  constructor(part, api, text, complain) {
    this.#part = part;
    this.#api = api;
    this.#text = text;
    const guarded = () => this.#fill().catch(complain);
    part("chooser-more").addEventListener("click", () => {
      this.#first += OFFERED;
      guarded();
    });
    part("chooser-close").addEventListener("click", () => this.close());
    part("chooser").addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    this.fill = guarded;
  }

  /** Open below `title`; `pick(point)` hears each choice, and `done` gets the focus back. `label`: of all that is offered. */
  open(info, title, pick, done, label) {
    Object.assign(this, { done });
    this.#label = label;
    this.#info = info;
    this.#pick = pick;
    this.#part("chooser-title").textContent = title;
    this.#part("chooser").hidden = false;
    this.#part("chooser").scrollIntoView({ block: "nearest" });
    this.#part("chooser-close").focus({ preventScroll: true });
    return this.fill();
  }

  close() {
    if (this.#part("chooser").hidden) return;
    this.#part("chooser").hidden = true;
    this.#pick = null;
    this.done?.focus();
  }

  async #fill() {
    const turn = ++this.#turn;
    const kinds = this.#info.labels.length;
    const seeds = Array.from({ length: OFFERED }, (_, k) => ({ seed: this.#first + k, ...(kinds ? { label: k % kinds } : {}) }));
    if (this.#label !== null) for (const seed of seeds) seed.label = this.#label;
    const kept = shelfOf(this.#info).slice(-OFFERED);
    const all = [...seeds, ...kept];
    const labels = kinds ? all.map(({ label }) => Math.min(label ?? 0, kinds - 1)) : null;
    const sheet = await new PictureSheet(await this.#api.ask("pictures", { points: wirePoints(all), labels })).ready();
    if (turn !== this.#turn) return;
    this.#show("chooser-sheet", seeds, sheet, 0);
    this.#show("chooser-shelf", kept, sheet, seeds.length);
    this.#part("chooser-empty").hidden = kept.length > 0;
  }

  #show(name, points, sheet, first) {
    const buttons = points.map((point, k) => {
      const what = point.name ?? nameOfPoint(point, this.#text);
      const kind = this.#info.labels[point.label];
      const title = kind === undefined ? what : `${what} · ${kind}`;
      const button = create("button", { type: "button", className: "mo-offer", title, ariaLabel: this.#text("take", { what: title }) });
      const canvas = create("canvas", {});
      sheet.draw(first + k, canvas);
      button.append(canvas);
      button.addEventListener("click", () => this.#pick?.(toPoint(point)));
      return button;
    });
    this.#part(name).replaceChildren(...buttons);
  }
}
