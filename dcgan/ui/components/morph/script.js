/* The Morph page: a model, and what is made of it. `element` and `props` come from gr.HTML. */

const MODELS_RETRY_MS = 1500;
const MOST_MODELS = 20; // whose panels are remembered

class Morph {
  #root;
  #models = [];
  #busy = 0;
  #inTrouble = false; // the status line says that a request failed
  #state = recall(STATE, {});

  constructor(root, texts) {
    const language = navigator.language.slice(0, 2);
    this.#root = root;
    this.text = createText(texts, language);
    this.number = createNumber(language in texts ? language : "en");
    this.part = (name) => root.querySelector(`[data-mo="${name}"]`);
    this.api = new Api(new URL(`${routes}/`, location.href), this.text);
    for (const box of root.querySelectorAll(".mo-slot")) fillSlot(box, this.part("slot"));
    fillSentences(root, this.text);
    this.chooser = new Chooser(this.part, this.api, this.text, (error) => this.complain(error));
    this.language = language in texts ? language : "en";
    this.film = new Film(this);
    this.concepts = { arithmetic: new Arithmetic(this), turn: new Turn(this), plane: new Plane(this) };
    this.tabs = new Tabs(this.part("tabs"), (name) => this.#showTab(name));
    this.part("model").addEventListener("change", ({ target }) => this.#open(this.modelOf(target.value)));
    new Opening(this, (info, of) => this.#show(info, of));
    new Help(root, "mo");
    this.part("undo").addEventListener("click", () => this.#shown().undo());
    this.part("redo").addEventListener("click", () => this.#shown().redo());
    document.addEventListener("keydown", (event) => this.#onShortcut(event));
    window.addEventListener("pagehide", () => this.film.info && packForReturn("morph", (most) => this.#pack(most)));
    root.inert = true; // until there is a model
    root.hidden = false;
  }

  async start(defaultModel) {
    const named = new URLSearchParams(location.search).get("model");
    const before = unpackOnReturn("morph");
    await this.#loadModels(named ?? "");
    if (!this.#models.length) return this.say(this.text("no_models"), true);
    const wanted = before?.model ?? named ?? modelOfInbox() ?? this.#state.model;
    const info = this.modelOf(wanted) ?? this.modelOf(defaultModel) ?? this.#models[0];
    await this.#open(info, before?.model === info.name ? before : {});
    if (named && !this.modelOf(named)) this.say(this.text("unknown_model", { model: named, shown: info.name }), true);
    return undefined;
  }

  /** Remember what a panel shows of a model, for the next visit; the models that were seen last, and no more. */
  keep(panel, state) {
    const { [state.model]: before, ...others } = this.#state.models ?? {};
    const models = [...Object.entries(others).slice(1 - MOST_MODELS), [state.model, { ...before, [panel]: state }]];
    this.#remember({ models: Object.fromEntries(models) });
  }

  #remember(changes) {
    this.#state = { ...this.#state, ...changes };
    remember(STATE, this.#state);
  }

  say(sentence, isError = false) {
    const status = this.part("status");
    this.#inTrouble = false;
    status.textContent = sentence;
    status.classList.toggle("mo-error", isError);
  }

  /** Say what went wrong in a request; what nobody asks for any more is no trouble. */
  complain(error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof Trouble)) throw error;
    this.say(error.message, true);
    this.#inTrouble = true;
  }

  /** What was asked for has come after all: trouble that is still shown is over. */
  recovered() {
    if (this.#inTrouble) this.say("");
  }

  busy(more) {
    this.#busy = Math.max(0, this.#busy + (more ? 1 : -1));
    this.#root.setAttribute("aria-busy", String(this.#busy > 0));
  }

  async copy(text) {
    const copied = await copyText(text);
    this.say(this.text(copied ? "copied" : "copy_failed"), !copied);
  }

  /** Make a file and save it. */
  async save(title, make) {
    const name = title.replaceAll(/[^\w.-]+/g, "-");
    this.busy(true);
    this.say(this.text("saving", { name }));
    try {
      saveFile(await make(), name);
      this.say(this.text("saved", { name }));
    } catch (error) {
      this.complain(error);
    } finally {
      this.busy(false);
    }
  }

  /** The box of a slot. */
  slot(name) {
    return this.#root.querySelector(`.mo-slot[data-slot="${name}"]`);
  }

  /** What the next visit in this tab cannot know from what is remembered. */
  #pack(most) {
    const panels = Object.entries(this.concepts).map(([name, { panel }]) => [name, panel.pack(most)]);
    return { model: this.film.info.name, film: this.film.pack(most), chooser: this.chooser.pack(), ...Object.fromEntries(panels) };
  }

  /** Show a panel of a model; resolves to the panel. */
  async #show(info, of) {
    if (info !== this.film.info) await this.#open(info);
    this.tabs.show(of);
    return this.concepts[of]?.panel ?? this.film;
  }

  async #open(info, before = {}) {
    this.say("");
    this.chooser.close();
    this.api.model = info.name;
    this.part("model").value = info.name;
    this.#remember({ model: info.name });
    const figures = await this.#figures();
    if (this.api.model !== info.name) return; // another was chosen meanwhile
    const received = takeInbox(info);
    this.tabs.show(received.length ? "film" : this.#state.tab); // first, because only what is seen asks for pictures
    this.chooser.ask(figures.attributes ?? []);
    const kept = this.#state.models?.[info.name] ?? {};
    this.film.open(info, kept.film, received, figures, before.film);
    for (const [name, concept] of Object.entries(this.concepts)) concept.open(kept[name], figures, before[name]);
    this.#root.inert = false;
    if (before.chooser) this.chooser.unpack(before.chooser);
  }

  /** The seeds that were chosen for the model, if there are any. */
  async #figures() {
    try {
      return await this.api.ask("figures", {});
    } catch (error) {
      this.complain(error);
      return {};
    }
  }

  /** What undo and redo act on. */
  #shown() {
    return this.concepts[this.#state.tab]?.panel ?? this.film;
  }

  #showTab(name) {
    this.#remember({ tab: name });
    this.chooser.close();
    if (name === "film") this.film.refresh();
    else this.film.player.pause();
    this.concepts[name]?.panel.refresh();
    this.showSteps();
  }

  showSteps() {
    const { undo, redo } = this.#shown().steps.can;
    this.part("undo").disabled = !undo;
    this.part("redo").disabled = !redo;
  }

  #onShortcut(event) {
    const typing = event.target.matches?.("input[type=text], textarea");
    if (typing || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) this.#shown().redo();
    else this.#shown().undo();
  }

  modelOf(name) {
    return this.#models.find((model) => model.name === name);
  }

  async #loadModels(also) {
    try {
      this.#models = (await this.api.models(also)).map((info) => titled(info, this.text));
    } catch (error) {
      this.complain(error);
      await new Promise((resolve) => setTimeout(resolve, MODELS_RETRY_MS));
      return this.#loadModels(also);
    }
    return fillPicker(this.part("model"), this.#models, this.text);
  }
}

new Morph(element.querySelector("[data-mo=root]"), props.texts).start(props.default_model);
