/* The page's address as the link to what is shown: written a moment after a change, copied on demand. */

const ADDRESS_MS = 500;

class Link {
  #page;
  #timer = null;

  constructor(page) {
    this.#page = page;
    page.part("copy").addEventListener("click", () => this.#copy());
  }

  /** The view changed. */
  later() {
    this.#timer ??= setTimeout(() => this.#write(), ADDRESS_MS);
  }

  #write() {
    clearTimeout(this.#timer);
    this.#timer = null;
    history.replaceState(history.state, "", this.#page.view.address);
  }

  async #copy() {
    const { say, text, view } = this.#page;
    this.#write();
    const copied = await copyText(view.address);
    say(text(copied ? "copied" : "copy_failed"), !copied);
  }
}
