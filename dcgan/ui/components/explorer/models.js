/* The models that the server has, and the menu of them. */

const MODELS_RETRY_MS = 1500;

class Models {
  #page;
  #list = [];
  #renamed = new Map(); // from the name that a model had to the one that it has
  preferred = ""; // the name of the one that is shown where none is asked for

  constructor(page) {
    this.#page = page;
  }

  get list() {
    return this.#list;
  }

  get first() {
    return this.named(this.preferred) ?? this.#list[0];
  }

  named(name) {
    const now = this.#renamed.get(name);
    return this.#list.find((model) => model.name === name) ?? (now && this.named(now));
  }

  /** The model of a point: of that name, else with these weights, whatever it is called by now. */
  of({ model, sha256 }) {
    return this.named(model) ?? this.#list.find((info) => sha256 && info.sha256 === sha256);
  }

  /** A model has another name from now on. */
  renamed(name, to) {
    this.#renamed.delete(to);
    this.#renamed.set(name, to);
  }

  /** Take up what has become of one of them; return it. */
  replace(info) {
    this.#list = this.#list.map((model) => (model.name === info.name ? titled(info, this.#page.text) : model));
    return this.named(info.name);
  }

  /** Ask the server for them, until it answers. */
  async load() {
    const { base, part, say, text } = this.#page;
    const asked = new URLSearchParams(location.search).get("model") ?? "";
    const { answer } = await askServer(new URL(`models?also=${encodeURIComponent(asked)}`, base));
    if (!Array.isArray(answer)) {
      say(text("lost"), true);
      await new Promise((resolve) => setTimeout(resolve, MODELS_RETRY_MS));
      return this.load();
    }
    this.#list = answer.map((info) => titled(info, text));
    return fillPicker(part("model"), this.#list, text);
  }
}
