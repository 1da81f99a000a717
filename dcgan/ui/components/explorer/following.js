/* A run that trains is a model that grows: ask for its newest stage and show the same z in it. */

const LOOK_MS = 1000; // while it trains
const LOOK_AT_REST_MS = 10000; // a run at rest may be continued

class Following {
  #page;
  #root;
  #onStage;
  #timer = null;

  /** `onStage(info)` takes up another stage of the model that is shown. */
  constructor(page, root, onStage) {
    this.#page = page;
    this.#root = root;
    this.#onStage = onStage;
  }

  /** Another model is shown. */
  model() {
    clearTimeout(this.#timer);
    if (this.#page.view.info.source === "run") this.#look();
  }

  async #look() {
    if (!this.#root.isConnected) return;
    const { base, view } = this.#page;
    const { info } = view;
    const url = new URL(`models/newest?model=${encodeURIComponent(info.name)}`, base);
    const { status, answer: newest } = document.hidden ? {} : await askServer(url);
    if (info.name !== view.info.name) return;
    const isOther = status === 200 && (newest.sha256 !== info.sha256 || newest.is_growing !== Boolean(info.is_growing));
    if (isOther) this.#onStage(newest);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), document.hidden || view.info.is_growing ? LOOK_MS : LOOK_AT_REST_MS);
  }
}
