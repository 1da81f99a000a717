/* The sheets there are beside the neighbours: seeds, X/Y, labels, typed digits, a notebook's fixed noise. */

const SEEDS = 64;
const SIDE = 7; // of an X/Y sheet
const SHEET_REACH = 0.75; // of the sliders' range: 3 where they reach 4
const MOST_POINTS = 64; // the server's
const LABEL_COLUMNS = 6;

/** The panel of sheets: which one, what of, in which order. */
class SheetsPanel {
  #page;
  #text;
  #directions;
  #changed;
  #noise;
  #isAwaited = false;
  sheet;

  /** `directions` offers axes; `changed()` asks for the sheet to be made again. */
  constructor(page, directions, changed) {
    this.#page = page;
    this.#text = page.text;
    this.#directions = directions;
    this.#changed = changed;
    this.#noise = new Noise(page.text);
    this.sheet = new Sheet(page.part("sheet-pictures"), page, () => this.#plan());
    for (const name of ["kind", "order", "x", "y"]) this.#on(name, "change");
    this.#on("typed", "input");
  }

  /** The model, its directions or its sliders changed: offer what there is. */
  refresh() {
    const { view, settings } = this.#page;
    const { labels, scores } = view.info;
    const digits = labels.length > 0 && labels.every((label) => Array.from(label).length === 1);
    const kinds = ["seeds", "xy", ...(labels.length ? ["labels"] : []), ...(digits ? ["typed"] : [])];
    if (this.#noise.fits(view.info)) kinds.push("noise");
    const { name } = this.#noise;
    this.#offer("kind", kinds.map((kind) => [kind, this.#text(`sheet_${kind}`, { name })]), settings.get("kind"));
    const orders = scores ? ["seed", "real", "fake"] : ["seed"];
    this.#offer("order", orders.map((order) => [order, this.#text(`order_${order}`)]), settings.get("order"));
    const axes = this.#axes();
    this.#offer("x", axes, settings.get("x"));
    this.#offer("y", axes, settings.get("y") ?? axes[1]?.[0]);
    this.#show();
  }

  /** A file held a notebook's z: they are a sheet, shown at once where they fit the model. Returns what to say. */
  takeNoise(name, noise) {
    const { view, settings, openTab } = this.#page;
    const said = this.#noise.take(name, noise, view.info);
    const shown = this.#noise.fits(view.info);
    if (shown) settings.set("kind", "noise");
    this.refresh();
    this.#isAwaited = shown;
    if (shown) openTab("sheets");
    else this.#changed();
    return said;
  }

  /** For the same page after a reload. */
  pack() {
    return this.#noise.pack();
  }

  unpack(noise) {
    this.#noise.unpack(noise);
    this.refresh();
  }

  /** The recipe of what is shown. */
  recipe() {
    const { view } = this.#page;
    const { points, columns } = this.sheet;
    const inOrder = points.every((point, k) => point.seed !== undefined && point.seed === points[0].seed + k);
    const labels = points.map((point) => point.label).filter((label) => label !== null);
    return {
      model: view.info.name,
      sha256: view.info.sha256,
      seed: inOrder ? points[0].seed : null,
      z: inOrder ? null : encodeZ(points.flatMap((point) => Array.from(point.z))),
      count: points.length,
      ...(labels.length ? { labels } : { label: null }),
      layout: { columns, padding: 2, scale: 1 },
    };
  }

  #on(name, event) {
    const control = this.#page.part(name);
    control.addEventListener(event, () => {
      this.#page.settings.set(name, control.value);
      this.#show();
      this.#changed();
    });
  }

  #offer(name, options, wanted) {
    const select = this.#page.part(name);
    const before = wanted ?? select.value;
    select.replaceChildren(...options.map(([value, title]) => new Option(title, value)));
    select.value = options.some(([value]) => value === before) ? before : (options[0]?.[0] ?? "");
  }

