// The runs that are chosen to be compared.

const [FEWEST_COMPARED, MOST_COMPARED] = [2, 4];

function createChoosing(button) {
  const chosen = new Set();

  function update() {
    button.disabled = chosen.size < FEWEST_COMPARED || chosen.size > MOST_COMPARED;
    button.textContent = say("compare_chosen", { count: number(chosen.size) });
  }

  /** A tick that chooses a run. */
  function tick(name) {
    const label = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: chosen.has(name) });
    box.addEventListener("change", () => (chosen[box.checked ? "add" : "delete"](name), update()));
    label.className = "tick";
    label.append(box, say("compare"));
    label.title = say("compare_run", { run: name });
    return label;
  }

  /** Forget the runs that are no longer there. */
  function keep(names) {
    for (const name of [...chosen].filter((each) => !names.includes(each))) chosen.delete(name);
    button.hidden = names.length < FEWEST_COMPARED;
    update();
  }

  button.addEventListener("click", () => document.dispatchEvent(new CustomEvent("dcgan:compare", { detail: [...chosen] })));
  update();
  return { tick, keep };
}

/** The comparisons of one setting, each to be opened. */
async function listComparisons(box) {
  const found = await ask("comparisons");
  box.replaceChildren(
    ...found.map(({ name, field, values, state }) => {
      const node = document.createElement("li");
      const title = make("button", `${settingName(field)}: ${values.join(", ")}`, () => document.dispatchEvent(new CustomEvent("dcgan:comparison", { detail: name })));
      title.className = "title";
      const facts = document.createElement("span");
      facts.className = "facts";
      facts.textContent = `${say("comparison")} · ${say(`state_${state}`)}`;
      node.append(title, facts);
      return node;
    }),
  );
}
