/* Many pictures in one image, as dcgan/web/sheets.py sends them. */

class PictureSheet {
  #image = new Image();

  constructor(record) {
    Object.assign(this, { count: record.count, width: record.width, height: record.height, columns: record.columns, cell: record.cell });
    this.#image.src = `data:image/jpeg;base64,${record.sheet}`;
  }

  /** Resolves when all of it can be drawn. */
  async ready() {
    await this.#image.decode();
    return this;
  }

  /** Draw picture k so that it fills the canvas, which takes its size. */
  draw(k, canvas) {
    if (canvas.width !== this.width || canvas.height !== this.height) Object.assign(canvas, { width: this.width, height: this.height });
    const [left, top] = [(k % this.columns) * this.cell[0], Math.floor(k / this.columns) * this.cell[1]];
    canvas.getContext("2d").drawImage(this.#image, left, top, this.width, this.height, 0, 0, this.width, this.height);
  }
}
