/* The card of the model that is shown: its data, terms, scores and limits. It is read when it is opened; an address with #card opens it. */

class Card {
  #page;
  #shown = null; // the name of the model whose card stands there

  constructor(page) {
    this.#page = page;
    this.#box.open = location.hash === "#card";
    this.#box.addEventListener("toggle", () => this.#read());
  }

  get #box() {
    return this.#page.part("card");
  }

  /** Another model is shown. */
  model() {
    this.#box.hidden = !this.#page.view.info.has_card;
    this.#read();
  }

  async #read() {
    const { base, part, text, view } = this.#page;
    const { name, has_card } = view.info ?? {};
    if (!has_card || !this.#box.open || name === this.#shown) return;
    this.#shown = name;
    const { html, error } = (await askServer(new URL(`models/card?model=${encodeURIComponent(name)}`, base))).answer;
    if (this.#shown !== name) return; // another one was asked for meanwhile
    if (html === undefined) {
      this.#shown = null;
      part("card-text").textContent = error ? text.said(error) : text("lost");
      return;
    }
    part("card-text").innerHTML = html; // made by the server, which lets no HTML of the card's own through
    for (const link of part("card-text").querySelectorAll("a")) Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
  }
}
