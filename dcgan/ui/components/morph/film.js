/* The film: key points, the walk through them by every way that there is, played side by side, measured and saved. */

const START = { points: 9, frames: 32, fps: 60, loop: true, method: "slerp" };
const MOST_KEYS = 24;
const REST_MS = 120;

class Film {
  #page;
  #part;
  #text;
  #state = null; // {keys, frames, fps, loop, method}
  #chosen = 0;
  #record = null;
  #timer = null;
  #abort = null;
  steps = new Steps();

  constructor(page) {
    this.#page = page;
    this.#part = page.part;
    this.#text = page.text;
    const { part } = page;
    this.player = new Player([part("canvas-0"), part("canvas-1")], (frame) => this.#onFrame(frame));
    this.points = new KeyPoints(this, page);
    this.files = new FilmFiles(this, page);
    this.norms = new Curves(part("norms"));
    this.changes = new Curves(part("changes"));
    this.#listen();
  }

  /** Show a model's film: what the browser remembers of it, with what was sent from Explore behind it; `packed` is the page as it was left. */
  open(info, remembered, received, figures, packed) {
    this.info = info;
    this.steps.open(info.name, packed?.steps);
    this.#chosen = packed?.chosen ?? 0;
    this.#record = null;
    this.player.halt(packed?.frame ?? 0);
    if (packed?.playing) this.player.play();
    const kept = (remembered?.keys ?? []).map(toPoint).filter((point) => fits(point, info));
    const { frames, fps, loop, method } = { ...START, ...(remembered ?? this.#state) };
    const keys = kept.length ? kept : figures.film ? seedsToPoints(figures.film) : rangeOfSeeds(0, START.points);
    this.#state = { model: info.name, keys: this.points.labelled(keys), frames, fps, loop, method };
    this.points.fillLabels();
    if (received.length) this.change({ keys: this.points.labelled([...keys, ...received]).slice(-MOST_KEYS) });
    else this.#go(this.#state);
  }

  #listen() {
    const on = (name, event, action) => this.#part(name).addEventListener(event, action);
    on("play", "click", () => this.#togglePlay());
    on("scrub", "input", ({ target }) => this.player.seek(Number(target.value)));
    on("loop", "click", () => this.change({ loop: !this.#state.loop }));
    on("frames", "change", ({ target }) => this.change({ frames: Number(target.value) }));
    on("fps", "change", ({ target }) => this.change({ fps: Number(target.value) }));
    on("method", "change", ({ target }) => this.change({ method: target.value }));
  }

  /** {model, keys, frames, fps, loop, method} */
  get state() {
    return this.#state;
  }

  /** Which of the key points the tools act on. */
  get chosen() {
    return this.#chosen;
  }

  /** Take changes as one step that can be undone. */
  change(changes, chosen = this.#chosen) {
    this.steps.remember(this.#state);
    this.#chosen = chosen;
    this.#go({ ...this.#state, ...changes });
  }

  undo() {
    this.#go(this.steps.undo(this.#state));
  }

  redo() {
    this.#go(this.steps.redo(this.#state));
  }

  choose(k) {
    this.#chosen = k;
    this.player.pause();
    this.player.seek(k * this.#state.frames);
    this.#showTools();
  }

  /** Take the film that a PNG strip says that it is. */
  take({ keys, labels, loop, ...asked }) {
    const points = (Array.isArray(keys) ? keys : []).map((point, k) => toPoint({ ...point, label: labels?.[k] }));
    const fitting = points.filter((point) => fits(point, this.info)).slice(0, MOST_KEYS);
    if (!fitting.length) return;
    const offered = (name) => Array.from(this.#part(name).options).some(({ value }) => value === String(asked[name]));
    const settings = ["frames", "fps", "method"].filter(offered).map((name) => [name, asked[name]]);
    this.change({ keys: this.points.labelled(fitting), loop: loop === true, ...Object.fromEntries(settings) }, 0);
  }

  /** What only a return to the page has to be told of; the rest is remembered anyway. */
  pack(most) {
    return { steps: this.steps.pack(most), chosen: this.#chosen, frame: this.player.frame, playing: this.player.playing };
  }

  #go(state) {
    this.#state = state;
    this.#chosen = Math.max(0, Math.min(this.#chosen, state.keys.length - 1));
    this.#page.keep("film", this.#state);
    this.player.fps = this.#state.fps;
    this.player.loop = this.#state.loop;
    this.#showTools();
    return this.refresh();
  }

  /** Ask for the film, if it is seen and not there yet. */
  refresh() {
    if (!this.#state || !this.#part("panel-film").checkVisibility()) return undefined;
    const asked = JSON.stringify(this.asked());
    if (asked === this.#record?.asked) return this.player.seek(this.player.frame);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#make(asked), this.#record ? REST_MS : 0);
    return undefined;
  }

  /** What makes this film. */
  asked() {
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
    this.points.row.paint(sheets[0], this.#state.frames);
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
    if (!length) return this.#showPlay(false, "");
    const scrub = this.#part("scrub");
    const fraction = frame / Math.max(1, length - 1);
    if (scrub.max !== String(length - 1)) scrub.max = length - 1;
    scrub.value = frame;
    this.norms.at(fraction);
    this.changes.at(fraction);
    return this.#showPlay(playing, `${frame + 1} / ${length}`, this.#text("frame_of", { frame: frame + 1, length }));
  }

  #showPlay(playing, place, said = place) {
    const play = this.#part("play");
    this.#part("frame").textContent = place;
    if (play.dataset.playing === String(playing) && playing) return; // 60 times a second only what moves
    play.dataset.playing = playing;
    play.textContent = this.#text(playing ? "pause" : "play");
    this.#part("scrub").setAttribute("aria-valuetext", said);
  }

  /** The way that the film is saved by. */
  get method() {
    return this.info.prior === "uniform" ? "lerp" : this.#state.method;
  }

  #showTools() {
    const { frames, fps, loop } = this.#state;
    this.points.show();
    this.#part("loop").setAttribute("aria-pressed", String(loop));
    this.#part("frames").value = frames;
    this.#part("fps").value = fps;
    this.#part("method").value = this.method;
    this.#part("method").disabled = this.info.prior === "uniform";
    this.files.showCommand();
    this.#page.showSteps();
  }
}
