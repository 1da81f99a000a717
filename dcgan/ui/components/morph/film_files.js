/* What leaves the page of a film: files, and the same as a command. */

class FilmFiles {
  #film;
  #page;

  constructor(film, page) {
    this.#film = film;
    this.#page = page;
    for (const format of ["mp4", "gif", "png"]) page.part(format).addEventListener("click", () => this.#save(format));
    page.part("copy").addEventListener("click", () => page.copy(page.part("command").textContent));
  }

  /** The same film for the command line, as long as it is one of seeds. */
  showCommand() {
    const { part, text } = this.#page;
    const { info, method, state } = this.#film;
    const { keys, frames, fps, loop } = state;
    const sown = keys.every(({ z }) => z === undefined);
    const labels = info.labels.length ? [`--label ${keys.map(({ label }) => label).join(",")}`] : [];
    const options = [`--seeds ${keys.map(({ seed }) => seed).join(",")}`, `--frames ${frames}`, `--fps ${fps}`, `--method ${method}`];
    const command = ["python -m dcgan interpolate", info.name, ...options, ...labels, ...(loop ? ["--loop"] : []), "--out walk.mp4"];
    part("command").textContent = sown ? command.join(" ") : text("no_command");
    part("copy").hidden = !sown;
  }

  #save(format) {
    const { info, method, state } = this.#film;
    const asked = { ...this.#film.asked(), fps: state.fps, method };
    return this.#page.save(`${info.name}-walk.${format}`, () => this.#page.api.file("walk", asked, { format }));
  }
}
