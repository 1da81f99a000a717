/* The seed walk: dragging on the picture, or its arrow keys, wanders among seeds; z is blended of the four around the place.

   The walk starts from z as it is: that is its corner (0, 0), every other corner (i, j) is a seed of its own. */

const ROW = 100; // seeds from one row of corners to the next
const WALK_STEP = 0.1; // of the way to the next seed; Shift makes it ten

class Walk {
  #canvas;
  #view;
  #on = false;
  #place = [0, 0];
  #start = null; // {z, seed}: what corner (0, 0) is
  #made = null; // the z that the walk made last
  #last = null; // of the pointer

  constructor(page) {
    const { picture: canvas, view } = page;
    this.#canvas = canvas;
    this.#view = view;
    page.part("walk").addEventListener("click", () => this.#press(page));
    this.#switch(page.settings.get("walk", false), page);
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#extend(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (this.#last = null));
    canvas.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Where the walk is, for the same page after a reload. */
  pack() {
    if (!this.#made) return null;
    const { z, seed } = this.#start;
    return { place: this.#place, made: encodeZ(this.#made), z: encodeZ(z), seed };
  }

  unpack(packed) {
    if (!packed) return;
    const { z_dim: zDim } = this.#view.info;
    this.#place = packed.place;
    this.#made = decodeZ(packed.made, zDim);
    this.#start = { z: decodeZ(packed.z, zDim), seed: packed.seed };
  }

  #press(page) {
    const { say, settings, text } = page;
    this.#switch(!this.#on, page);
    settings.set("walk", this.#on);
    say(this.#on ? text("walk_on") : "");
    if (this.#on) this.#canvas.focus({ preventScroll: true });
  }

  #switch(on, { part }) {
    this.#on = on;
    part("walk").setAttribute("aria-pressed", String(on));
    this.#canvas.classList.toggle("dx-walking", on);
    if (on) this.#canvas.tabIndex = 0;
    else this.#canvas.removeAttribute("tabindex");
  }

  #begin(event) {
    if (!this.#on || event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#last = [event.clientX, event.clientY];
  }

  #extend(event) {
    if (!this.#last) return;
    const { width, height } = this.#canvas.getBoundingClientRect();
    const [x, y] = this.#last;
    this.#last = [event.clientX, event.clientY];
    this.#go((x - event.clientX) / width, (y - event.clientY) / height); // the picture is pulled along, as a map is
  }

  #onKey(event) {
    if (!this.#on || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 1 : WALK_STEP;
    const way = { ArrowRight: [step, 0], ArrowLeft: [-step, 0], ArrowDown: [0, step], ArrowUp: [0, -step] }[event.key];
    if (!way) return;
    event.preventDefault();
    this.#go(...way);
  }

  #go(dx, dy) {
    const { z, seed, prior } = this.#view;
    if (!this.#made || !sameZ(this.#made, z)) {
      this.#start = { z: z.slice(), seed };
      this.#place = [0, 0];
    }
    const [x, y] = (this.#place = [this.#place[0] + dx, this.#place[1] + dy]);
    const [i, j] = [Math.floor(x), Math.floor(y)];
    const corners = [[i, j], [i + 1, j], [i, j + 1], [i + 1, j + 1]].map((corner) => this.#corner(...corner));
    this.#made = blend(corners, x - i, y - j, prior);
    this.#view.move("walk", this.#made.slice());
  }

  #corner(i, j) {
    if (i === 0 && j === 0) return this.#start.z;
    const { info, prior } = this.#view;
    const seed = this.#start.seed + i + j * ROW;
    return sampleZ(seed < 0 ? seed + MAX_SEED : seed > MAX_SEED ? seed - MAX_SEED : seed, info.z_dim, prior);
  }
}
