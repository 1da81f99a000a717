/* The parts of the panel that only show: models, facts, sliders, the length of z. */

const SLIDERS = 6;
const SLIDER_STEPS = 800;

/** number(value, digits) writes a number as the language does, with a true minus. */
function createNumber(language) {
  const formats = [0, 1, 2].map((digits) => new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  return (value, digits = 0) => formats[digits].format(value).replace("-", "−");
}

function fillSentences(root, text) {
  for (const each of root.querySelectorAll("[data-text]")) each.textContent = text(each.dataset.text);
  for (const each of root.querySelectorAll("[data-title]")) each.title = text(each.dataset.title);
  for (const each of root.querySelectorAll("[data-hint]")) each.placeholder = text(each.dataset.hint);
  for (const each of root.querySelectorAll("[data-label]")) {
    each.title = text(each.dataset.label);
    each.setAttribute("aria-label", each.title);
  }
}

function fillPicker(select, models, text) {
  const groups = ["shipped", "own", "run", "file", "untrained"].map((source) => {
    const group = create("optgroup", { label: text(`source_${source}`) });
    group.append(...models.filter((model) => model.source === source).map(({ name }) => new Option(name, name)));
    return group;
  });
  select.replaceChildren(...groups.filter((group) => group.children.length));
}

function factsOf(info, text, number) {
  const channels = text(info.channels === 1 ? "grey" : "colour");
  return [
    info.data && text("fact_data", { data: info.data }),
    info.source === "untrained" && text("fact_untrained"),
    text("fact_size", { width: info.width, height: info.height, channels }),
    info.is_growing && text("fact_growing"),
    info.steps && text("fact_steps", { steps: number(info.steps) }),
    text("fact_parameters", { parameters: number(info.parameters) }),
    text(`fact_${info.prior}`, { n: number(info.z_dim) }),
  ].filter(Boolean);
}

function fillFacts(list, facts) {
  list.replaceChildren(
    ...facts.map((fact) => create("li", { textContent: fact })),
  );
}

/** A few large sliders; each has a field that says which dimension it moves. */
class Sliders {
  #view;
  #text;
  #number;
  #assign;
  #rows;

  /** `assign(k, typed)` puts a dimension on slider k and tells whether there is such a dimension. */
  constructor(container, view, text, number, assign) {
    this.#view = view;
    this.#text = text;
    this.#number = number;
    this.#assign = assign;
    this.#rows = Array.from({ length: SLIDERS }, (_, k) => this.#addRow(container, k));
  }

  draw() {
    this.#rows.forEach((row, k) => {
      row.line.hidden = k >= this.#view.marked.length;
      if (!row.line.hidden) this.#drawRow(row, this.#view.marked[k]);
    });
  }

  #drawRow(row, i) {
    const { z, range } = this.#view;
    const wanted = `${i} ${z[i]} ${range}`;
    if (row.drawn === wanted) return;
    row.drawn = wanted;
    const { choice, slider, output } = row;
    const shown = this.#number(z[i], 2);
    if (slider.max !== String(range)) Object.assign(slider, { min: -range, max: range, step: (2 * range) / SLIDER_STEPS });
    if (Math.abs(slider.value - z[i]) > slider.step / 2) slider.value = z[i]; // not while it rounds what it is dragged to
    slider.setAttribute("aria-label", this.#text("slider", { i }));
    slider.setAttribute("aria-valuetext", shown);
    output.textContent = shown;
    if (choice !== document.activeElement) choice.value = i;
  }

  #addRow(container, k) {
    const line = create("div", { className: "dx-slider" });
    const title = this.#text("slider_choice", { k: k + 1 });
    const choice = create("input", { type: "text", inputMode: "numeric", autocomplete: "off", maxLength: 4, title, ariaLabel: title });
    const slider = create("input", { type: "range" });
    const output = create("output", {});
    slider.dataset.dcgan = "dimension";
    slider.addEventListener("input", () => this.#view.change([[this.#view.marked[k], Number(slider.value)]]));
    const row = { line, choice, slider, output, drawn: null };
    choice.addEventListener("change", () => {
      row.drawn = null; // what was typed may stay only if there is such a dimension
      choice.ariaInvalid = String(!this.#assign(k, choice.value));
    });
    line.append(choice, slider, output);
    container.append(line);
    return row;
  }
}

/** Show new rows, each with data-id, in the place of others; what had the focus has it again, in the row of the same id. */
function replaceRows(list, rows) {
  const { activeElement } = document;
  const row = list.contains(activeElement) ? activeElement.closest("[data-id]") : null;
  const controls = (of) => Array.from(of.querySelectorAll("button, input"));
  const at = row ? controls(row).indexOf(activeElement) : -1;
  list.replaceChildren(...rows);
  const again = row && rows.find(({ dataset }) => dataset.id === row.dataset.id);
  if (again) controls(again)[at]?.focus();
}

/** Remember what has the focus; the function that is returned gives it back, unless it went elsewhere meanwhile: a button that is disabled loses it. */
function holdFocus() {
  const held = document.activeElement;
  return () => document.activeElement === document.body && held.focus({ preventScroll: true });
}

function create(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}
