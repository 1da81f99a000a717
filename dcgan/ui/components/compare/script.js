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
let asks = 0; // for facts: only the last one's answer counts, for others may come after it
const queue = createQueue(root, { onKnown: fill, onUnknown: say_ });

const names = () => runs.map(({ source }) => source.name);

/** Compare these runs; the address remembers them. */
function compare(wanted) {
  write({ compare: wanted });
  close();
  open(wanted);
}

/** Show a comparison of one setting, whose runs may be yet to come. */
function follow(name) {
  write({ comparison: [name] });
  close();
  part("title").textContent = say("title");
  root.hidden = false;
  queue.follow(name);
}

/** Show what is known of the comparison that is followed. */
function fill({ field, values, runs: wanted, begun }) {
  if (String(wanted) !== String(names())) open(wanted, values.map((value) => `${field} ${value}`), begun);
  for (const { source } of runs) if (begun.includes(source.name)) source.start();
}

function open(wanted, labels = wanted.map(titleOf), there = wanted) {
  root.hidden = false;
  lost = new Set();
  runs = wanted.map((name, index) => ({ source: createSource(name, Object.keys(MEASURES), change, there.includes(name)), label: labels[index] }));
  redraw();
  curves.open().catch(() => undefined);
  table.show(labels, facts);
  offer();
}

function close() {
  queue.leave();
  for (const { source } of runs) source.stop();
  [runs, facts] = [[], { differences: {}, numbers: [] }];
  root.hidden = part("same").hidden = true;
}

/** Leave the comparison for one run, or for what was looked at before. */
function openRun(name) {
  document.dispatchEvent(new CustomEvent("dcgan:run", { detail: name }));
}

function leave() {
  close();
  write({});
}

function write(said) {
  const url = new URL(location.href);
  for (const key of ["compare", "comparison"]) {
    url.searchParams.delete(key);
    for (const name of said[key] ?? []) url.searchParams.append(key, name);
  }
  history.replaceState(history.state, "", url);
}

function redraw() {
  sheets.show(runs, !queue.isOn());
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

/** Ask in what the runs that are there differ and what came of them: when one begins, ends or goes on. */
async function measure() {
  const asked = names();
  const there = runs.filter(({ source }) => source.status && source.status !== UNKNOWN).map(({ source }) => source.name);
  if (!there.length) return;
  const ticket = ++asks;
  const isLate = () => ticket !== asks || String(asked) !== String(names());
  try {
    const found = await ask(`compare?${new URLSearchParams(there.map((name) => ["run", name]))}`);
    if (isLate()) return;
    const each = (list) => asked.map((name) => list[there.indexOf(name)] ?? null);
    const differences = Object.fromEntries(Object.entries(found.differences).map(([key, values]) => [key, each(values)]));
    facts = { differences, numbers: each(found.numbers).map((one) => one ?? {}) };
    part("same").hidden = Object.keys(differences).length > 0 || there.length < asked.length;
    label();
    say_("");
  } catch (error) {
    if (error instanceof Refusal && !isLate()) say_(`${error.message}.`);
  }
}

/** Call the runs by the one setting in which they differ, where it is one. */
function label() {
  const settings = Object.entries(facts.differences);
  const labels = queue.isOn() ? runs.map((run) => run.label) : names().map((name, index) => (settings.length === 1 ? `${settingName(settings[0][0])} ${written(settings[0][1][index])}` : titleOf(name)));
  const isNew = labels.some((text, index) => text !== runs[index].label);
  runs.forEach((run, index) => (run.label = labels[index]));
  if (isNew) redraw();
  table.show(labels, facts);
}

function say_(text) {
  part("sentence").textContent = text;
}

/** Offer the other runs, while there is room for one. */
async function offer() {
  const others = (await ask("runs").catch(() => [])).map(({ name }) => name).filter((name) => !names().includes(name));
  part("add").replaceChildren(new Option(say("choose"), ""), ...others.map((name) => new Option(titleOf(name), name)));
  part("add-box").hidden = runs.length >= MOST || !others.length || queue.isOn();
}

function begin() {
  part("by").append(...["step", "epoch", "seconds"].map((value) => new Option(say(`by_${value}`), value)));
  part("by").addEventListener("change", ({ target }) => curves.look({ by: target.value }));
  part("span").addEventListener("input", ({ target }) => curves.look({ span: 2 ** Number(target.value) }));
  part("log").addEventListener("change", ({ target }) => curves.look({ isLog: target.checked }));
  part("add").addEventListener("change", ({ target }) => target.value && compare([...names(), target.value]));
  part("more").addEventListener("toggle", curves.draw);
  part("close").addEventListener("click", leave);
  const said = new URLSearchParams(location.search);
  const named = [...new Set(said.getAll("compare"))].slice(0, MOST);
  if (said.get("comparison")) follow(said.get("comparison"));
  else if (named.length >= FEWEST) open(named);
  else if (!said.get("run")) findOn().catch(() => undefined); // the live view says when the server is gone
}

/** Show the comparison that is on, or that was interrupted and nothing was trained since, to whoever comes by. */
async function findOn() {
  const [comparisons, trained] = await Promise.all([ask("comparisons"), ask("runs")]);
  const isWaiting = ({ state, begun }) => state === "interrupted" && (!trained.length || begun.includes(trained[0].name));
  const on = comparisons.find(({ state }) => state === "running") ?? comparisons.slice(0, 1).find(isWaiting);
  if (on && root.hidden) follow(on.name);
}

for (const [event, act] of [["dcgan:compare", compare], ["dcgan:comparison", follow]]) {
  document.addEventListener(event, function come({ detail }) {
    if (!root.isConnected) return document.removeEventListener(event, come);
    act(detail);
    part("title").focus();
    return root.scrollIntoView({ block: "nearest" });
  });
}
document.addEventListener("dcgan:run", function go() {
  if (!root.isConnected) return document.removeEventListener("dcgan:run", go);
  return root.hidden ? undefined : leave();
});
begin();
