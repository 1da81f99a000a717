/* Delete the own model that is shown. The server moves it aside for a day: Undo brings it back, as it does a reading whose place another took. */

class Deleting {
  #page;
  #open;
  #deleted = null; // the name that the button beside the sentence brings back

  /** `open(info)` shows another model. */
  constructor(page, open) {
    this.#page = page;
    this.#open = open;
    page.part("delete-model").addEventListener("click", () => this.#delete());
    page.part("undelete").addEventListener("click", () => this.#undelete());
  }

  /** Another model is shown. */
  model() {
    this.#page.part("delete-model").hidden = !this.#page.view.info.may_delete;
    this.#tell("");
  }

  /** Bring a model back; resolves to its record, or to the server's word why it cannot be. */
  async bringBack(name) {
    const { models, text } = this.#page;
    const { status, answer } = await this.#ask("models/undelete", name);
    if (status !== 200) return { complaint: answer.error ? text.said(answer.error) : text("lost") };
    await models.load();
    return { info: models.named(name) };
  }

  async #delete() {
    const { models, part, text, view } = this.#page;
    const { name } = view.info;
    const { status, answer } = await this.#ask("models/delete", name);
    if (status !== 200) return this.#tell(answer.error ? text.said(answer.error) : text("lost"), true);
    await models.load();
    this.#open(models.first);
    this.#deleted = name;
    this.#tell(text("model_deleted", { model: name }));
    part("undelete").hidden = false;
    return part("undelete").focus({ preventScroll: true }); // what was pressed is gone
  }

  async #undelete() {
    const { info, complaint } = await this.bringBack(this.#deleted);
    if (!info) return this.#tell(complaint, true);
    this.#open(info);
    return this.#page.part("model").focus({ preventScroll: true });
  }

  #ask(route, model) {
    return askServer(new URL(route, this.#page.base), { method: "POST", body: JSON.stringify({ model }) });
  }

  #tell(sentence, isError = false) {
    const { part } = this.#page;
    part("model-message").textContent = sentence;
    part("model-message").classList.toggle("dx-error", isError);
    part("undelete").hidden = true;
  }
}
