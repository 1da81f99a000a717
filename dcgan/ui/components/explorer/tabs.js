/* The laboratory's parts: tabs by mouse and arrow keys, the last one opened again on the next visit. */

class Tabs {
  #tabs;
  #settings;
  #opened;

  /** `opened(name)` is called when a part is shown. */
  constructor(root, settings, opened) {
    this.#tabs = Array.from(root.querySelectorAll("[role=tab]"));
    this.#settings = settings;
    this.#opened = opened;
    for (const tab of this.#tabs) {
      tab.addEventListener("click", () => this.open(tab.dataset.tab));
      tab.addEventListener("keydown", (event) => this.#onKey(event, tab));
    }
    const kept = settings.get("tab");
    this.#select(this.#tabs.some((tab) => tab.dataset.tab === kept) ? kept : this.#tabs[0].dataset.tab);
  }

  open(name) {
    this.#settings.set("tab", name);
    this.#select(name);
    this.#opened(name);
  }

  #select(name) {
    for (const tab of this.#tabs) {
      const chosen = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !chosen;
    }
  }

  #onKey(event, tab) {
    const at = this.#tabs.indexOf(tab);
    const last = this.#tabs.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at ? at - 1 : last, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#tabs[to].focus();
    this.#tabs[to].click();
  }
}
