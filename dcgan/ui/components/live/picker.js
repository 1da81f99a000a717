// The list of runs: one's own, then the recorded ones of the shelf. It is read again when it is opened and now and then.

const RECORDED = "recorded:";

/** A run's name as people read it. */
const titleOf = (name) => (name.startsWith(RECORDED) ? name.slice(RECORDED.length) : name);

function createPicker(select, onChoice) {
  let runs = [];
  let chosen = "";
  const listeners = [];

  /** A run that was named after its data says so once; of one that is not in the list, new or deleted, no state is known. */
  const text = ({ name, state, data, says_data: saysData }) => [titleOf(name), saysData ? "" : data, state && !name.startsWith(RECORDED) ? say(`state_${state}`) : ""].filter(Boolean).join(" · ");

  function draw() {
    const known = runs.some(({ name }) => name === chosen) || !chosen;
    const all = known ? runs : [{ name: chosen }, ...runs];
    const texts = all.map(text);
    const same = select.options.length === all.length && texts.every((words, index) => select.options[index].text === words);
    if (!same) select.replaceChildren(...groups(all));
    select.value = chosen;
    select.disabled = all.length === 0;
  }

  function groups(all) {
    const [own, recorded] = [false, true].map((wanted) => all.filter(({ name }) => name.startsWith(RECORDED) === wanted));
    const options = (list) => list.map((run) => new Option(text(run), run.name));
    if (!recorded.length) return options(own);
    return [[say("own_runs"), own], [say("recorded_runs"), recorded]]
      .filter(([, list]) => list.length)
      .map(([label, list]) => {
        const group = document.createElement("optgroup");
        group.label = label;
        group.append(...options(list));
        return group;
      });
  }

  async function refresh() {
    runs = await api.runs();
    draw();
    for (const listen of listeners) listen(runs);
    return runs;
  }

  function select_(name) {
    chosen = name;
    draw();
  }

  /** Learn from a poll in which state a run is. */
  function note(name, state) {
    const run = runs.find((known) => known.name === name);
    if (!run || run.state === state) return;
    run.state = state;
    draw();
    for (const listen of listeners) listen(runs);
  }

  const quietly = () => refresh().catch(() => undefined); // the poll says when the server is gone

  select.addEventListener("focus", quietly);
  select.addEventListener("change", () => onChoice(select.value));
  const timer = setInterval(() => (select.isConnected ? quietly() : clearInterval(timer)), LIST_MS);
  return { refresh, quietly, select: select_, note, listen: (act) => listeners.push(act) };
}
