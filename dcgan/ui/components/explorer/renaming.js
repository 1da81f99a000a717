/* Give the own model that is shown another name. What is of its old one, links of the shelf and steps to undo, is of the new one. */

class Renaming {
  #page;
  #renamed;

  /** `renamed(name, info)` shows the model that was called `name`, as it stands. */
  constructor(page, renamed) {
    this.#page = page;
    this.#renamed = renamed;
    const { part } = page;
    part("rename-model").addEventListener("click", () => this.#ask(part("renaming").hidden));
    part("renaming").addEventListener("keydown", (event) => event.key === "Escape" && this.#ask(false));
    part("renaming").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#rename(part("new-name").value.trim());
    });
  }

  /** Another model is shown. */
  model() {
    const { part, view } = this.#page;
    part("rename-model").hidden = !view.info.may_delete;
    part("renaming").hidden = true;
    part("rename-model").ariaExpanded = "false";
  }

  #ask(open) {
    const { part, view } = this.#page;
    part("renaming").hidden = !open;
    part("rename-model").ariaExpanded = String(open);
    if (!open) return part("rename-model").focus();
    part("new-name").value = view.info.name;
    return part("new-name").select();
  }

  async #rename(to) {
    const { base, models, settings, text, view } = this.#page;
    const { name } = view.info;
    if (to === name) return this.#ask(false);
    const { status, answer } = await askServer(new URL("models/rename", base), { method: "POST", body: JSON.stringify({ model: name, to }) });
    if (status !== 200) return this.#tell(answer.error ? text.said(answer.error) : text("lost"), true);
    models.renamed(name, to);
    settings.renamed(name, to);
    await models.load();
    this.#renamed(name, models.named(to));
    this.#page.part("rename-model").focus({ preventScroll: true });
    return this.#tell(text("model_renamed", { model: to }));
  }

  #tell(sentence, isError = false) {
    const { part } = this.#page;
    part("model-message").textContent = sentence;
    part("model-message").classList.toggle("dx-error", isError);
  }
}
