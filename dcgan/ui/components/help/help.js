/* One sentence in a bubble: that of a small question mark by pointing, focus or tap, and the title of anything else, which a mouse gets by
   pointing, by the keyboard's focus, by a tap where nothing is to be pressed and by a long press where something is. Escape closes it. */

const HOLD_MS = 500;
const PRESSED = "button, input, select, summary, label, a, [tabindex]";

class Help {
  #bubble;
  #of = null;
  #timer = 0;
  #held = false;

  /** `kind` is the page's prefix of classes. */
  constructor(root, kind) {
    this.#bubble = create("span", { className: "help-bubble", role: "tooltip", id: `${kind}-bubble`, hidden: true });
    root.append(this.#bubble);
    for (const button of root.querySelectorAll(`.${kind}-help`)) {
      button.removeAttribute("title"); // its own bubble says it
      for (const type of ["focus", "click", "pointerenter"]) button.addEventListener(type, () => this.#show(button, button.ariaLabel));
      button.addEventListener("pointerleave", () => this.#hide());
    }
    root.addEventListener("focusin", ({ target }) => target.matches("button:focus-visible") && this.#showTitle(target));
    root.addEventListener("focusout", () => this.#hide());
    root.addEventListener("keydown", (event) => event.key === "Escape" && this.#hide());
    this.#watchTouch(root);
  }

  #watchTouch(root) {
    root.addEventListener("pointerdown", ({ target, pointerType }) => {
      clearTimeout(this.#timer);
      this.#held = false;
      if (pointerType === "mouse") return;
      this.#hide();
      if (target.closest("button")) this.#timer = setTimeout(() => (this.#held = this.#showTitle(target)), HOLD_MS);
    });
    for (const type of ["pointerup", "pointercancel"]) root.addEventListener(type, () => clearTimeout(this.#timer));
    root.addEventListener("contextmenu", (event) => this.#held && event.preventDefault());
    const onClick = (event) => {
      if (this.#held) event.stopPropagation(); // it was read, not pressed
      else if (!event.target.closest(PRESSED)) this.#showTitle(event.target);
      this.#held = false;
    };
    root.addEventListener("click", onClick, true);
  }

  #showTitle(target) {
    const titled = target.closest("[title]");
    if (titled?.title) this.#show(titled, titled.title);
    return Boolean(titled?.title);
  }

  #show(element, sentence) {
    if (this.#of === element) return;
    this.#of = element;
    this.#bubble.textContent = sentence;
    this.#bubble.hidden = false;
    const { left, top, bottom } = element.getBoundingClientRect();
    const { offsetParent, offsetWidth, offsetHeight } = this.#bubble;
    const page = (offsetParent ?? document.body).getBoundingClientRect();
    const isAbove = bottom + offsetHeight + 4 > innerHeight && top > offsetHeight + 4;
    this.#bubble.style.left = `${Math.max(0, Math.min(left - page.left, page.width - offsetWidth))}px`;
    this.#bubble.style.top = `${(isAbove ? top - offsetHeight - 4 : bottom + 4) - page.top}px`;
  }

  #hide() {
    this.#of = null;
    this.#bubble.hidden = true;
  }
}
