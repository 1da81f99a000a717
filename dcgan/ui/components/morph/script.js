/* The Morph page: a model, and what is made of it. `element` and `props` come from gr.HTML. */

const MODELS_RETRY_MS = 1500;

class Morph {
  #root;
  #models = [];
  #busy = 0;
  #state = recall(STATE, {});

  constructor(root, texts) {
    const language = navigator.language.slice(0, 2);
    this.#root = root;
    this.text = createText(texts, language);
    this.number = createNumber(language in texts ? language : "en");
    this.part = (name) => root.querySelector(`[data-mo="${name}"]`);
    this.api = new Api(routesUrl(), this.text);
    fillSentences(root, this.text);
    this.chooser = new Chooser(this.part, this.api, this.text, (error) => this.complain(error));
    this.language = language in texts ? language : "en";
    this.film = new Film(this);
    this.concepts = { arithmetic: new Arithmetic(this), turn: new Turn(this), plane: new Plane(this) };
    this.tabs = new Tabs(this.part("tabs"), (name) => this.#showTab(name));
    this.part("model").addEventListener("change", ({ target }) => this.#open(this.#modelOf(target.value)));
    this.part("undo").addEventListener("click", () => this.#shown().undo());
    this.part("redo").addEventListener("click", () => this.#shown().redo());
    document.addEventListener("keydown", (event) => this.#onShortcut(event));
    root.inert = true; // until there is a model
    root.hidden = false;
  }

  async start(defaultModel) {
    const named = new URLSearchParams(location.search).get("model");
    await this.#loadModels(named ?? "");
    if (!this.#models.length) return this.say(this.text("no_models"), true);
    const wanted = named ?? modelOfInbox() ?? this.#state.model;
    const info = this.#modelOf(wanted) ?? this.#modelOf(defaultModel) ?? this.#models[0];
    await this.#open(info);
    if (named && info.name !== named) this.say(this.text("unknown_model", { model: named, shown: info.name }), true);
    return undefined;
  }

  /** Remember part of the page's state for the next visit. */
  keep(changes) {
    this.#state = { ...this.#state, ...changes };
    remember(STATE, this.#state);
  }

  say(sentence, isError = false) {
    const status = this.part("status");
    status.textContent = sentence;
    status.classList.toggle("mo-error", isError);
  }

  /** Say what went wrong in a request; what nobody asks for any more is no trouble. */
  complain(error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof Trouble)) throw error;
    this.say(error.message, true);
  }

  /** What was asked for has come after all: an error that is still shown is over. */
  recovered() {
    if (this.part("status").classList.contains("mo-error")) this.say("");
  }

  busy(more) {
    this.#busy = Math.max(0, this.#busy + (more ? 1 : -1));
    this.#root.setAttribute("aria-busy", String(this.#busy > 0));
  }

  async copy(text) {
    const copied = await copyText(text);
    this.say(this.text(copied ? "copied" : "copy_failed"), !copied);
  }

  async #open(info) {
    this.say("");
    this.chooser.close();
    this.api.model = info.name;
    this.part("model").value = info.name;
    this.keep({ model: info.name });
    const figures = await this.#figures();
    if (this.api.model !== info.name) return; // another was chosen meanwhile
    const received = takeInbox(info);
    this.tabs.show(received.length ? "film" : this.#state.tab); // first, because only what is seen asks for pictures
    this.chooser.ask(figures.attributes ?? []);
    this.film.open(info, this.#state.film, received, figures);
    for (const [name, concept] of Object.entries(this.concepts)) concept.open(this.#state[name], figures);
    this.#root.inert = false;
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
    this.keep({ tab: name });
    this.chooser.close();
    if (name === "film") this.film.refresh();
    else this.film.player.pause();
    this.concepts[name]?.panel.refresh();
    this.showSteps();
  }

  showSteps() {
    const { undo, redo } = this.#shown().steps;
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

  #modelOf(name) {
    return this.#models.find((model) => model.name === name);
  }

  async #loadModels(also) {
    try {
      this.#models = await this.api.models(also);
    } catch (error) {
      this.complain(error);
      await new Promise((resolve) => setTimeout(resolve, MODELS_RETRY_MS));
      return this.#loadModels(also);
    }
    return fillPicker(this.part("model"), this.#models, this.text);
  }
}

new Morph(element.querySelector("[data-mo=root]"), props.texts).start(props.default_model);
