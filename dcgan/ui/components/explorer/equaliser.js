/* All of z as bars: drawn across with mouse or finger, or operated by keys. */

const KEY_STEP = 0.02; // of the range; Shift makes it ten

class Equaliser {
  #canvas;
  #pen;
  #view;
  #describe;
  #selected = 0;
  #lastPoint = null;
  #colours = null;
  #size = null; // in CSS pixels

  /** `describe(i, value)` is what a screen reader says. */
  constructor(canvas, view, describe) {
    this.#canvas = canvas;
    this.#pen = canvas.getContext("2d");
    this.#view = view;
    this.#describe = describe;
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#extend(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (this.#lastPoint = null));
    canvas.addEventListener("keydown", (event) => this.#onKey(event));
    for (const name of ["focus", "blur"]) canvas.addEventListener(name, () => this.draw());
  }

  draw() {
    const { z, range, marked } = this.#view;
    const { width, height } = (this.#size ??= this.#fitToScreen()); // measured once: between writes to the page it costs a layout
    const colours = (this.#colours ??= this.#readColours());
    const column = width / z.length;
    this.#selected = Math.min(this.#selected, z.length - 1);
    this.#pen.clearRect(0, 0, width, height);
    if (document.activeElement === this.#canvas) this.#fill(colours.selected, this.#selected * column, 0, column, height);
    z.forEach((value, i) => {
      const length = (this.#within(value) / range) * (height / 2 - 4);
      const top = height / 2 - Math.max(length, 0);
      this.#fill(marked.includes(i) ? colours.marked : colours.bar, (i + 0.12) * column, top, column * 0.76, Math.abs(length));
    });
    this.#fill(colours.line, 0, height / 2 - 0.5, width, 1);
    this.#announce(z[this.#selected], range);
  }

  /** Which dimension the keys move. */
  pack() {
    return this.#selected;
  }

  unpack(selected) {
    this.#selected = selected;
  }

  /** The theme or the size changed. */
  refresh() {
    this.#colours = null;
    this.#size = null;
    this.draw();
  }

  #fill(colour, x, y, width, height) {
    this.#pen.fillStyle = colour;
    this.#pen.fillRect(x, y, width, height);
  }

  #within(value) {
    return Math.max(-this.#view.range, Math.min(this.#view.range, value));
  }

  /** Give the canvas a pixel for each of the screen's; return its size in CSS pixels. */
  #fitToScreen() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const ratio = window.devicePixelRatio || 1;
    const size = [Math.round(width * ratio), Math.round(height * ratio)];
    [this.#canvas.width, this.#canvas.height] = size;
    this.#pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    return { width, height };
  }

  /** Canvas takes no CSS variables, so the theme's colours are read once. */
  #readColours() {
    const style = getComputedStyle(this.#canvas);
    const colour = (name) => style.getPropertyValue(name).trim();
    return { bar: style.color, marked: colour("--dx-accent"), line: colour("--dx-line"), selected: colour("--dx-line") };
  }

  #announce(value, range) {
    this.#canvas.setAttribute("aria-valuemin", String(-range));
    this.#canvas.setAttribute("aria-valuemax", String(range));
    this.#canvas.setAttribute("aria-valuenow", value.toFixed(2));
    this.#canvas.setAttribute("aria-valuetext", this.#describe(this.#selected, value));
  }

  #begin(event) {
    if (event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#lastPoint = this.#pointOf(event);
    this.#extend(event);
  }

  #extend(event) {
    if (!this.#lastPoint) return;
    const events = event.getCoalescedEvents?.() ?? [];
    const pairs = (events.length ? events : [event]).flatMap((each) => {
      const point = this.#pointOf(each);
      const part = stroke(this.#lastPoint, point);
      this.#lastPoint = point;
      return part;
    });
    this.#selected = this.#lastPoint[0];
    this.#view.change(pairs);
  }

  #pointOf(event) {
    const { z, range } = this.#view;
    const box = this.#canvas.getBoundingClientRect();
    const i = Math.floor(((event.clientX - box.left) / box.width) * z.length);
    const value = (1 - ((event.clientY - box.top) / box.height) * 2) * range;
    return [Math.max(0, Math.min(z.length - 1, i)), this.#within(value)];
  }

  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { z, range } = this.#view;
    const [i, last] = [this.#selected, z.length - 1];
    const step = KEY_STEP * range * (event.shiftKey ? 10 : 1);
    const target = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: last }[event.key];
    const value = { ArrowUp: z[i] + step, ArrowDown: z[i] - step, PageUp: z[i] + range / 4, PageDown: z[i] - range / 4, 0: 0 }[event.key];
    if (target === undefined && value === undefined) return;
    event.preventDefault();
    if (value !== undefined) this.#view.change([[i, this.#within(value)]]);
    else this.#selected = Math.max(0, Math.min(last, target));
    this.draw();
  }
}

/** The columns from one point to the next, so that a quick stroke leaves none out. */
function stroke([from, a], [to, b]) {
  const steps = Math.abs(to - from);
  if (!steps) return [[to, b]];
  return Array.from({ length: steps }, (_, k) => [from + Math.sign(to - from) * (k + 1), a + ((b - a) * (k + 1)) / steps]);
}
