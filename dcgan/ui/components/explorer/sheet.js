/* A sheet of small pictures, each a way to its point. What is on it is a plan:
   {points: [{z, label, name, seed}], columns, heads, tops, key}: `heads` stand before the rows, `tops` above the columns;
   with the same `key` as before nothing is made again; `made` hears that all pictures are there. */

const CHUNK = 8; // pictures of one request: a drag that begins waits for no more than these

class Sheet {
  #list;
  #page;
  #plan;
  #cells = []; // {button, canvas}
  #key = null;
  #layout = null; // of the cells as they lie
  points = [];
  columns = 1;

  /** `plan()` says what is to be shown now, or null for nothing. */
  constructor(list, page, plan) {
    this.#list = list;
    this.#page = page;
    this.#plan = plan;
  }

  get active() {
    return this.#list.checkVisibility();
  }

  stale() {
    this.#list.classList.add("dx-stale");
  }

  async make(isCurrent) {
    const plan = await this.#plan();
    if (!plan || !isCurrent()) return;
    if (plan.key === undefined || plan.key !== this.#key) {
      this.#key = null;
      if (!(await this.#fill(plan, isCurrent))) return;
      this.#key = plan.key;
    }
    this.#list.classList.remove("dx-stale");
    plan.made?.();
  }

  /** The pictures as they lie, at their own size, for a file: 2 black pixels between them. */
  drawTo(canvas, padding) {
    const { width, height } = this.#cells[0].canvas;
    const rows = Math.ceil(this.points.length / this.columns);
    canvas.width = this.columns * (width + padding) + padding;
    canvas.height = rows * (height + padding) + padding;
    const pen = canvas.getContext("2d");
    pen.fillRect(0, 0, canvas.width, canvas.height);
    this.points.forEach((_, k) => {
      const [row, column] = [Math.floor(k / this.columns), k % this.columns];
      pen.drawImage(this.#cells[k].canvas, padding + column * (width + padding), padding + row * (height + padding));
    });
  }

  async #fill(plan, isCurrent) {
    const { engine } = this.#page;
    const { points } = plan;
    this.#arrange(plan);
    for (let first = 0; first < points.length; first += CHUNK) {
      const part = points.slice(first, first + CHUNK);
      const labels = part.map((point) => point.label);
      const pictures = await engine.generate(part.map((point) => point.z), labels).pictures;
      if (!isCurrent()) return false;
      pictures.forEach((picture, k) => paint(this.#cells[first + k].canvas, picture));
    }
    return true;
  }

  #arrange({ points, columns, heads = [], tops = [] }) {
    while (this.#cells.length < points.length) this.#cells.push(this.#newCell(this.#cells.length));
    this.points = points;
    this.columns = columns;
    points.forEach(({ name }, k) => Object.assign(this.#cells[k].button, { title: name, ariaLabel: name }));
    const layout = JSON.stringify([points.length, columns, heads, tops]);
    if (layout === this.#layout) return; // the focus stays
    this.#layout = layout;
    const cells = this.#cells.slice(0, points.length).map(({ button }) => button);
    const rows = heads.flatMap((head, row) => [this.#head("dx-row-head", head), ...cells.slice(row * columns, (row + 1) * columns)]);
    const above = tops.length ? ["", ...tops].map((top) => this.#head("dx-column-head", top)) : [];
    this.#list.replaceChildren(...above, ...(heads.length ? rows : cells));
    this.#list.style.setProperty("--dx-columns", columns);
    this.#list.classList.toggle("dx-headed", heads.length > 0);
  }

  #head(className, textContent) {
    return create("span", { className, textContent });
  }

  #newCell(k) {
    const button = create("button", { type: "button", className: "dx-neighbour" });
    const canvas = create("canvas", {});
    button.append(canvas);
    button.addEventListener("click", () => this.points[k] && this.#page.view.visit(this.points[k]));
    return { button, canvas };
  }
}
