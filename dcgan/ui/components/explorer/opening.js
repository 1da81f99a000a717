/* Open a point of the shelf or of a PNG: {model, sha256, seed, z, label}. What is wrong with it becomes a sentence. */

class Opening {
  #page;
  #open;

  /** `open(info, seed, z, label)` shows a point of another model. */
  constructor(page, open) {
    this.#page = page;
    this.#open = open;
  }

  point({ model, sha256, seed, z, label }) {
    const { models, say, text, view } = this.#page;
    const info = models.of({ model, sha256 });
    if (!info) return say(text("point_model", { model }), true);
    const own = typeof z === "string" ? decodeZ(z, info.z_dim) : null;
    if (typeof z === "string" && !own) return say(text("point_z", { model }), true);
    if (info === view.info) view.visit({ seed, z: own, label });
    else this.#open(info, seed ?? view.seed, own ?? sampleZ(seed, info.z_dim, info.prior), info.labels[label]);
    const other = sha256 && info.sha256 && sha256 !== info.sha256;
    return say(other ? text("point_other", { model }) : "", Boolean(other));
  }

  async png(file) {
    const { say, text } = this.#page;
    const point = await pointOfPng(file);
    if (point) this.point(point);
    else say(text("png_without_point", { name: file.name }), true);
  }
}
