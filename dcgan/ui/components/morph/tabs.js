/* The page's four tabs: arrows move between them, as the ARIA pattern has it. */

class Tabs {
  #tabs;
  #onShow;

  constructor(list, onShow) {
    this.#tabs = Array.from(list.querySelectorAll("[role=tab]"));
    this.#onShow = onShow;
    for (const tab of this.#tabs) {
      tab.addEventListener("click", () => this.show(tab.dataset.tab));
      tab.addEventListener("keydown", (event) => this.#onKey(event, tab));
    }
  }

  /** Show a tab by its name, the first where there is none of that name. */
  show(name) {
    const shown = this.#tabs.find((tab) => tab.dataset.tab === name) ?? this.#tabs[0];
    for (const tab of this.#tabs) {
      tab.setAttribute("aria-selected", String(tab === shown));
      tab.tabIndex = tab === shown ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = tab !== shown;
    }
    this.#onShow(shown.dataset.tab);
  }

  #onKey(event, tab) {
    const at = this.#tabs.indexOf(tab);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = this.#tabs.at(to % this.#tabs.length);
    next.focus();
    this.show(next.dataset.tab);
  }
}
