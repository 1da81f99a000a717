/* The large picture: drawn pixel for pixel, enlarged by a whole number of screen pixels. */

class Stage {
  #stage;
  #canvases; // the picture, and the map that may lie over it
  #resized;

  /** `resized()` is called when the picture takes another size on the screen. */
  constructor(page, resized) {
    this.#stage = page.part("stage");
    this.#canvases = [page.picture, page.part("heat")];
    this.#resized = resized;
  }

  draw(picture) {
    const [canvas] = this.#canvases;
    const isNew = canvas.width !== picture.width || canvas.height !== picture.height;
    paint(canvas, picture);
    if (isNew) this.resize();
  }

  /** Enlarge the picture as far as the stage has room. */
  resize() {
    const ratio = window.devicePixelRatio || 1;
    const [{ width, height }] = this.#canvases;
    const room = Math.min((this.#stage.clientWidth * ratio) / width, (this.#stage.clientHeight * ratio) / height);
    const factor = (room >= 1 ? Math.floor(room) : room) / ratio;
    for (const canvas of this.#canvases) Object.assign(canvas.style, { width: `${width * factor}px`, height: `${height * factor}px` });
    this.#resized();
  }
}
