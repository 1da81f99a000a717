/* The Hub: a repository becomes an own model, the model that is shown becomes a repository. Nothing is asked of it before a button is. */

class Hub {
  #root;
  #base;
  #text;
  #number;
  #shown;
  #pulled;
  #busy = false;

  /** `shown()` is the name of the model on the page; `pulled(model)` is called when one has come. */
  constructor(root, base, text, number, shown, pulled) {
    this.#root = root;
    this.#base = base;
    this.#text = text;
    this.#number = number;
    this.#shown = shown;
    this.#pulled = pulled;
    this.#listen();
    this.#offer();
  }

  #part(name) {
    return this.#root.querySelector(`[data-dx="hub-${name}"]`);
  }

  #listen() {
    const on = (name, event, action) => this.#part(name).addEventListener(event, action);
    on("pull", "submit", (event) => this.#submit(event, () => this.#pull(event.target.elements.repository.value)));
    on("push", "submit", (event) => this.#submit(event, () => this.#push(false)));
    on("yes", "click", () => this.#push(true));
    on("no", "click", () => this.#answer(this.#text("hub_kept")));
    on("push", "input", () => this.#answer(""));
  }

  /** List what there is to try; the answer is the server's own, and a server for strangers has none. */
  async #offer() {
    const { open, suggestions } = (await askServer(new URL("hub", this.#base))).answer;
    if (!open) return;
    this.#part("list").replaceChildren(...suggestions.map((each) => this.#suggestion(each)));
    this.#root.hidden = false;
  }

  #suggestion({ reference, pictures, author, terms }) {
    const line = create("li", {});
    const button = create("button", { type: "button", textContent: this.#text("hub_open", { pictures }) });
    button.addEventListener("click", () => this.#pull(reference));
    const said = this.#text("hub_by", { author, terms: terms ?? this.#text("hub_no_terms") });
    line.append(button, create("span", { className: "dx-hint", textContent: `${reference} · ${said}` }));
    return line;
  }

  #submit(event, act) {
    event.preventDefault();
    act();
  }

  async #pull(repository) {
    const form = this.#part("pull");
    const { model } = await this.#ask(form, "hub/pull", { repository }, this.#text("hub_pulling", { repository }));
    if (!model) return;
    this.#tell(form, this.#text("adopted", { model }));
    this.#pulled(model);
  }

  async #push(looked) {
    const form = this.#part("push");
    const { repository, who } = form.elements;
    const model = this.#shown();
    const wish = { model, repository: repository.value, private: who.value === "owner", looked };
    const answer = await this.#ask(form, "hub/push", wish, this.#text("hub_pushing", { model }));
    if (answer.question) return this.#question(model, answer.question);
    this.#part("question").hidden = true;
    if (answer.url) this.#tell(form, this.#text(answer.private ? "hub_pushed_private" : "hub_pushed", { model, url: answer.url }));
    return undefined;
  }

  #question(model, { pictures, ratio, sheet }) {
    const image = this.#part("sheet");
    image.hidden = !sheet;
    if (sheet) image.src = sheet;
    const compared = sheet ? this.#text("hub_near", { ratio: this.#number(ratio, 2) }) : this.#text("hub_unseen");
    this.#part("asked").textContent = `${this.#text("hub_asked", { model, pictures })} ${compared}`;
    this.#part("question").hidden = false;
    this.#tell(this.#part("push"), "");
    this.#part("no").focus();
  }

  #answer(sentence) {
    this.#part("question").hidden = true;
    this.#tell(this.#part("push"), sentence);
  }

  /** Return the server's answer, or {} after its complaint was said. */
  async #ask(form, route, wish, sentence) {
    if (this.#busy) return {};
    const giveBack = holdFocus();
    this.#setBusy(true);
    this.#tell(form, sentence);
    const { status, answer } = await askServer(new URL(route, this.#base), { method: "POST", body: JSON.stringify(wish) });
    this.#setBusy(false);
    giveBack();
    if (status === 200) return answer;
    this.#tell(form, answer.error ? this.#text.said(answer.error) : this.#text("lost"), true);
    return {};
  }

  #tell(form, sentence, isError = false) {
    const message = form.querySelector(".dx-message");
    message.textContent = sentence;
    message.classList.toggle("dx-error", isError);
  }

  #setBusy(busy) {
    this.#busy = busy;
    for (const button of this.#root.querySelectorAll("button")) button.disabled = busy;
  }
}
