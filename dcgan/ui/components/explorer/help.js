/* One sentence behind each small question mark: it opens by pointing, focus or tap, and closes by Escape. */

class Help {
  #bubble = create("span", { className: "dx-bubble", role: "tooltip", id: "dx-bubble", hidden: true });
  #of = null;

  constructor(root) {
    root.append(this.#bubble);
    for (const button of root.querySelectorAll(".dx-help")) {
      button.removeAttribute("title"); // its own bubble says it
      for (const name of ["focus", "click", "pointerenter"]) button.addEventListener(name, () => this.#show(button));
      for (const name of ["blur", "pointerleave"]) button.addEventListener(name, () => this.#hide());
      button.addEventListener("keydown", (event) => event.key === "Escape" && this.#hide());
    }
  }

  #show(button) {
    if (this.#of === button) return;
    this.#of = button;
    this.#bubble.textContent = button.getAttribute("aria-label");
    this.#bubble.hidden = false;
    const root = this.#bubble.parentElement.getBoundingClientRect();
    const { left, bottom } = button.getBoundingClientRect();
    const furthest = root.width - this.#bubble.offsetWidth;
    this.#bubble.style.left = `${Math.max(0, Math.min(left - root.left, furthest))}px`;
    this.#bubble.style.top = `${bottom - root.top + 4}px`;
  }

  #hide() {
    this.#of = null;
    this.#bubble.hidden = true;
  }
}
