/* What the browser keeps for the next visit, as JSON in localStorage; where that is full or forbidden, one sentence says so. */

class Store {
  #complain;

  constructor(complain) {
    this.#complain = complain;
  }

  read(key, otherwise) {
    try {
      return JSON.parse(localStorage.getItem(`dcgan.${key}`)) ?? otherwise;
    } catch {
      return otherwise; // forbidden, or not ours
    }
  }

  /** Keep a value; tell whether that was possible. */
  write(key, value) {
    try {
      localStorage.setItem(`dcgan.${key}`, JSON.stringify(value));
      return true;
    } catch {
      this.#complain();
      return false;
    }
  }
}

/** Settings of the page: one record, read once, written at each change. */
class Settings {
  #store;
  #values;

  constructor(store) {
    this.#store = store;
    this.#values = store.read("explore", {});
  }

  get(name, otherwise) {
    return this.#values[name] ?? otherwise;
  }

  set(name, value) {
    this.#values[name] = value;
    this.#store.write("explore", this.#values);
  }
}

/** Hand something to the page that a reload makes of this one; a session that keeps nothing loses no more than its undo. */
function packForReload(value) {
  try {
    sessionStorage.setItem("dcgan.reload", JSON.stringify(value));
  } catch {
    // full or forbidden
  }
}

/** What the page before a reload handed over, else null. */
function unpackAfterReload() {
  try {
    const packed = JSON.parse(sessionStorage.getItem("dcgan.reload"));
    sessionStorage.removeItem("dcgan.reload");
    return performance.getEntriesByType("navigation")[0]?.type === "reload" ? packed : null;
  } catch {
    return null;
  }
}
