/* The way from z to the large picture: at most three requests in flight, and of the z that wait only the newest is ever sent. */

const IN_FLIGHT = 3; // fills a round trip of 80 ms; more would only add delay

class Stream {
  #engine;
  #draw;
  #fail;
  #newest = null; // wanted, not sent yet
  #inFlight = 0;
  #drawn = 0; // id of the picture that is seen
  #epoch = 0; // grows with each model

  /** `draw(picture)` paints an ImageData, `fail(sentence)` says why there is none. */
  constructor(engine, draw, fail) {
    this.#engine = engine;
    this.#draw = draw;
    this.#fail = fail;
  }

  get busy() {
    return this.#inFlight > 0 || this.#newest !== null;
  }

  /** Show the picture of z as soon as possible, unless another is wanted before. */
  want(z) {
    this.#newest = z.slice();
    this.#engine.wake();
    this.resume();
  }

  /** Send what waits; also called when the engine has found a way again. */
  resume() {
    while (this.#newest && this.#inFlight < IN_FLIGHT && this.#engine.way) {
      const z = this.#newest;
      this.#newest = null;
      this.#send(z);
    }
  }

  /** Another model: forget what is on its way. */
  restart() {
    this.#epoch += 1;
    this.#newest = null;
    this.#inFlight = 0;
  }

  async #send(z) {
    const epoch = this.#epoch;
    const { id, engine, pictures } = this.#engine.generate([z]);
    announce("dcgan:request", { id, engine });
    this.#inFlight += 1;
    const [picture, reason] = await pictures.then(([first]) => [first, null], (error) => [null, error]);
    if (epoch !== this.#epoch) return;
    this.#inFlight -= 1;
    if (picture) this.#show(picture, { id, engine });
    else if (reason instanceof Lost) this.#newest ??= z; // sent again as soon as there is a way
    else this.#fail(reason.message);
    this.resume();
  }

  #show(picture, mark) {
    if (mark.id < this.#drawn) return; // overtaken, as POSTs can be
    this.#drawn = mark.id;
    this.#draw(picture);
    announce("dcgan:picture", mark);
  }
}

/** For whoever measures or tests from outside. */
function announce(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Put an ImageData on a canvas, pixel for pixel; CSS enlarges it. */
function paint(canvas, picture) {
  if (canvas.width !== picture.width || canvas.height !== picture.height) {
    canvas.width = picture.width;
    canvas.height = picture.height;
  }
  canvas.getContext("2d").putImageData(picture, 0, 0);
}
