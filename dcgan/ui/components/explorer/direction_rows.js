/* Directions as rows: a name, a slider, a picture at both ends, and what can be done with it. Sliders are views of z: the value is z·d. */

class DirectionRows {
  #list;
  #page;
  #text;
  #act;
  #rows = []; // {item, slider, output, ends: [canvas, canvas], heat, drawn, pictures}

  /** `act(name, ...)`: "move" (k, value), "end" (k, value), "rename" (k, name), and "lock", "heat", "save", "drop" (k). */
  constructor(list, page, act) {
    this.#list = list;
    this.#page = page;
    this.#text = page.text;
    this.#act = act;
  }

  /** Show `directions`: {id, name, share, note, effect, unit, locked, mine, saved} each; `most` is the largest effect. */
  show(directions, most) {
    this.#rows = directions.map((direction, k) => this.#row(direction, k, most));
    replaceRows(this.#list, this.#rows.map(({ item }) => item));
  }

  /** Put the sliders where z is. */
  draw(values, range) {
    values.forEach((value, k) => {
      const { slider, output, drawn } = this.#rows[k];
      if (value === null || drawn === `${value} ${range}`) return;
      this.#rows[k].drawn = `${value} ${range}`;
      if (slider.max !== String(range)) Object.assign(slider, { min: -range, max: range, step: (2 * range) / SLIDER_STEPS });
      if (Math.abs(slider.value - value) > slider.step / 2) slider.value = value;
      const shown = this.#page.number(value, 2);
      slider.setAttribute("aria-valuetext", shown);
      output.textContent = shown;
    });
  }

  /** The two pictures of row k. */
  paint(k, pictures) {
    this.#rows[k].pictures = pictures;
    pictures.forEach((picture, end) => paint(this.#rows[k].ends[end], picture));
  }

  picturesOf(k) {
    return this.#rows[k]?.pictures ?? null;
  }

  press(k) {
    this.#rows.forEach(({ heat }, other) => heat.setAttribute("aria-pressed", String(other === k)));
  }

  #row({ id, name, share, note, effect, unit, locked, mine, saved }, k, most) {
    const item = create("li", { className: "dx-direction" });
    item.dataset.id = id;
    const slider = create("input", { type: "range", ariaLabel: name, disabled: !unit });
    slider.dataset.dcgan = "direction";
    slider.addEventListener("input", () => this.#act("move", k, Number(slider.value)));
    const output = create("output", {});
    const heat = this.#button("where", "where_of", name, () => this.#act("heat", k));
    const lock = this.#button("lock", "lock_of", name, () => this.#act("lock", k));
    heat.setAttribute("aria-pressed", "false");
    lock.setAttribute("aria-pressed", String(locked));
    const ends = [-1, 1].map((end) => this.#end(k, name, end));
    const head = create("div", { className: "dx-bar" });
    head.append(this.#title(name, k), this.#meter(effect, most), this.#share(share), heat, lock);
    if (!saved) head.append(this.#button("keep_direction", "keep_direction_of", name, () => this.#act("save", k)));
    if (mine || saved) head.append(this.#button("delete", "delete_of", name, () => this.#act("drop", k)));
    const line = create("div", { className: "dx-direction-line" });
    line.append(ends[0].button, slider, ends[1].button, output);
    item.append(head, line, this.#note(unit ? this.#grounds(note) : this.#text("held_by_locks")));
    return { item, slider, output, heat, ends: ends.map(({ canvas }) => canvas), drawn: null, pictures: null };
  }

  #title(name, k) {
    const title = create("input", { type: "text", value: name, maxLength: 60, ariaLabel: this.#text("direction_name", { name }) });
    title.addEventListener("change", () => this.#act("rename", k, title.value.trim() || name));
    return title;
  }

  #meter(effect, most) {
    const meter = create("meter", { max: most || 1, value: effect ?? 0, title: this.#text("effect") });
    meter.ariaLabel = this.#text("effect");
    return meter;
  }

  /** The eigenvalue's part of all, or the variance's. */
  #share(share) {
    const known = share !== null && share !== undefined;
    return create("span", { className: "dx-hint", textContent: known ? `${this.#page.number(100 * share, 1)} %` : "", title: this.#text("share_why") });
  }

  #note(sentence) {
    return create("p", { className: "dx-hint", textContent: sentence, hidden: !sentence });
  }

  /** What the direction stands on, as the server counted it. */
  #grounds(note) {
    const { number } = this.#page;
    if (note?.kind === "answers") return this.#text("note_answers", { percent: number(100 * note.share), pictures: number(note.pictures) });
    if (note?.kind === "marked") return this.#text("note_marked", { positive: number(note.positive), negative: number(note.negative) });
    return "";
  }

  #end(k, name, end) {
    const side = end < 0 ? "low_end" : "high_end";
    const button = create("button", { type: "button", className: "dx-neighbour", ariaLabel: this.#text(side, { name }) });
    const canvas = create("canvas", {});
    button.append(canvas);
    button.addEventListener("click", () => this.#act("end", k, end));
    return { button, canvas };
  }

  #button(word, sentence, name, action) {
    const button = create("button", { type: "button", textContent: this.#text(word), ariaLabel: this.#text(sentence, { name }) });
    button.addEventListener("click", action);
    return button;
  }
}

/** Paint where two pictures differ: from nothing over red to yellow, the largest difference at full strength. */
function paintHeat(canvas, [a, b]) {
  const map = new ImageData(a.width, a.height);
  const change = Float32Array.from({ length: a.width * a.height }, (_, i) =>
    Math.abs(a.data[4 * i] - b.data[4 * i]) + Math.abs(a.data[4 * i + 1] - b.data[4 * i + 1]) + Math.abs(a.data[4 * i + 2] - b.data[4 * i + 2]),
  );
  const most = change.reduce((largest, value) => Math.max(largest, value), 1);
  change.forEach((value, i) => map.data.set([255, Math.round((230 * value) / most), 0, Math.round((215 * value) / most)], 4 * i));
  paint(canvas, map);
}
