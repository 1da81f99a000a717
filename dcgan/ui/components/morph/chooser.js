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
  #next = OFFERED; // where "Other pictures" goes on
  #wanted = {}; // attribute -> yes or no
  #turn = 0;

  constructor(part, api, text, complain) {
    this.#part = part;
    this.#api = api;
    this.#text = text;
    const guarded = () => this.#fill().catch(complain);
    part("chooser-more").addEventListener("click", () => {
      this.#first = this.#next;
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

  /** What is offered, and by which button it was opened, for the next visit. */
  pack() {
    const opener = this.#part("chooser").hidden ? -1 : openers().indexOf(this.done);
    return { opener, first: this.#first, wanted: this.#wanted };
  }

  unpack({ opener, first, wanted }) {
    this.#first = first;
    this.#wanted = wanted;
    for (const select of this.#part("chooser-kinds").children) {
      select.value = Array.from(select.options, ({ value }) => value).find((value) => wanted[value.slice(1)] === value.startsWith("+")) ?? "";
    }
    openers()[opener]?.click();
  }

  close() {
    if (this.#part("chooser").hidden) return;
    this.#part("chooser").hidden = true;
    this.#pick = null;
    this.done?.focus();
  }

  /** Offer what can be asked of the model's pictures: `questions`, one name for yes or no, several to choose from. */
  ask(questions) {
    this.#wanted = {};
    this.#first = 0;
    const selects = questions.map((names) => {
      const titles = names.map(this.#text.called);
      const one = names.length === 1;
      const yes = names.map((name, k) => new Option(titles[k], `+${name}`));
      const no = one ? [new Option(this.#text("not_kind", { kind: titles[0] }), `-${names[0]}`)] : [];
      const select = create("select", { ariaLabel: titles.join(", ") });
      select.append(new Option(this.#text("any_kind", { kind: one ? titles[0] : this.#text("kind") }), ""), ...yes, ...no);
      select.addEventListener("change", () => this.#want(names, select.value));
      return select;
    });
    this.#part("chooser-kinds").replaceChildren(...selects);
  }

  #want(names, choice) {
    for (const name of names) delete this.#wanted[name];
    if (choice) this.#wanted[choice.slice(1)] = choice.startsWith("+");
    this.#first = 0;
    this.fill();
  }

  /** The seeds to offer: the next ones, or the next of the wanted kind. */
  async #seeds() {
    if (!Object.keys(this.#wanted).length) {
      this.#next = this.#first + OFFERED;
      return rangeOfSeeds(this.#first, OFFERED);
    }
    const { seeds, next } = await this.#api.ask("offers", { first: this.#first, wanted: this.#wanted });
    this.#next = next;
    return seedsToPoints(seeds);
  }

  async #fill() {
    const turn = ++this.#turn;
    const kinds = this.#info.labels.length;
    const seeds = (await this.#seeds()).slice(0, OFFERED).map((point, k) => (kinds ? { ...point, label: k % kinds } : point));
    if (turn !== this.#turn) return;
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
      const kind = this.#info.titles[point.label];
      const title = kind === undefined ? what : `${what} · ${kind}`;
      const button = create("button", { type: "button", className: "mo-offer", title, ariaLabel: this.#text("take", { what: title }) });
      const canvas = create("canvas", {});
      sheet.draw(first + k, canvas);
      button.append(canvas);
      button.addEventListener("click", () => this.#pick?.(toPoint(point)));
      offerPoint(button, toPoint(point));
      return button;
    });
    this.#part(name).replaceChildren(...buttons);
  }
}

/** All buttons that open the chooser. */
function openers() {
  return Array.from(document.querySelectorAll("[data-mo=add], [data-add]"));
}
