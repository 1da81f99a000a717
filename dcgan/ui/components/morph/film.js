/* The film: key points, the walk through them by every way that there is, played side by side, measured and saved. */

const FIGURE_4 = { points: 9, frames: 16 }; // Radford et al. 2015, figure 4
const START = { points: 9, frames: 32, fps: 60, loop: true };
const MOST_KEYS = 24;
const REST_MS = 120;
const UNDO_STEPS = 100;

class Film {
  #page;
  #part;
  #text;
  #state = null; // {keys, frames, fps, loop, method}
  #past = [];
  #future = [];
  #chosen = 0;
  #record = null;
  #timer = null;
  #abort = null;

  constructor(page) {
    this.#page = page;
    this.#part = page.part;
    this.#text = page.text;
    const { part, text } = page;
    this.player = new Player([part("canvas-0"), part("canvas-1")], (frame) => this.#onFrame(frame));
    this.row = new KeyRow(part("keys"), text, (k) => this.#choose(k));
    this.norms = new Curves(part("norms"));
    this.changes = new Curves(part("changes"));
    this.#listen();
  }

  /** Show a model's film: what the browser remembers of it, with what was sent from Explore behind it. */
  open(info, remembered, received, figures) {
    this.info = info;
    this.#past = [];
    this.#future = [];
    this.#chosen = 0;
    this.#record = null;
    this.player.pause();
    const mine = remembered?.model === info.name ? remembered.keys : [];
    const kept = mine.map(toPoint).filter((point) => fits(point, info));
    const { frames = START.frames, fps = START.fps, loop = START.loop, method = "slerp" } = remembered ?? {};
    const keys = kept.length ? kept : figures.film ? seedsToPoints(figures.film) : rangeOfSeeds(0, START.points);
    this.#state = { model: info.name, keys: this.#labelled([...keys, ...received]).slice(-MOST_KEYS), frames, fps, loop, method };
    this.#fillLabels();
    this.#apply();
  }

  #listen() {
    const on = (name, event, action) => this.#part(name).addEventListener(event, action);
    on("play", "click", () => this.#togglePlay());
    on("scrub", "input", ({ target }) => this.player.seek(Number(target.value)));
    on("loop", "click", () => this.#change({ loop: !this.#state.loop }));
    on("frames", "change", ({ target }) => this.#change({ frames: Number(target.value) }));
    on("fps", "change", ({ target }) => this.#change({ fps: Number(target.value) }));
    on("method", "change", ({ target }) => this.#change({ method: target.value }));
    on("figure-4", "click", () => this.#setUpFigure4());
    on("add", "click", ({ target }) => this.#openChooser(target));
    on("all-new", "click", () => this.#change({ keys: this.#state.keys.map(({ label }) => this.#fresh(label)) }));
    on("dice", "click", () => this.#replace(this.#fresh(this.#state.keys[this.#chosen].label)));
    on("seed", "change", ({ target }) => this.#typeSeed(target));
    on("label", "change", ({ target }) => this.#replace({ ...this.#state.keys[this.#chosen], label: Number(target.value) }));
    on("earlier", "click", () => this.#move(-1));
    on("later", "click", () => this.#move(1));
    on("remove", "click", () => this.#remove());
    on("copy", "click", () => this.#page.copy(this.#part("command").textContent));
    for (const format of ["mp4", "gif", "png"]) on(format, "click", () => this.#save(format));
  }

  // The points -----------------------------------------------------------------------------------------------------------------------

  /** Take changes as one step that can be undone. */
  #change(changes, chosen = this.#chosen) {
    this.#past = [...this.#past.slice(1 - UNDO_STEPS), this.#state];
    this.#future = [];
    this.#state = { ...this.#state, ...changes };
    this.#chosen = Math.max(0, Math.min(chosen, this.#state.keys.length - 1));
    this.#apply();
  }

  get steps() {
    return { undo: this.#past.length > 0, redo: this.#future.length > 0 };
  }

  undo() {
    this.#go(this.#past, this.#future);
  }

  redo() {
    this.#go(this.#future, this.#past);
  }

  #go(from, to) {
    if (!from.length) return;
    to.push(this.#state);
    this.#state = from.pop();
    this.#chosen = Math.min(this.#chosen, this.#state.keys.length - 1);
    this.#apply();
  }

  /** A seed that nobody chose, with a label. */
  #fresh(label) {
    const seed = crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000;
    return label === undefined ? { seed } : { seed, label };
  }

  #labelled(keys) {
    const kinds = this.info.labels.length;
    return keys.map(({ label, ...point }, k) => (kinds ? { ...point, label: label < kinds ? label : k % kinds } : point));
  }

  #choose(k) {
    this.#chosen = k;
    this.player.pause();
    this.player.seek(k * this.#state.frames);
    this.#showTools();
  }

  #replace(point) {
    this.#change({ keys: this.#state.keys.with(this.#chosen, point) });
  }

  #typeSeed(field) {
    const seed = /^[0-9]{1,16}$/.test(field.value.trim()) ? Number(field.value) : null;
    const good = seed !== null && seed <= Number.MAX_SAFE_INTEGER;
    field.setAttribute("aria-invalid", String(!good));
    this.#page.say(good ? "" : this.#text("bad_seed"), !good);
    if (!good) return;
    const { label } = this.#state.keys[this.#chosen];
    this.#replace(label === undefined ? { seed } : { seed, label });
  }

  #move(step) {
    const to = this.#chosen + step;
    const keys = this.#state.keys.toSpliced(this.#chosen, 1).toSpliced(to, 0, this.#state.keys[this.#chosen]);
    this.#change({ keys }, to);
  }

  #remove() {
    this.#change({ keys: this.#state.keys.toSpliced(this.#chosen, 1) });
    this.row.focus(this.#chosen);
  }

  /** Put a point behind the others. */
  take(point) {
    const { keys } = this.#state;
    if (keys.length >= MOST_KEYS) return this.#page.say(this.#text("enough", { most: MOST_KEYS }), true);
    this.#page.say(this.#text("added", { what: nameOfPoint(point, this.#text) }));
    return this.#change({ keys: this.#labelled([...keys, point]) }, keys.length);
  }

  #openChooser(opener) {
    this.#page.chooser.open(this.info, this.#text("choose_key"), (point) => this.take(point), opener, null);
  }

  #setUpFigure4() {
    const keys = Array.from({ length: FIGURE_4.points }, () => this.#fresh());
    this.#change({ keys: this.#labelled(keys), frames: FIGURE_4.frames, loop: false }, 0);
    this.#page.say(this.#text("figure_4_done"));
  }

  // The film -------------------------------------------------------------------------------------------------------------------------

  #apply() {
    this.#page.keep({ film: this.#state });
    this.player.fps = this.#state.fps;
    this.player.loop = this.#state.loop;
    this.#showTools();
    return this.refresh();
  }

  /** Ask for the film, if it is seen and not there yet. */
  refresh() {
    if (!this.#state || !this.#part("panel-film").checkVisibility()) return undefined;
    const asked = JSON.stringify(this.#asked());
    if (asked === this.#record?.asked) return this.player.seek(this.player.frame);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#make(asked), this.#record ? REST_MS : 0);
    return undefined;
  }

  #asked() {
    const { keys, frames, loop } = this.#state;
    return { keys: wirePoints(keys), frames, loop, labels: this.info.labels.length ? keys.map(({ label }) => label) : null };
  }

  async #make(asked) {
    this.#abort?.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#page.busy(true);
    try {
      const record = await this.#page.api.ask("film", JSON.parse(asked), signal);
      const sheets = await Promise.all(record.paths.map((path) => new PictureSheet(path).ready()));
      if (signal.aborted) return;
      this.#page.recovered();
      this.#show({ ...record, asked }, sheets);
    } catch (error) {
      this.#page.complain(error);
    } finally {
      if (!signal.aborted) this.#page.busy(false);
    }
  }

  #show(record, sheets) {
    this.#record = record;
    this.#part("way-1").hidden = sheets.length < 2;
    this.#part("straight").hidden = sheets.length > 1;
    record.paths.forEach(({ method }, k) => (this.#part(`way-${k}-name`).textContent = this.#text(method)));
    this.player.load(sheets);
    this.row.paint(sheets[0], this.#state.frames);
    this.#showCurves();
    document.dispatchEvent(new CustomEvent("dcgan:film", { detail: { frames: sheets[0].count, ways: sheets.length } }));
  }

  #showCurves() {
    const { paths, shell } = this.#record;
    const { number } = this.#page;
    const shared = { length: this.player.length, keys: this.#state.frames, number: (value) => number(value, 1) };
    const lowest = paths.map(({ method, norms }) => this.#text("lowest_norm", { way: this.#text(method), value: number(Math.min(...norms), 1) }));
    const jumps = paths.map(({ method, changes }) => {
      const times = median(changes) ? Math.max(...changes) / median(changes) : 1;
      return this.#text("largest_jump", { way: this.#text(method), times: number(times, 1) });
    });
    const draw = (chart, kind, facts, band) => {
      this.#part(`${kind}-facts`).textContent = facts.join(" ");
      chart.draw({ ...shared, band, curves: paths.map((path) => ({ method: path.method, values: path[kind] })), say: facts.join(" ") });
    };
    draw(this.norms, "norms", [...lowest, this.#text("shell", { low: number(shell[0], 1), high: number(shell[1], 1) })], shell);
    draw(this.changes, "changes", jumps);
    this.#onFrame(this.player.frame);
  }

  #togglePlay() {
    if (this.player.playing) this.player.pause();
    else this.player.play();
  }

  #onFrame(frame) {
    const { length, playing } = this.player;
    const scrub = this.#part("scrub");
    const fraction = frame / Math.max(1, length - 1);
    if (scrub.max !== String(length - 1)) scrub.max = length - 1;
    scrub.value = frame;
    this.norms.at(fraction);
    this.changes.at(fraction);
    this.#part("frame").textContent = `${frame + 1} / ${length}`;
    const play = this.#part("play");
    if (play.dataset.playing === String(playing) && playing) return; // 60 times a second only what moves
    play.dataset.playing = playing;
    play.textContent = this.#text(playing ? "pause" : "play");
    scrub.setAttribute("aria-valuetext", this.#text("frame_of", { frame: frame + 1, length }));
  }

  async #save(format) {
    const { fps, method } = this.#state;
    const name = `${this.info.name}-walk.${format}`.replaceAll(/[^\w.-]+/g, "-");
    this.#page.busy(true);
    this.#page.say(this.#text("saving", { name }));
    try {
      saveBlob(await this.#page.api.file(format, { ...this.#asked(), fps, method: this.#methodFor(method) }), name);
      this.#page.say(this.#text("saved", { name }));
    } catch (error) {
      this.#page.complain(error);
    } finally {
      this.#page.busy(false);
    }
  }

  #methodFor(method) {
    return this.info.prior === "uniform" ? "lerp" : method;
  }

  // What is seen ---------------------------------------------------------------------------------------------------------------------

  #fillLabels() {
    this.#part("label-box").hidden = !this.info.labels.length;
    this.#part("label").replaceChildren(...this.info.labels.map((name, k) => new Option(name, k)));
  }

  #showTools() {
    const { keys, frames, fps, loop, method } = this.#state;
    const chosen = keys[this.#chosen];
    this.row.show(keys, this.info.labels, this.#chosen);
    this.#part("seed").value = chosen.z === undefined ? chosen.seed : "";
    this.#part("seed").placeholder = chosen.z === undefined ? "" : nameOfPoint(chosen, this.#text);
    if (chosen.label !== undefined) this.#part("label").value = chosen.label;
    this.#part("loop").setAttribute("aria-pressed", String(loop));
    this.#part("frames").value = frames;
    this.#part("fps").value = fps;
    this.#part("method").value = this.#methodFor(method);
    this.#part("method").disabled = this.info.prior === "uniform";
    const disabled = {
      earlier: this.#chosen === 0,
      later: this.#chosen === keys.length - 1,
      remove: keys.length < 2,
      add: keys.length >= MOST_KEYS,
    };
    for (const [name, value] of Object.entries(disabled)) this.#part(name).disabled = value;
    this.#showCommand();
    this.#page.showSteps();
  }

  /** The same film for the command line, as long as it is one of seeds. */
  #showCommand() {
    const { keys, frames, fps, loop, method } = this.#state;
    const sown = keys.every(({ z }) => z === undefined);
    const labels = this.info.labels.length ? [`--label ${keys.map(({ label }) => label).join(",")}`] : [];
    const options = [`--seeds ${keys.map(({ seed }) => seed).join(",")}`, `--frames ${frames}`, `--fps ${fps}`, `--method ${this.#methodFor(method)}`];
    const command = ["python -m dcgan interpolate", this.info.name, ...options, ...labels, ...(loop ? ["--loop"] : []), "--out walk.mp4"];
    this.#part("command").textContent = sown ? command.join(" ") : this.#text("no_command");
    this.#part("copy").hidden = !sown;
  }
}
