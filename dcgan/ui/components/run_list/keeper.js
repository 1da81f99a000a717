// The list of runs: rename, annotate, delete and undo, promote, carry elsewhere.

const RECORDED = "recorded:";
const LONG_MS = 600000; // an upload, a promotion

const keep = (run, act, record) => ask(`runs/${encodeURIComponent(run)}/${act}`, { method: "POST", body: JSON.stringify(record ?? {}), timeout: LONG_MS });

function createKeeper(root) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const [list, said] = [part("list"), part("said")];
  const choosing = createChoosing(part("compare"));
  part("import-box").hidden = PUBLIC;

  async function refresh() {
    const runs = (await ask("runs")).filter(({ name }) => !name.startsWith(RECORDED));
    await listComparisons(part("comparisons"));
    choosing.keep(runs.map(({ name }) => name));
    list.replaceChildren(...runs.map(item));
    part("none").hidden = runs.length > 0;
    part("others").hidden = runs.every((run) => run.may_keep);
    for (const [index, { name }] of runs.entries()) weigh(name, list.children[index]);
  }

  async function weigh(name, node) {
    const { bytes } = await ask(`runs/${encodeURIComponent(name)}/facts`).catch(() => ({ bytes: null }));
    node.querySelector(".size").textContent = bytes === null ? "" : say("megabytes", { size: number(bytes / 1e6, 1) });
  }

  /** Keep what is said of the listed runs as it is. */
  function follow(runs) {
    const nodes = Array.from(list.children);
    for (const run of runs) {
      const facts = nodes.find(({ dataset }) => dataset.run === run.name)?.querySelector(".facts");
      if (facts) facts.textContent = factsOf(run);
    }
  }

  function factsOf({ state, says_data, data, recipe, step, seconds }) {
    return [say(`state_${state}`), says_data ? "" : data, recipe, say("at_step", { step: number(step) }), clock(seconds)].filter(Boolean).join(" · ");
  }

  function item(run) {
    const node = document.createElement("li");
    node.dataset.run = run.name;
    const title = make("button", run.name, () => open(run.name));
    title.className = "title";
    const facts = document.createElement("span");
    facts.className = "facts";
    facts.textContent = factsOf(run);
    const size = document.createElement("span");
    size.className = "size";
    node.append(choosing.tick(run.name), title, facts, size, ...(run.may_keep ? tools(run) : []));
    return node;
  }

  function tools(run) {
    const { name } = run;
    const note = field("note", run.note, (text) => keep(name, "note", { text }));
    const rename = field("rename", name, async (to) => to.trim() !== name && open((await keep(name, "rename", { to })).run));
    const buttons = document.createElement("div");
    buttons.className = "tools";
    buttons.append(make("button", say("promote"), () => attempt(() => promote(name))), make("button", say("delete"), () => attempt(() => remove(name))));
    if (!PUBLIC) buttons.append(link(say("export"), `${routes}/runs/${encodeURIComponent(name)}/run.zip`));
    const more = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = say("tools");
    summary.setAttribute("aria-label", say("tools_of", { run: name }));
    more.append(summary, note, rename, buttons);
    return [...(run.note ? [quote(run.note)] : []), more];
  }

  function quote(text) {
    const node = document.createElement("q");
    node.textContent = text;
    return node;
  }

  function field(key, value, act) {
    const label = document.createElement("label");
    const words = document.createElement("span");
    words.textContent = say(key);
    const input = Object.assign(document.createElement("input"), { type: "text", value });
    input.addEventListener("change", () => attempt(() => act(input.value)));
    label.append(words, input);
    return label;
  }

  async function promote(name) {
    const { model } = await keep(name, "promote", { model: `${name}-model` });
    const address = `${appRoot}/?model=${encodeURIComponent(model)}`;
    say_(say("promoted", { model }), link(say("explore"), address), link(say("card"), `${address}#card`));
  }

  async function remove(name) {
    const { ticket } = await keep(name, "delete");
    const undo = make("button", say("undo"), () => attempt(() => bringBack(ticket)));
    say_(say("deleted", { run: name }), undo);
  }

  async function bringBack(ticket) {
    const { run } = await ask("runs/undelete", { method: "POST", body: JSON.stringify({ ticket }) });
    say_(say("imported", { run }));
    open(run);
  }

  async function takeIn() {
    const [file] = part("import").files;
    if (!file) return;
    say_(say("importing", { name: file.name }));
    await attempt(async () => {
      const { run } = await ask("runs/import", { method: "POST", body: file, timeout: LONG_MS });
      say_(say("imported", { run }));
      open(run);
    });
    part("import").value = "";
  }

  /** Do something, then read the list again; what went wrong is said. */
  async function attempt(act) {
    try {
      await act();
    } catch (error) {
      say_(error instanceof Refusal ? `${error.message}.` : say("lost"));
    }
    await refresh().catch(() => undefined);
    if (document.activeElement === document.body) said.querySelector("button, a")?.focus({ preventScroll: true }); // what was pressed is gone with the old list
  }

  function say_(text, ...nodes) {
    said.replaceChildren(text, " ", ...nodes);
  }

  function open(run) {
    document.dispatchEvent(new CustomEvent("dcgan:run", { detail: run }));
  }

  part("import").addEventListener("change", takeIn);
  part("list-box").addEventListener("toggle", () => part("list-box").open && attempt(async () => undefined));
  document.addEventListener("dcgan:runs", function hear({ detail }) {
    if (!root.isConnected) return document.removeEventListener("dcgan:runs", hear);
    follow(detail);
  });
  return { refresh };
}

function make(kind, text, act) {
  const node = document.createElement(kind);
  node.type = "button";
  node.textContent = text;
  node.addEventListener("click", act);
  return node;
}

function link(text, href) {
  const node = document.createElement("a");
  node.textContent = text;
  node.href = href;
  return node;
}
