/* The row of key points: each a button with its picture; one of them is chosen, and the tools below act on that one. */

class KeyRow {
  #list;
  #text;
  #choose;

  /** `choose(k)` hears which one was pressed. */
  constructor(list, text, choose) {
    this.#list = list;
    this.#text = text;
    this.#choose = choose;
  }

  /** Show the points; `names` of labels, `chosen` one of them. Buttons stay where they are, so that focus does. */
  show(points, names, chosen) {
    while (this.#list.children.length > points.length) this.#list.lastChild.remove();
    while (this.#list.children.length < points.length) this.#list.append(this.#item(this.#list.children.length));
    points.forEach((point, k) => {
      const button = this.#list.children[k].firstChild;
      const [what, kind] = [nameOfPoint(point, this.#text), names[point.label]];
      const shown = kind === undefined ? what : `${what} · ${kind}`;
      button.querySelector("span").textContent = shown;
      button.setAttribute("aria-label", this.#text("key_of", { k: k + 1, what: shown }));
      button.setAttribute("aria-pressed", String(k === chosen));
    });
  }

  /** Paint key point k with frame k · every of a sheet. */
  paint(sheet, every) {
    Array.from(this.#list.children).forEach((item, k) => {
      if (k * every < sheet.count) sheet.draw(k * every, item.querySelector("canvas"));
    });
  }

  focus(k) {
    this.#list.children[k]?.firstChild.focus();
  }

  #item(k) {
    const item = create("li", {});
    const button = create("button", { type: "button", className: "mo-key" });
    button.append(create("canvas", { width: 1, height: 1 }), create("span", {}));
    button.addEventListener("click", () => this.#choose(k));
    item.append(button);
    return item;
  }
}

function nameOfPoint({ seed, z, name }, text) {
  if (name) return name;
  return z === undefined ? text("seed_of", { seed }) : text("own_point");
}
