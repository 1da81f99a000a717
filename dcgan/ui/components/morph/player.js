/* Plays one or two sheets of frames at a fixed number of frames a second, whatever the screen's own rate. */

class Player {
  #canvases;
  #show;
  #sheets = [];
  #began = 0; // when frame 0 would have been shown
  #request = null;
  #frame = 0;
  #awaited = false; // Play was pressed before there was a film
  fps = 60;
  loop = false;

  /** `show(frame)` hears of each frame that is drawn, and of a stop. */
  constructor(canvases, show) {
    this.#canvases = canvases;
    this.#show = show;
  }

  get playing() {
    return this.#request !== null;
  }

  get length() {
    return this.#sheets[0]?.count ?? 0;
  }

  get frame() {
    return this.#frame;
  }

  load(sheets) {
    this.#sheets = sheets;
    this.seek(Math.min(this.#frame, this.length - 1));
    if (this.#awaited) this.play();
  }

  /** Show a frame; a film that plays goes on from there. */
  seek(frame) {
    this.#frame = Math.max(0, Math.min(frame, this.length - 1));
    this.#began = performance.now() - (this.#frame * 1000) / this.fps;
    this.#draw();
  }

  play() {
    this.#awaited = !this.length;
    if (this.#awaited || this.playing) return;
    if (this.#frame >= this.length - 1) this.#frame = 0;
    this.#request = requestAnimationFrame(() => this.#step());
    this.seek(this.#frame);
  }

  /** Stop, at a frame of the film that is loaded next. */
  halt(frame) {
    this.#sheets = [];
    this.#frame = frame;
    this.pause();
  }

  pause() {
    this.#awaited = false;
    cancelAnimationFrame(this.#request);
    this.#request = null;
    this.#show(this.#frame);
  }

  #step() {
    const due = Math.max(0, Math.round(((performance.now() - this.#began) * this.fps) / 1000));
    const last = this.length - 1;
    const next = this.loop ? due % this.length : Math.min(due, last);
    if (next !== this.#frame) {
      this.#frame = next;
      this.#draw();
    }
    if (next === last && !this.loop) this.pause();
    else this.#request = requestAnimationFrame(() => this.#step());
  }

  #draw() {
    this.#sheets.forEach((sheet, k) => sheet.draw(this.#frame, this.#canvases[k]));
    if (this.length) this.#show(this.#frame);
  }
}
