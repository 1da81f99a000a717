// The runs' sheets of the same z side by side, under one scrubber over all their steps; its right end is "newest".

function createSheets(root, { onLook, onOpen, onRemove }) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const [box, scrubber, newest, caption] = ["sheets", "scrubber", "newest", "sheet-step"].map(part);
  let runs = [];
  let figures = [];
  let steps = [];
  let mayRemove = false;
  let following = true;

  /** Show these runs, [{source, label}], of which some may be taken out where there are more than two. */
  function show(list, canRemove) {
    runs = list;
    mayRemove = canRemove && runs.length > 2;
    figures = runs.map(figure);
    box.replaceChildren(...figures.map(({ node }) => node));
    box.style.setProperty("--columns", runs.length);
    update();
  }

  function figure({ source, label }, index) {
    const node = document.createElement("figure");
    const frame = document.createElement("div");
    frame.className = "picture";
    const image = document.createElement("img");
    image.alt = say("sheet_alt", { run: label });
    image.hidden = true;
    image.addEventListener("error", () => source.forget(Number(image.dataset.step)));
    frame.append(image);
    const name = button(label, () => onOpen(source.name));
    name.title = say("open", { run: titleOf(source.name) });
    name.prepend(lineMark(index));
    const told = document.createElement("span");
    told.className = "told";
    const caption_ = document.createElement("figcaption");
    caption_.append(name, told);
    if (mayRemove) {
      const remove = button("✕", () => onRemove(source.name));
      remove.setAttribute("aria-label", say("remove", { run: label }));
      caption_.append(remove);
    }
    node.append(frame, caption_);
    return { node, image, told };
  }

  function update() {
    steps = [...new Set(runs.flatMap(({ source }) => source.steps))].sort((a, b) => a - b);
    const last = Math.max(0, steps.length - 1);
    scrubber.max = last;
    if (following) scrubber.value = last;
    for (const control of [scrubber, newest]) control.disabled = steps.length < 2;
    draw();
  }

  function draw() {
    const step = steps[Number(scrubber.value)];
    newest.setAttribute("aria-pressed", String(following));
    caption.textContent = step === undefined ? "" : say("at_step", { step: number(step) });
    scrubber.setAttribute("aria-valuetext", caption.textContent);
    runs.forEach(({ source }, index) => place(source, figures[index], following ? Infinity : step));
    onLook(following ? null : (step ?? null));
  }

  /** Show a run's last sheet up to `step`: runs make theirs at times of their own. */
  function place(source, { image, told }, step) {
    const near = source.steps.filter((known) => known <= step).at(-1) ?? source.steps[0];
    const state = source.status ? say(`state_${source.status.state}`) : "";
    told.textContent = [near === undefined ? "" : say("at_step", { step: number(near) }), state].filter(Boolean).join(" · ");
    image.hidden = near === undefined;
    if (near === undefined) return;
    const address = api.sheet(source.name, near, source.generation);
    if (image.getAttribute("src") === address) return;
    image.dataset.step = near;
    image.src = address;
  }

  scrubber.addEventListener("input", () => {
    following = Number(scrubber.value) === steps.length - 1;
    draw();
  });
  newest.addEventListener("click", () => {
    following = true;
    update();
  });
  return { show, update };
}

function button(text, act) {
  const node = document.createElement("button");
  node.type = "button";
  node.append(text);
  node.addEventListener("click", act);
  return node;
}
