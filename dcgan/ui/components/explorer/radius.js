/* The length of z as a slider: shorter is more ordinary, longer stranger (truncation). */

const LONGEST = 2; // typical lengths

class Radius {
  #page;
  #slider;
  #drawn = null;

  constructor(page) {
    this.#page = page;
    this.#slider = page.part("radius");
    Object.assign(this.#slider, { min: 0.05, max: LONGEST, step: 0.005 });
    this.#slider.addEventListener("input", () => this.#stretch(Number(this.#slider.value)));
  }

  draw() {
    const share = this.#share;
    if (share === this.#drawn) return;
    this.#drawn = share;
    const { number, part, text, view } = this.#page;
    if (Math.abs(this.#slider.value - share) > this.#slider.step / 2) this.#slider.value = share;
    const shown = number(share, 2);
    this.#slider.setAttribute("aria-valuetext", shown);
    part("share").textContent = text(`share_${view.prior}`, { share: shown });
  }

  get #share() {
    const { z, prior } = this.#page.view;
    return norm(z) / typicalNorm(z.length, prior);
  }

  #stretch(share) {
    const { view } = this.#page;
    const z = norm(view.z) > 0 ? view.z : sampleZ(view.seed, view.z.length, view.prior); // 0 has no direction
    view.move("radius", withNorm(z, share * typicalNorm(z.length, view.prior)));
  }
}
