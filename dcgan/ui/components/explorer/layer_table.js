/* The convolutions of a dropped file as they were read: strides, paddings and output paddings can be said by hand, one by one; what no file
   shows of them, norms of each picture by itself and what pads it, for all. */

const LAYER_LISTS = { stride: "strides", padding: "paddings", output_padding: "output_paddings" };
const GAP = "?"; // left to be found

class LayerTable {
  #root;
  #text;
  #override;
  #settings = {};
  #size;
  #ofAll;

  /** `override(key, value)` reads the file again with a setting, or without it where the value is null. */
  constructor(root, text, override) {
    this.#root = root;
    this.#text = text;
    this.#override = override;
    this.#size = root.querySelector("[name=image_size]");
    this.#size.addEventListener("change", () => this.#size.reportValidity() && override("image_size", this.#size.value || null));
    this.#ofAll = root.querySelectorAll("select");
    for (const select of this.#ofAll) select.addEventListener("change", () => override(select.name, select.value || null));
    this.#size.form.addEventListener("submit", (event) => event.preventDefault());
  }

  show(rows, settings) {
    this.#settings = settings;
    this.#root.hidden = !rows.length;
    if (!rows.length) return;
    for (const select of this.#ofAll) select.value = settings[select.name] ?? "";
    this.#size.value = rows.at(-1).size.join("x");
    const heads = ["kernel", ...Object.keys(LAYER_LISTS), "pixels"].map((name) => create("th", { scope: "col", textContent: this.#text(`report_${name}`) }));
    const head = create("tr", {});
    head.append(...heads);
    const table = create("table", {});
    table.append(head, ...rows.map((row, k) => this.#row(row, k, rows.length)));
    this.#root.querySelector("[data-dx=report-table]").replaceChildren(table);
  }

  #row(row, k, count) {
    const line = create("tr", {});
    const name = `${k + 1}. ${row.kind} ${row.weight.join("x")}`;
    const numbers = Object.entries(LAYER_LISTS).map(([part, key]) => {
      const cell = create("td", {});
      if (row[part] !== null && (part !== "output_padding" || row.kind === "transposed")) cell.append(this.#input(row[part], part, key, k, count));
      return cell;
    });
    line.append(create("th", { scope: "row", textContent: name }), ...numbers, create("td", { textContent: row.size.join("x") }));
    return line;
  }

  #input(value, part, key, k, count) {
    const input = create("input", { type: "number", name: `${key}-${k}`, min: part === "output_padding" ? -999 : 0, max: 16, step: 1, value, ariaLabel: this.#text("report_of_layer", { what: this.#text(`report_${part}`), k: k + 1 }) });
    input.addEventListener("change", () => input.reportValidity() && this.#override(key, this.#list(key, k, count, input.value)));
    return input;
  }

  /** A setting by layer, with one of its places changed; null where nothing of it is said any more. */
  #list(key, k, count, value) {
    const list = this.#settings[key]?.split(",") ?? Array(count).fill(GAP);
    list[k] = value || GAP;
    return list.every((each) => each === GAP) ? null : list.join(",");
  }
}
