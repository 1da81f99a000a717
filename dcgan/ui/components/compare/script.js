// The comparison: opened by the address or by whoever says `dcgan:compare`, it stands in the place of the live view.

const [FEWEST, MOST] = [2, 4];
const root = element.querySelector('[data-part="root"]');
const part = (name) => root.querySelector(`[data-part="${name}"]`);
translate(root);

const curves = createCurves(root);
const sheets = createSheets(root, { onLook: curves.mark, onOpen: openRun, onRemove: (name) => compare(names().filter((known) => known !== name)) });
const table = createTable(root);
let runs = []; // [{source, label}]
let facts = { differences: {}, numbers: [] };
let lost = new Set();

const names = () => runs.map(({ source }) => source.name);

/** Compare these runs; the address remembers them. */
function compare(wanted) {
  write(wanted);
  open(wanted);
}

function open(wanted) {
  close();
  root.hidden = false;
  lost = new Set();
  runs = wanted.map((name) => ({ source: createSource(name, Object.keys(MEASURES), change), label: titleOf(name) }));
  redraw();
  curves.open().catch(() => undefined);
  measure();
  offer();
}

function close() {
  for (const { source } of runs) source.stop();
  [runs, facts] = [[], { differences: {}, numbers: [] }];
  root.hidden = true;
}

/** Leave the comparison for one run, or for what was looked at before. */
function openRun(name) {
  document.dispatchEvent(new CustomEvent("dcgan:run", { detail: name }));
}

function leave() {
  close();
  write([]);
}

function write(wanted) {
  const url = new URL(location.href);
  url.searchParams.delete("compare");
  for (const name of wanted) url.searchParams.append("compare", name);
  history.replaceState(history.state, "", url);
}

function redraw() {
  sheets.show(runs);
  curves.show(runs);
}

function change(source, what) {
  if (!root.isConnected) return close();
  lost[what.lost ? "add" : "delete"](source.name);
  part("lost").hidden = !lost.size;
  if (what.fresh !== undefined) curves.grow(source, what.fresh);
  if (what.sheets || what.status) sheets.update();
  if (what.status) measure();
  return undefined;
}

/** Ask in what the runs differ and what came of them: when one begins, ends or goes on. */
async function measure() {
  const asked = names();
  try {
    const found = await ask(`compare?${new URLSearchParams(asked.map((name) => ["run", name]))}`);
    if (String(asked) !== String(names())) return;
    facts = found;
    label();
    say_("");
  } catch (error) {
    if (error instanceof Refusal && String(asked) === String(names())) say_(`${error.message}.`);
  }
}

/** Call the runs by the one setting in which they differ, where it is one. */
function label() {
  const settings = Object.entries(facts.differences);
  const labels = names().map((name, index) => (settings.length === 1 ? `${called(settings[0][0])} ${written(settings[0][1][index])}` : titleOf(name)));
  const isNew = labels.some((text, index) => text !== runs[index].label);
  runs.forEach((run, index) => (run.label = labels[index]));
  if (isNew) redraw();
  part("same").hidden = settings.length > 0;
  table.show(labels, facts);
}

function say_(text) {
  part("sentence").textContent = text;
}

/** Offer the other runs, while there is room for one. */
async function offer() {
  const others = (await ask("runs").catch(() => [])).map(({ name }) => name).filter((name) => !names().includes(name));
  part("add").replaceChildren(new Option(say("choose"), ""), ...others.map((name) => new Option(titleOf(name), name)));
  part("add-box").hidden = runs.length >= MOST || !others.length;
}

function begin() {
  part("by").append(...["step", "epoch", "seconds"].map((value) => new Option(say(`by_${value}`), value)));
  part("by").addEventListener("change", ({ target }) => curves.look({ by: target.value }));
  part("span").addEventListener("input", ({ target }) => curves.look({ span: 2 ** Number(target.value) }));
  part("log").addEventListener("change", ({ target }) => curves.look({ isLog: target.checked }));
  part("add").addEventListener("change", ({ target }) => target.value && compare([...names(), target.value]));
  part("more").addEventListener("toggle", curves.draw);
  part("close").addEventListener("click", leave);
  const named = [...new Set(new URLSearchParams(location.search).getAll("compare"))].slice(0, MOST);
  if (named.length >= FEWEST) open(named);
}

document.addEventListener("dcgan:compare", function come({ detail }) {
  if (!root.isConnected) return document.removeEventListener("dcgan:compare", come);
  compare(detail);
  part("title").focus();
  return root.scrollIntoView({ block: "nearest" });
});
document.addEventListener("dcgan:run", function go() {
  if (!root.isConnected) return document.removeEventListener("dcgan:run", go);
  return root.hidden ? undefined : leave();
});
begin();
