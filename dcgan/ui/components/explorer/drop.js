/* The drop zone: files go to the server with progress; its answer is a model's name, a notebook's z, or a sentence. */

const FILE_START = 512; // bytes by which the server refuses what need not be sent

class DropZone {
  #zone;
  #base;
  #text;
  #done;
  #point;
  #noise;
  #busy = false;
  #report;
  #kept = []; // the files, to be read again in another way
  #model = null; // whose name is shown
  #read = new Map(); // model -> {files, report, settings}: how it was read

  /** `text(name, values)` gives sentences; `done(model)` is called after the server took the file in, `noise(name, noise)`
      for a notebook's z in it, which returns a sentence, and `point(file)` for a PNG, which stays here. */
  constructor(zone, base, text, { done, noise, point }) {
    this.#zone = zone;
    this.#base = base;
    this.#text = text;
    this.#done = done;
    this.#point = point;
    this.#noise = noise;
    this.#report = new Report(this.#part("report"), text, (settings) => this.#again(settings));
    const input = this.#part("file");
    input.addEventListener("change", () => this.#send([...input.files]));
    this.#part("choose").addEventListener("click", () => input.click());
    for (const name of ["dragover", "dragleave", "drop"]) window.addEventListener(name, (event) => this.#drag(event));
  }

  #part(name) {
    return this.#zone.querySelector(`[data-dx="${name}"]`);
  }

  /** A file may be dropped anywhere: one that misses the zone must not replace the page. */
  #drag(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.#zone.classList.toggle("dx-over", event.type === "dragover");
    if (event.type === "drop") this.#send([...event.dataTransfer.files]);
  }

  /** Another model is shown: say how it was read, where that is known. */
  model(name) {
    const known = this.#read.get(name);
    this.#model = name;
    this.#kept = known?.files ?? [];
    this.#tell("");
    if (known) this.#report.open(known);
    else this.#report.forget();
  }

  /** A model has another name: how it was read is still known. */
  renamed(name, to) {
    const known = this.#read.get(name);
    if (known) this.#read.set(to, known);
    this.#read.delete(name);
  }

  /** How the model that is shown was read, for the same page after a reload; its files stay behind. */
  pack() {
    const { report, settings } = this.#read.get(this.#model) ?? {};
    return { model: this.#model, report, settings, message: this.#part("drop-message").textContent };
  }

  unpack({ model, report, settings, message }) {
    if (!report || model !== this.#model) return;
    this.#read.set(model, { files: [], report, settings });
    this.model(model);
    this.#tell(message);
  }

  #again(settings) {
    return this.#kept.length ? this.#send(this.#kept, settings) : this.#tell(this.#text("drop_again"), true);
  }

  /** Hand files in that belong together, with {key: value} for what they do not say; resolves to whether they were taken. */
  async #send(files, settings = {}) {
    if (!files.length || this.#busy) return false;
    if (files.length === 1 && files[0].type === "image/png") {
      this.#point(files[0]);
      return false;
    }
    const isNew = files !== this.#kept;
    if (isNew) this.#report.forget();
    this.#kept = files;
    const name = files.map((file) => file.name).join(" + ");
    const parts = files.flatMap((file) => [["filename", file.name], ["bytes", file.size]]);
    const address = new URL("models", this.#base);
    address.search = new URLSearchParams([...parts, ...Object.entries(settings).map(([key, value]) => ["set", `${key}=${value}`])]);
    const giveBack = holdFocus();
    this.#setBusy(true);
    this.#progress(name, 0);
    if (isNew) this.#zone.scrollIntoView({ block: "start" }); // the drop may have been far from what is said of it
    const refusal = isNew && (await this.#refusal(files, address));
    if (!refusal) return this.#upload(address, name, { files, settings, isNew }, giveBack);
    this.#setBusy(false);
    giveBack();
    return this.#tell(refusal, true);
  }

  /** Return what the server says no to by sizes and first bytes, before all is sent. */
  async #refusal(files, address) {
    const check = new URL("models/check", this.#base);
    check.search = address.search;
    const { answer } = await askServer(check, { method: "POST", body: new Blob(files.map((file) => file.slice(0, FILE_START))) });
    return answer.error && this.#text.said(answer.error);
  }

  #upload(address, name, sent, giveBack) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest(); // fetch tells nothing of an upload's progress
      request.open("POST", address);
      request.setRequestHeader("X-DCGAN-Key", controlKey());
      request.upload.onprogress = (event) => this.#progress(name, event.loaded / event.total);
      request.onload = () => resolve(this.#finish(request, name, sent));
      request.onerror = () => resolve(this.#tell(this.#text("upload_failed", { name }), true));
      request.onloadend = () => {
        this.#setBusy(false);
        giveBack();
      };
      request.send(new Blob(sent.files));
    });
  }

  #progress(name, share) {
    const percent = Math.floor(share * 100);
    this.#part("progress").value = share;
    this.#tell(percent < 100 ? this.#text("uploading", { name, percent }) : this.#text("reading", { name }));
  }

  #finish(request, name, sent) {
    const answer = parseJson(request.responseText);
    if (request.status === 200) return this.#take(answer, sent);
    this.#tell(answer.error ? this.#text.said(answer.error) : this.#text("upload_failed", { name }), true);
    if (answer.setting) this.#offer(answer.setting);
    return false;
  }

  /** What was refused can be read nevertheless, under a setting. */
  #offer(setting) {
    const [key, value] = setting.split("=");
    const button = create("button", { type: "button", textContent: this.#text("drop_nevertheless", { setting }) });
    button.addEventListener("click", () => this.#again({ [key]: value }));
    this.#part("drop-message").append(" ", button);
    button.scrollIntoView({ block: "nearest" });
  }

  async #take({ model, report, noise }, { files, settings, isNew }) {
    const isFirst = isNew || ![...this.#read.values()].some((known) => known.files === files); // anew, after a refusal
    if (model) this.#read.set(model, { files, report, settings });
    if (model) await this.#done(model);
    const said = [model && this.#text(isFirst ? "adopted" : "read_anew", { model }), isNew && noise && this.#noise(noise.file, noise)]; // read anew, the z stay what they are
    this.#tell(said.filter(Boolean).join(" "));
    if (isNew && model) this.#zone.scrollIntoView({ block: "start" }); // now there is room for it, beside the picture
    return true;
  }

  #tell(sentence, isError = false) {
    const message = this.#part("drop-message");
    message.textContent = sentence;
    message.classList.toggle("dx-error", isError);
    if (isError) message.scrollIntoView({ block: "nearest" });
    return false;
  }

  #setBusy(busy) {
    this.#busy = busy;
    this.#zone.ariaBusy = String(busy);
    this.#part("progress").hidden = !busy;
    this.#part("choose").disabled = busy;
    this.#part("file").value = ""; // so that the same file can be chosen again
  }
}
