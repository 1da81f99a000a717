/* Which dimensions are on the large sliders: as typed, or the strongest; on the next visit too. */

class Marked {
  #page;
  #changed;
  #kept = null; // what is on the sliders, as it was kept

  /** `changed()` is called when the sliders hold other dimensions. */
  constructor(page, changed) {
    this.#page = page;
    this.#changed = changed;
    page.part("strongest").addEventListener("click", () => this.#takeStrongest());
  }

  /** Another model: what it had on its sliders before. */
  model() {
    const { settings, view } = this.#page;
    const kept = settings.get("marked", {})[view.info.name];
    if (kept) view.marked = kept.filter((i) => i < view.info.z_dim);
    this.#kept = view.marked;
  }

  /** Keep what is on the sliders now, where Undo, or a hand, put other dimensions there. */
  draw() {
    const { settings, view } = this.#page;
    if (view.marked === this.#kept) return;
    this.#kept = view.marked;
    settings.set("marked", { ...settings.get("marked", {}), [view.info.name]: view.marked });
    this.#changed();
  }

  /** Put the dimension that was typed on slider k; tell whether there is such a dimension. */
  assign(k, typed) {
    const { say, text, view } = this.#page;
    const i = parseSeed(typed);
    const last = view.z.length - 1;
    const fits = i !== null && i <= last;
    say(fits ? "" : text("bad_dimension", { last }), !fits);
    if (fits) view.mark(view.marked.with(k, i));
    return fits;
  }

  async #takeStrongest() {
    const { engine, say, text, view } = this.#page;
    const strongest = await strongestDimensions(engine, view.z, SLIDERS).catch(() => null);
    if (!strongest) return; // the status line says why there are no pictures
    view.mark(strongest);
    say(text("strongest_done", { dims: strongest.join(", ") }));
  }
}
