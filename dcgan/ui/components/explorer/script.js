/* The explorer: joins view, engine and parts to the page. `element` and `props` come from gr.HTML. */

class Explorer {
  #root;
  #base;
  #text;
  #number;
  #frame = null;

  constructor(root, texts, base) {
    const language = navigator.language.slice(0, 2);
    this.#root = root;
    this.#base = base;
    this.#text = createText(texts, language);
    this.#number = createNumber(language in texts ? language : "en");
    this.status = new Status(this.#part("status"), this.#text);
    this.history = new History((model) => this.#return(model), () => this.undoing?.draw());
    this.view = new View(this.history, () => this.#changed());
    this.engine = new Engine(base, (state, sentence) => this.#onEngine(state, sentence));
    this.stream = new Stream(this.engine, (picture) => this.stage.draw(picture), (sentence) => this.status.say(this.#text.said(sentence), true));
    this.store = new Store(() => this.status.say(this.#text("store_full"), true));
    this.settings = new Settings(this.store);
    fillSentences(root, this.#text);
    root.inert = true; // until there is a model
    this.#build();
    this.#listenToControls();
    this.#listenToPage();
    root.hidden = false;
  }

  /** Read the address and show what it says; what it says wrongly becomes a sentence. */
  async start(defaultModel) {
    const before = unpackOnReturn("explore");
    if (before) history.replaceState(history.state, "", before.address);
    this.models.preferred = defaultModel;
    await this.models.load();
    if (!this.models.list.length) return this.status.say(this.#text("no_models"), true);
    const { info, seed, z, label, complaint } = readAddress(this.models.list, defaultModel);
    this.#display(info, seed, z, label);
    if (before) this.returning.unpack(before);
    if (complaint) this.status.say(this.#text(...complaint), true);
    return undefined;
  }

  // Parts ---------------------------------------------------------------------------------------------------------------------------

  #part(name) {
    return this.#root.querySelector(`[data-dx="${name}"]`);
  }

  /** What the parts of the page know of it. */
  #outline() {
    const { view, engine, store, settings, picture, history } = this;
    return {
      ...{ view, engine, store, settings, picture, history, base: this.#base, text: this.#text, number: this.#number },
      part: (name) => this.#part(name),
      say: (sentence, isError) => this.status.say(sentence, isError),
      openPoint: (point) => this.opening.point(point),
      openTab: (name) => this.tabs.show(name),
      scoresOf: (points) => this.score.of(points),
    };
  }

  #build() {
    const describe = (i, value) => this.#text("bar", { i, value: this.#number(value, 2) });
    this.picture = this.#root.querySelector("[data-dcgan=picture]");
    const page = this.#outline();
    this.models = page.models = new Models(page);
    this.opening = new Opening(page, (...asked) => this.#open(...asked));
    this.card = new Card(page);
    this.deleting = new Deleting(page, (info) => this.#open(info));
    this.renaming = new Renaming(page, (name, info) => {
      this.drop.renamed(name, info.name);
      this.#display(info);
    });
    this.link = new Link(page);
    this.marked = new Marked(page, () => this.sheets.refresh());
    this.stage = new Stage(page, () => this.equaliser.refresh());
    this.sliders = new Sliders(this.#part("sliders"), this.view, this.#text, this.#number, (k, typed) => this.marked.assign(k, typed));
    this.equaliser = new Equaliser(this.#part("equaliser"), this.view, describe);
    this.#buildLaboratory(page);
    const takers = {
      done: (model) => this.#adopted(model),
      noise: (...given) => this.sheets.takeNoise(...given),
      point: (file) => this.opening.png(file),
    };
    this.drop = new DropZone(this.#part("drop"), this.#base, this.#text, takers);
    new Hub(this.#part("hub"), this.#base, this.#text, this.#number, () => this.view.info.name, (model) => this.#adopted(model));
    this.help = new Help(this.#root, "dx");
    this.undoing = new Undoing(page, () => this.shelf.keep());
    this.returning = new Returning(page, this.#root, { history: this.history, walk: this.walk, equaliser: this.equaliser, sheets: this.sheets }, this.drop);
    this.following = new Following(page, this.#root, (info) => this.#grown(info));
  }

  #buildLaboratory(page) {
    const again = () => this.view.info && this.rest.later();
    this.score = new Score(page);
    this.walk = new Walk(page);
    this.radius = new Radius(page);
    this.directions = new Directions(page, () => {
      if (!this.sheets || !this.view.info) return;
      this.sheets.refresh();
      again();
    });
    this.sheets = new SheetsPanel(page, this.directions, again);
    this.neighbours = new Neighbours(page, again);
    this.rest = new Rest(this.stream, [this.neighbours.sheet, this.directions, this.sheets.sheet, this.score]);
    this.shelf = new Shelf(page);
    this.saving = new Saving(page, this.sheets);
    this.tabs = new Tabs(this.#part("laboratory"), (name) => this.#openedTab(name));
    this.tabs.select(this.settings.get("tab")); // the last one opened
  }

  #listenToControls() {
    const { view } = this;
    const on = (name, event, action) => this.#part(name).addEventListener(event, action);
    on("dice", "click", () => view.dice());
    on("reuse", "click", () => view.reuseSeed());
    on("reset", "click", () => view.reset());
    on("seed", "change", (event) => this.#typeSeed(event.target));
    on("model", "change", (event) => this.#open(this.models.named(event.target.value)));
    on("label", "change", (event) => view.choose(Number(event.target.value)));
    this.#root.addEventListener("pointerdown", () => view.hold(true), { capture: true });
  }

  #listenToPage() {
    const wake = () => !document.hidden && this.engine.wake(true);
    const recolour = () => this.equaliser.refresh();
    for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => this.view.hold(false), { capture: true });
    document.addEventListener("visibilitychange", wake);
    window.addEventListener("online", wake);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
    const resized = new ResizeObserver(() => this.view.info && this.stage.resize());
    resized.observe(this.#part("stage"));
    resized.observe(this.#part("equaliser"));
    new MutationObserver(() => this.view.info && recolour()).observe(document.body, { attributeFilter: ["class"] });
  }

  // What happens --------------------------------------------------------------------------------------------------------------------

  /** Show another model, or another point of one, as a step that can be undone. */
  #open(info, seed, z, label) {
    this.view.leave();
    this.#display(info, seed, z, label);
  }

  /** Undo goes back to another model, also to one that is not there any more. */
  async #return(model) {
    const info = this.models.named(model) ?? (await this.deleting.bringBack(model)).info;
    if (info) this.#display(info);
    else this.status.say(this.#text("point_model", { model }), true);
    return Boolean(info);
  }

  #display(info, seed, z, label) {
    this.stream.restart();
    this.engine.use(info.name);
    this.status.say("");
    this.#part("model").value = info.name;
    fillFacts(this.#part("facts"), factsOf(info, this.#text, this.#number));
    this.#part("labels").hidden = !info.labels.length;
    this.#part("label").replaceChildren(...info.titles.map((name, k) => new Option(name, k)));
    this.view.open(info, seed, z, label);
    this.card.model();
    this.deleting.model();
    this.renaming.model();
    this.drop.model(info.name);
    this.marked.model();
    this.#part("score").parentElement.hidden = !info.scores;
    this.#part("score").textContent = "";
    this.#root.inert = false;
    this.directions.model();
    this.shelf.draw();
    this.following.model();
    this.undoing.draw();
  }

  /** The model that is shown has learned: show the same z in what it is now. */
  #grown(info) {
    this.view.info = this.models.replace(info);
    fillFacts(this.#part("facts"), factsOf(info, this.#text, this.#number));
    this.stream.want(this.view.z);
    this.rest.later();
  }

  async #adopted(model) {
    await this.models.load();
    const info = this.models.named(model);
    if (info) this.#open(info);
  }

  #typeSeed(field) {
    const seed = parseSeed(field.value);
    field.setAttribute("aria-invalid", String(seed === null));
    this.status.say(seed === null ? this.#text("bad_seed", { seed: this.view.seed }) : "", seed === null);
    if (seed !== null) this.view.sow(seed);
  }

  #openedTab(name) {
    this.settings.set("tab", name);
    if (!this.view.info) return;
    if (name === "directions") this.directions.opened();
    if (name === "shelf") this.shelf.draw();
    this.rest.later();
    this.#schedule();
  }

  #onEngine(state, sentence) {
    this.status.engine(state, sentence);
    this.stream.resume();
    if (state === "ready") this.rest.later();
  }

  // What is seen --------------------------------------------------------------------------------------------------------------------

  /** Seed, z or label changed: ask for the picture at once, show the rest with the next frame. */
  #changed() {
    this.engine.label = this.view.label;
    this.stream.want(this.view.z);
    this.rest.later();
    this.#schedule();
    this.link.later();
  }

  #schedule() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#render();
    });
  }

  #render() {
    const { seed, edited, z, label, prior } = this.view;
    this.marked.draw();
    this.sliders.draw();
    this.equaliser.draw();
    this.radius.draw();
    this.directions.draw();
    const [length, typical] = [norm(z), typicalNorm(z.length, prior)].map((value) => this.#number(value, 2));
    this.#part("norm").textContent = `‖z‖ ${length} · ${prior === "uniform" ? "√(n/3)" : "√n"} ${typical}`;
    const field = this.#part("seed");
    if (field !== document.activeElement || parseSeed(field.value) !== null) {
      field.value = seed;
      field.setAttribute("aria-invalid", "false");
    }
    this.picture.setAttribute("aria-label", this.#text(edited ? "picture_edited" : "picture", { seed }));
    if (label !== null) this.#part("label").value = label;
    this.#part("reuse").disabled = !edited;
  }
}

new Explorer(element.querySelector("[data-dx=root]"), props.texts, new URL(`${routes}/`, location.href)).start(props.default_model);
