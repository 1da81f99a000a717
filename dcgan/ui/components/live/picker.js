// The list of runs. It is read again when it is opened and now and then.

function createPicker(select, onChoice) {
  let runs = [];
  let chosen = "";

  const text = ({ name, state, data }) => [name, data, say(`state_${state}`)].filter(Boolean).join(" · ");

  function draw() {
    const known = runs.some(({ name }) => name === chosen) || !chosen;
    const all = known ? runs : [{ name: chosen, state: "starting" }, ...runs];
    const texts = all.map(text);
    const same = select.options.length === all.length && texts.every((words, index) => select.options[index].text === words);
    if (!same) select.replaceChildren(...all.map((run, index) => new Option(texts[index], run.name)));
    select.value = chosen;
    select.disabled = all.length === 0;
  }

  async function refresh() {
    runs = await api.runs();
    draw();
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
  }

  const quietly = () => refresh().catch(() => undefined); // the poll says when the server is gone

  select.addEventListener("focus", quietly);
  select.addEventListener("change", () => onChoice(select.value));
  const timer = setInterval(() => (select.isConnected ? quietly() : clearInterval(timer)), LIST_MS);
  return { refresh, quietly, select: select_, note };
}
