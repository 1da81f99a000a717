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
