/* Our routes: JSON up; JSON with pictures, or a file, down. */

/** What the server said no to, or that it could not be reached; the message is a sentence for the user. */
class Trouble extends Error {}

class Api {
  #base;
  #text;
  model = null; // whose pictures

  constructor(base, text) {
    this.#base = base;
    this.#text = text;
  }

  async models(also) {
    const answer = await fetch(new URL(`models?also=${encodeURIComponent(also)}`, this.#base)).catch(() => null);
    if (!answer?.ok) throw new Trouble(this.#text("lost"));
    return answer.json();
  }

  /** The JSON that a route answers. */
  async ask(route, asked, signal) {
    return (await this.#post(route, asked, signal)).json();
  }

  /** The file that a route answers; `query` says which one. */
  async file(route, asked, query) {
    return (await this.#post(route, asked, undefined, query)).blob();
  }

  async #post(route, asked, signal, query = {}) {
    const url = new URL(route, this.#base);
    url.search = new URLSearchParams({ model: this.model, ...query });
    const answer = await fetch(url, { method: "POST", body: JSON.stringify(asked), signal }).catch((error) => {
      throw error.name === "AbortError" ? error : new Trouble(this.#text("lost"));
    });
    if (!answer.ok) throw new Trouble(await this.#refusal(answer));
    return answer;
  }

  async #refusal(answer) {
    const { error } = await answer.json().catch(() => ({}));
    return error ? this.#text.said(error) : this.#text("lost");
  }
}

/** What a request carries of points: seeds or z; labels apart. */
function wirePoints(points) {
  return points.map(({ seed, z }) => (z === undefined ? { seed } : { z }));
}
