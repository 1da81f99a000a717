// How the curves are drawn: by which axis, how smooth, on which scale; and a second run laid over this one.

function createAxes(root, charts, onOther) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const [by, span, log, other, csv] = ["by", "span", "log", "other", "csv"].map(part);
  const differences = part("differences");
  let run = "";

  by.append(...["step", "epoch", "seconds"].map((value) => new Option(say(`by_${value}`), value)));
  by.addEventListener("change", () => charts.look({ by: by.value }));
  span.addEventListener("input", () => charts.look({ span: 2 ** Number(span.value) }));
  log.addEventListener("change", () => charts.look({ isLog: log.checked }));
  other.addEventListener("change", compare);

  function show(name) {
    run = name;
    csv.href = api.measures(name);
    csv.download = `${titleOf(name)}.csv`;
    other.value = "";
    compare();
  }

  /** Offer every other run. */
  function offer(runs) {
    const names = runs.map(({ name }) => name).filter((name) => name !== run);
    const chosen = names.includes(other.value) ? other.value : "";
    other.replaceChildren(new Option(say("no_other"), ""), ...names.map((name) => new Option(titleOf(name), name)));
    other.value = chosen;
    other.closest("label").hidden = !names.length;
  }

  async function compare() {
    const name = other.value;
    differences.textContent = "";
    if (!name) {
      charts.look({ other: null });
      return onOther(null);
    }
    try {
      const [answer, found] = await Promise.all([api.since(name, 0), api.differences(run, name)]);
      if (name !== other.value) return undefined;
      const second = newHistory();
      second.smooth(2 ** Number(span.value));
      second.add(answer.columns ?? [], answer.rows);
      second.note(answer.events);
      charts.look({ other: second });
      const texts = Object.entries(found).map(([key, [one, two]]) => `${settingName(key)}: ${one ?? "–"} | ${two ?? "–"}`);
      differences.textContent = texts.length ? say("differ", { list: texts.join(" · ") }) : say("same_recipe");
      return onOther({ name, steps: answer.samples ?? [], generation: answer.generation });
    } catch {
      differences.textContent = say("lost");
      return onOther(null);
    }
  }

  return { show, offer };
}
