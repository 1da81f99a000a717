/* What the browser keeps for the next visit, as JSON in localStorage; where that is full or forbidden, one sentence says so.
   And what a page hands to its own next visit in the same tab, in sessionStorage. */

const MOST_STEPS = 256;

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

  /** What is kept by a model's name is kept by its new one. */
  renamed(name, to) {
    for (const each of ["groups", "heat", "marked"]) {
      const { [name]: own, ...others } = this.get(each, {});
      if (own !== undefined) this.set(each, { ...others, [to]: own });
    }
  }
}

/** Hand to the same page's next visit in this tab what `pack(most)` says, with at most that many steps to undo: all, or as many as find room. */
function packForReturn(page, pack) {
  for (let most = MOST_STEPS; most; most = Math.floor(most / 4)) {
    try {
      sessionStorage.setItem(`dcgan.return.${page}`, JSON.stringify(pack(most)));
      return;
    } catch {
      // full, or forbidden: then a return finds what the address and localStorage say
    }
  }
}

/** What the page handed over when it was left, where this is a reload, or a return to a page that nothing else is asked of; else null. */
function unpackOnReturn(page) {
  try {
    const packed = JSON.parse(sessionStorage.getItem(`dcgan.return.${page}`));
    sessionStorage.removeItem(`dcgan.return.${page}`);
    const isReload = performance.getEntriesByType("navigation")[0]?.type === "reload";
    const isPlain = ![...new URLSearchParams(location.search).keys()].some((name) => ["model", "seed", "z", "label"].includes(name));
    return isReload || isPlain || packed?.address === location.href ? packed : null;
  } catch {
    return null;
  }
}

/** What was typed and not sent yet, and what is unfolded: the fields and details marked data-draft. */
function draftsOf(root) {
  return Array.from(root.querySelectorAll("[data-draft]"), (each) => (each.localName === "details" ? each.open : each.value));
}

function takeDrafts(root, drafts = []) {
  root.querySelectorAll("[data-draft]").forEach((each, k) => {
    if (drafts[k] !== undefined) each[each.localName === "details" ? "open" : "value"] = drafts[k];
  });
}