  #show() {
    const { part, settings, view } = this.#page;
    const kind = part("kind").value;
    part("order").parentElement.hidden = kind !== "seeds" || !view.info.scores;
    for (const axis of ["x", "y"]) part(axis).parentElement.hidden = kind !== "xy";
    part("typed").parentElement.hidden = kind !== "typed";
    part("noise-why").hidden = kind !== "noise";
    if (part("typed") !== document.activeElement) part("typed").value = settings.get("typed", view.info.labels.slice(0, 4).join(""));
  }

  #axes() {
    const dimensions = this.#page.view.marked.map((i) => [`dimension ${i}`, this.#text("slider", { i })]);
    return [...dimensions, ...this.#directions.shown.map(({ id, name }) => [`direction ${id}`, name])];
  }

  #plan() {
    const kind = this.#page.part("kind").value;
    const plans = { seeds: () => this.#seeds(), xy: () => this.#xy(), labels: () => this.#labels(), typed: () => this.#typed(), noise: () => this.#ofNoise() };
    return plans[kind]?.() ?? null;
  }

  async #seeds() {
    const { view, part } = this.#page;
    const { info, prior, seed: first, label } = view;
    const order = part("order").value;
    const count = Math.min(SEEDS, MAX_SEED - first + 1);
    const points = Array.from({ length: count }, (_, k) => {
      const seed = first + k;
      return { seed, z: sampleZ(seed, info.z_dim, prior), label, name: this.#text("go_seed", { seed }) };
    });
    if (order !== "seed") {
      const scores = await this.#page.scoresOf(points);
      points.forEach((point, k) => (point.score = scores[k] ?? 0));
      points.sort((a, b) => (order === "real" ? b.score - a.score : a.score - b.score));
    }
    return { points, columns: 8, key: `${info.name} ${info.sha256} ${first} ${label} ${order}` };
  }

  #xy() {
    const { view, part } = this.#page;
    const reach = view.range * SHEET_REACH;
    const values = Array.from({ length: SIDE }, (_, k) => reach * ((2 * k) / (SIDE - 1) - 1));
    const points = values.toReversed().flatMap((y) =>
      values.map((x) => {
        const z = this.#moved(this.#moved(view.z, part("x").value, x), part("y").value, y);
        return { z, label: view.label, name: this.#text("go_xy", { x: this.#page.number(x, 1), y: this.#page.number(y, 1) }) };
      }),
    );
    const shown = values.map((value) => this.#page.number(value, 1));
    return { points, columns: SIDE, heads: shown.toReversed(), tops: shown };
  }

  #ofNoise() {
    const { view } = this.#page;
    return this.#noise.fits(view.info) ? { points: this.#noise.points(view.label), columns: 8, made: () => this.#bringIntoView() } : null;
  }

  /** The notebook's pictures are what it was dropped for: they are brought into view once, when they are there. */
  #bringIntoView() {
    if (this.#isAwaited) this.#page.part("laboratory").scrollIntoView({ block: "start" });
    this.#isAwaited = false;
  }

  #moved(z, axis, value) {
    const [kind, ...rest] = axis.split(" ");
    if (kind === "direction") return this.#directions.moved(z, rest.join(" "), value);
    return z.map((each, i) => (i === Number(rest[0]) ? value : each));
  }

  #labels() {
    const { view } = this.#page;
    const { info, prior, seed } = view;
    const names = info.titles.slice(0, MOST_POINTS);
    const columns = Math.max(1, Math.min(LABEL_COLUMNS, Math.floor(MOST_POINTS / names.length)));
    const seeds = Array.from({ length: columns - 1 }, (_, k) => Math.min(MAX_SEED, seed + k + 1));
    const all = [view.z, ...seeds.map((each) => sampleZ(each, info.z_dim, prior))];
    const points = names.flatMap((name, label) => all.map((z, k) => ({ z, label, name: this.#text("go_label", { label: name, k: k + 1 }) })));
    const tops = [this.#text("column_z"), ...seeds.map((each) => this.#text("column_seed", { seed: each }))];
    return { points, columns, heads: names, tops };
  }

  #typed() {
    const { view, part } = this.#page;
    const wanted = Array.from(part("typed").value).map((char) => view.info.labels.indexOf(char));
    part("typed").ariaInvalid = String(wanted.includes(-1));
    const labels = wanted.filter((label) => label >= 0).slice(0, MOST_POINTS);
    if (!labels.length) return null;
    const points = labels.map((label, k) => ({ z: view.z, label, name: this.#text("go_label", { label: view.info.labels[label], k: k + 1 }) }));
    return { points, columns: Math.min(8, labels.length) };
  }
}
