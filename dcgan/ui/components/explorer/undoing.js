/* The ways to undo: two buttons and their shortcuts (Ctrl+S keeps a point) for all that happens on the page, and one beside each list for what was done there. */

const OF_LISTS = { "points-undo": ["shelf", "points-import"], "directions-undo": ["directions", "method"], "marks-undo": ["marks", "mark-positive"] };

class Undoing {
  #page;

  /** `keep()` puts the point that is shown on the shelf. */
  constructor(page, keep) {
    this.#page = page;
    const { history, part } = page;
    document.addEventListener("keydown", (event) => this.#onShortcut(event, keep));
    part("undo").addEventListener("click", () => this.undo());
    part("redo").addEventListener("click", () => this.redo());
    for (const [name, [of]] of Object.entries(OF_LISTS)) part(name).addEventListener("click", () => history.undo(of));
  }

  async undo() {
    this.#say(await this.#page.history.undo());
  }

  async redo() {
    this.#say(await this.#page.history.redo());
  }

  /** Offer what there is to undo; a button that goes leaves the focus to a neighbour. */
  draw() {
    const { history, part } = this.#page;
    part("undo").disabled = !history.canUndo;
    part("redo").disabled = !history.canRedo;
    for (const [name, [of, neighbour]] of Object.entries(OF_LISTS)) {
      const gone = !history.has(of);
      if (gone && part(name) === document.activeElement) part(neighbour).focus();
      part(name).hidden = gone;
    }
  }

  #onShortcut(event, keep) {
    const typing = event.target.matches?.("input[type=text], textarea");
    if (typing || !(event.ctrlKey || event.metaKey) || event.altKey || !this.#page.view.info) return;
    const key = event.key.toLowerCase();
    const action = { s: keep, y: () => this.redo(), z: () => (event.shiftKey ? this.redo() : this.undo()) }[key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  /** A view is seen; what else came back may be out of sight. */
  #say(of) {
    const { say, text } = this.#page;
    if (of === "view") say("");
    else if (of) say(text(`undone_${of}`));
  }
}
