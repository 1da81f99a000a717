/* What the page hands to its own next visit in this tab, beyond what address and settings say: steps to undo, where a walk is, what was typed. */

class Returning {
  #page;
  #root;
  #parts;
  #drop;

  /** `parts` are of the model that is shown, `drop` is of any: each has pack(most), whose result unpack() takes. */
  constructor(page, root, parts, drop) {
    this.#page = page;
    this.#root = root;
    this.#parts = Object.entries(parts);
    this.#drop = drop;
    window.addEventListener("pagehide", () => page.view.info && packForReturn("explore", (most) => this.#pack(most)));
  }

  unpack({ model, parts, drop, drafts }) {
    takeDrafts(this.#root, drafts);
    this.#drop.unpack(drop);
    if (model !== this.#page.view.info.name) return;
    for (const [name, part] of this.#parts) part.unpack(parts[name]);
  }

  #pack(most) {
    const { info, address } = this.#page.view;
    const parts = Object.fromEntries(this.#parts.map(([name, part]) => [name, part.pack(most)]));
    return { model: info.name, address, parts, drop: this.#drop.pack(), drafts: draftsOf(this.#root) };
  }
}
