/* Tabs by mouse and arrow keys, as the ARIA pattern has it. */

class Tabs {
  #tabs;
  #onShow;

  /** `onShow(name)` hears which tab the visitor, or `show`, brought forward. */
  constructor(root, onShow) {
    this.#tabs = Array.from(root.querySelectorAll("[role=tab]"));
    this.#onShow = onShow;
    for (const tab of this.#tabs) {
      tab.addEventListener("click", () => this.show(tab.dataset.tab));
      tab.addEventListener("keydown", (event) => this.#onKey(event, tab));
    }
  }

  show(name) {
    this.#onShow(this.select(name));
  }

  /** Bring a tab forward by its name, the first where there is none of that name; return the name of the tab. */
  select(name) {
    const chosen = this.#tabs.find((tab) => tab.dataset.tab === name) ?? this.#tabs[0];
    for (const tab of this.#tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = tab !== chosen;
    }
    return chosen.dataset.tab;
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
