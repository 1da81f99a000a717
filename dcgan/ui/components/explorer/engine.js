/* Where pictures come from. generate(z[]) -> RGBA is all that the rest of the page knows; behind it stands a WebSocket, which is opened
   again whenever it is lost, and a POST in its place where sockets do not come through. */

const CLOSE_IDLE = 4000;
const FAILURES_BEFORE_POST = 2;
const SILENCE_MS = 20000; // a first load of a large model may take seconds; a dead network says nothing at all

/** No answer now; the same request may succeed once the engine is ready again. */
class Lost extends Error {}

/** No answer ever; the message is a sentence for the user. */
class Refused extends Error {}

class Engine {
  #base;
  #onState;
  #model = null;
  #socket = null;
  #waiting = new Map(); // id -> {resolve, reject, timer}
  #failures = 0; // of the socket, in a row
  #post = "untried"; // "works", "down"
  #retry = null;
  #lastId = 0;
  label = null; // the class of all pictures from now on, null where the model has none

  /** `base`: URL of our routes, with its slash. `onState(state, sentence)` hears "connecting", "ready", "post", "lost", "refused". */
  constructor(base, onState) {
    this.#base = base;
    this.#onState = onState;
  }

  /** The way that a request would take now: "websocket", "post", or null for none. */
  get way() {
    if (this.#socket?.readyState === 1) return "websocket";
    return this.#failures >= FAILURES_BEFORE_POST && this.#post !== "down" ? "post" : null;
  }

  /** Make pictures of another model from now on; whatever is under way is Lost. */
  use(model) {
    this.#hangUp(new Lost());
    this.#model = model;
    this.#failures = 0;
    this.#onState("connecting");
    this.#open();
  }

  /** Open a socket that was closed as idle; `now` also one whose next try is due only later. */
  wake(now = false) {
    if (this.#model !== null && !this.#socket && (now || !this.#failures)) this.#open();
  }

  /** Send zs (Float32Array each) with their labels; `pictures` resolves to an ImageData for each, or rejects with Lost or Refused. */
  generate(zs, labels = this.label) {
    const engine = this.way;
    if (!engine) return { id: 0, engine, pictures: Promise.reject(new Lost()) };
    const id = ++this.#lastId;
    const frame = encodeRequest(id, zs, labels);
    return { id, engine, pictures: engine === "websocket" ? this.#bySocket(id, frame) : this.#byPost(frame) };
  }

  #bySocket(id, frame) {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => socket.close(), SILENCE_MS);
      this.#waiting.set(id, { resolve, reject, timer });
      socket.send(frame);
    });
  }

  async #byPost(frame) {
    const response = await fetch(this.#url("sample"), { method: "POST", body: frame }).catch(() => null);
    if (!response || response.status >= 500) {
      this.#post = "down";
      throw new Lost();
    }
    if (!response.ok) throw new Refused((await response.json().catch(() => ({}))).error ?? String(response.status));
    if (this.#post !== "works") this.#onState("post");
    this.#post = "works";
    return decodeAnswer(await response.arrayBuffer()).pictures;
  }

  #url(route) {
    return new URL(`${route}?model=${encodeURIComponent(this.#model)}`, this.#base);
  }

  #open() {
    clearTimeout(this.#retry);
    if (!("WebSocket" in window)) {
      this.#failures = FAILURES_BEFORE_POST;
      return this.#onState("post");
    }
    const url = this.#url("ws");
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    const current = () => socket === this.#socket; // a socket that was hung up may still speak
    socket.onopen = () => current() && this.#onState("ready");
    socket.onmessage = (event) => current() && this.#receive(decodeAnswer(event.data));
    socket.onclose = (event) => current() && this.#closed(event.code);
    return undefined;
  }

  #closed(code) {
    this.#socket = null;
    this.#abandon(new Lost());
    if (code === CLOSE_IDLE) return; // the next request opens it again
    this.#failures += 1;
    if (this.#post === "down") this.#post = "untried"; // one more for each try of the socket
    const longest = this.#post === "works" ? 30000 : 4000;
    const delay = Math.min(longest, 200 * 2 ** this.#failures) * (0.75 + Math.random() / 2);
    this.#retry = setTimeout(() => this.#open(), delay);
    this.#onState(this.#post === "works" ? "post" : "lost");
  }

  #receive({ id, pictures, refusal }) {
    this.#failures = 0; // only now: some proxies let a socket open and then drop it
    if (id === 0) {
      this.#hangUp(new Refused(refusal));
      this.#onState("refused", refusal);
      return;
    }
    const request = this.#waiting.get(id);
    this.#waiting.delete(id);
    clearTimeout(request?.timer);
    if (pictures) request?.resolve(pictures);
    else request?.reject(new Refused(refusal));
  }

  #hangUp(reason) {
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#abandon(reason);
  }

  #abandon(reason) {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(reason);
    }
    this.#waiting.clear();
  }
}
