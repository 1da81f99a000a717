/* The z of a notebook's fixed noise, from a file: a sheet of the pictures that the notebook drew again after every epoch. */

class Noise {
  #text;
  #kept = null; // {name, z, z_dim, shown}

  constructor(text) {
    this.#text = text;
  }

  get name() {
    return this.#kept?.name;
  }

  /** Take the z of the file `name`, as the server answers them; returns what to say of them where `model` is shown. */
  take(name, { z, z_dim, shown, count }, model) {
    this.#kept = { name, z, z_dim, shown };
    if (!this.fits(model)) return this.#text("noise_misfit", { name, z_dim, model: model.name, wanted: model.z_dim });
    return this.#text(shown < count ? "noise_first" : "noise_taken", { name, shown, count });
  }

  fits({ z_dim }) {
    return this.#kept?.z_dim === z_dim;
  }

  /** The points of the sheet, each with `label`. */
  points(label) {
    const { name, z, z_dim, shown } = this.#kept;
    const all = decodeZ(z, z_dim * shown);
    const at = (k) => ({ z: all.slice(k * z_dim, (k + 1) * z_dim), label, name: this.#text("go_noise", { k: k + 1, name }) });
    return Array.from({ length: shown }, (_, k) => at(k));
  }

  /** For the same page after a reload. */
  pack() {
    return this.#kept;
  }

  unpack(kept) {
    this.#kept = kept ?? null;
  }
}
