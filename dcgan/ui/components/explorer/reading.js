/* What was read of a dropped file: what it proves, what speaks for the reading, what was assumed, and the other readings that fit. A choice reads the file again. */

class Report {
  #root;
  #text;
  #again;
  #settings = {};
  #shown = null;
  #layers;

  /** `again(settings)` reads the same file with {key: value}, and tells whether it could. */
  constructor(root, text, again) {
    this.#root = root;
    this.#text = text;
    this.#again = again;
    this.#layers = new LayerTable(this.#part("layers"), text, (key, value) => this.#override(key, value));
  }

  #part(name) {
    return this.#root.querySelector(`[data-dx="report-${name}"]`);
  }

  /** Another file: nothing is overridden yet. */
  forget() {
    this.#settings = {};
    this.#root.hidden = true;
  }

  /** Show a report, and with which settings it came. */
  open({ report, settings }) {
    this.#settings = settings;
    this.#show(report);
  }

  #show(report) {
    const { proved, supported = [], assumed, notes, convolutions, readings } = (this.#shown = report);
    const chosen = Number(this.#settings.reading ?? 1);
    for (const [name, lines] of Object.entries({ proved, supported, notes })) {
      this.#part(name).replaceChildren(...lines.map((line) => create("li", { textContent: this.#text.said(line) })));
    }
    this.#part("supported-name").hidden = !supported.length;
    this.#part("assumed").replaceChildren(...assumed.map((item) => this.#assumption(item)), ...this.#overridden());
    this.#part("assumed-name").hidden = !this.#part("assumed").children.length;
    this.#layers.show(convolutions ?? [], this.#settings);
    const ordered = inFirstOrder(readings, chosen);
    const several = ordered.length > 1;
    this.#part("readings").replaceChildren(...(several ? ordered.map((each, k) => this.#reading(each, k + 1, chosen, readings[0])) : []));
    this.#part("readings-name").hidden = !several;
    this.#root.hidden = false;
  }

  #assumption({ key, value, sentence, others }) {
    const item = create("li", {});
    const label = create("label", { textContent: this.#text.said(sentence) });
    const select = create("select", { name: key });
    select.append(new Option(this.#text("report_as_read"), ""), ...others.map((other) => new Option(other, other)));
    select.addEventListener("change", () => select.value && this.#override(key, select.value));
    item.append(label);
    if (others.length && value !== undefined) label.append(select);
    return item;
  }

  /** What was chosen instead of what the file does not say, each with a way back. */
  #overridden() {
    const kept = Object.entries(this.#settings).filter(([key]) => key !== "reading");
    return kept.map(([key, value]) => {
      const what = this.#text(`report_set_${key}`);
      const item = create("li", { textContent: `${what}: ${value} ` });
      const back = create("button", { type: "button", name: key, textContent: this.#text("report_back", { key: what }) });
      back.addEventListener("click", () => this.#override(key, null));
      item.append(back);
      return item;
    });
  }

  #override(key, value) {
    const { reading, [key]: _before, ...rest } = this.#settings; // another assumption ranks the readings anew
    this.#ask(value === null ? rest : { ...rest, [key]: value });
  }

  /** A reading by its pictures, their size, and the layers in which it differs from the one that is shown. */
  #reading({ size, layers, sheet }, number, chosen, shown) {
    const button = create("button", { type: "button", name: `reading-${number}`, ariaPressed: String(number === chosen) });
    const picture = create("img", { src: `data:image/png;base64,${sheet}`, alt: "" });
    const differing = layers.flatMap((layer, k) => (layer === shown.layers[k] ? [] : [this.#text("report_layer", { k: k + 1, layer })]));
    const title = [size, ...differing].join(", ");
    button.append(picture, create("span", { textContent: this.#text("report_reading", { k: number, title }) }));
    button.addEventListener("click", () => number !== chosen && this.#ask({ ...this.#settings, reading: String(number) }));
    const item = create("li", {});
    item.append(button);
    return item;
  }

  async #ask(settings) {
    const before = this.#settings;
    this.#settings = settings;
    const { localName, name } = document.activeElement;
    const taken = await this.#again(settings);
    if (!taken && this.#settings === settings) {
      this.#settings = before;
      this.#show(this.#shown);
    }
    const again = name && (this.#root.querySelector(`${localName}[name="${name}"]`) ?? this.#root.querySelector(`[name="${name}"]`));
    if (again) again.focus({ preventScroll: taken });
  }
}

/** The server puts the chosen reading first; the page keeps each at its place. */
function inFirstOrder(readings, chosen) {
  const [first, ...rest] = readings;
  return [...rest.slice(0, chosen - 1), first, ...rest.slice(chosen - 1)];
}
