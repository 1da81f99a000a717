/* What the discriminator says of pictures: log-odds of being real, from the server, when the view rests. */

class Score {
  #page;
  #output;

  constructor(page) {
    this.#page = page;
    this.#output = page.part("score");
  }

  get active() {
    return this.#page.view.info?.scores ?? false;
  }

  stale() {
    this.#output.classList.add("dx-stale");
  }

  async make(isCurrent) {
    const { view, number, text } = this.#page;
    const [score] = await this.of([view]);
    if (!isCurrent() || score === undefined) return;
    const percent = number(100 / (1 + Math.exp(-score)));
    this.#output.textContent = text("score", { percent, score: number(score, 1) });
    this.#output.classList.remove("dx-stale");
  }

  /** Scores of points {z, label} of the present model, or [] where there is no answer. */
  async of(points) {
    const { base, view } = this.#page;
    const url = new URL(`score?model=${encodeURIComponent(view.info.name)}`, base);
    const body = encodeRequest(1, points.map(({ z }) => z), points.map(({ label }) => label));
    const answer = await fetch(url, { method: "POST", body }).catch(() => null);
    return answer?.ok ? Array.from(new Float32Array(await answer.arrayBuffer())) : [];
  }
}
