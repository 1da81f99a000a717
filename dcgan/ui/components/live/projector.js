// The view for a projector: the sheet and the losses as large as the window. F turns it on and off, Escape off.

function createProjector(root, onChange) {
  const button = root.querySelector('[data-part="projector"]');

  function set(on) {
    root.classList.toggle("projector", on);
    document.body.style.overflow = on ? "hidden" : "";
    button.setAttribute("aria-pressed", String(on));
    onChange();
  }

  function typed(event) {
    if (!root.isConnected) return document.removeEventListener("keydown", typed);
    const writes = event.target.closest?.("input:not([type=range]), textarea, select, [contenteditable=true]");
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const on = root.classList.contains("projector");
    if (event.key === "Escape" && on) set(false);
    else if (event.key.toLowerCase() === "f" && plain && !writes && root.dataset.state !== "none") set(!on);
    return undefined;
  }

  button.addEventListener("click", () => set(!root.classList.contains("projector")));
  document.addEventListener("keydown", typed);
}
