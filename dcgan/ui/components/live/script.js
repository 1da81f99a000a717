// The live view of one run. It polls by run name and line, so a reload, a second browser and a restarted server all end
// in the same picture: what the run folder says.

const FAST_MS = 500; // while a run starts and in its first minutes
const CALM_MS = 1000;
const ENDED_MS = 4000; // an ended run may still be continued, by anyone who may
const LIST_MS = 10000;
const FAST_SECONDS = 180;

const root = element.querySelector('[data-part="root"]');
translate(root);
controlKey();

const charts = createCharts(root);
const progress = createProgress();
const sheet = createSheet(root, lookAt);
const panel = createPanel(root, giveOrder);
const picker = createPicker(root.querySelector('[data-part="picker"]'), follow);
const happenings = createHappenings(root, charts.happen);
const changing = createChanging(root);
const lineup = createLineup(root);
const measured = createMeasured(root);
const axes = createAxes(root, charts, layBeside);
createProjector(root, charts.draw);
picker.listen(axes.offer);
picker.listen((runs) => document.dispatchEvent(new CustomEvent("dcgan:runs", { detail: runs }))); // the list further down
root.querySelector('[data-part="more"]').addEventListener("toggle", charts.draw);

let view = null; // the run that is shown: {run, line, generation, config, columns, explorable}
let beside = null; // the run beside it: {name, steps, generation}
let lookedAt = 0; // the step whose sheet is on the page
let isToPlay = false; // a recording that is opened unasked plays by itself
let timer = 0;
let failures = 0;

/** Show a sheet's step on the charts, and the sheet of the run beside this one that is nearest to it. */
function lookAt(marked, step) {
  charts.mark(marked);
  lookedAt = step;
  lineup.look(step);
  showNumbers();
  const near = beside?.steps.filter((known) => known <= step).at(-1);
  root.querySelector('[data-part="other-picture"]').hidden = near === undefined;
  if (near !== undefined) root.querySelector('[data-part="other-sheet"]').src = api.sheet(beside.name, near, beside.generation);
}

function layBeside(other) {
  beside = other;
  root.classList.toggle("two", Boolean(other));
  root.querySelector('[data-part="other-picture"]').hidden = !other;
  if (other) lookAt(root.querySelector('[data-part="live"]').getAttribute("aria-pressed") === "true" ? null : lookedAt, lookedAt);
}

/** Show `run` from its first line on; the address remembers it where somebody chose it. */
function follow(run, isChosen = true) {
  view = { run, line: 0, generation: null, config: {}, columns: [], explorable: false };
  startAgain();
  if (isChosen) {
    const url = new URL(location.href);
    url.searchParams.set("run", run);
    history.replaceState(history.state, "", url);
  }
  picker.select(run);
  axes.show(run);
  picker.quietly();
  pollSoon(0);
}

function startAgain() {
  const { run } = view;
  Object.assign(view, { line: 0, explorable: false });
  charts.clear();
  progress.clear();
  happenings.clear(run);
  changing.clear(run);
  lineup.clear(run);
  measured.clear();
  sheet.clear((step) => api.sheet(run, step, view.generation ?? 0));
}

function pollSoon(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(poll, milliseconds);
}

async function poll() {
  if (!root.isConnected) return;
  const asked = view;
  try {
    if (!charts.ready()) await charts.open();
    const answer = await api.since(asked.run, asked.line);
    if (asked !== view) return;
    failures = 0;
    panel.lost(false);
    pollSoon(take(answer) ? pause(answer.status) : 0);
  } catch (error) {
    if (asked === view) fail(error);
  }
}

function pause(status) {
  if (ENDED.includes(status.state)) return ENDED_MS;
  return status.seconds < FAST_SECONDS ? FAST_MS : CALM_MS;
}

function fail(error) {
  if (error instanceof Refusal && error.status === 404) {
    panel.empty(say("unknown_run", { run: view.run }));
    tell({ run: view.run, status: { state: "none" }, config: {}, mine: false });
    return picker.quietly();
  }
  if (!(error instanceof Refusal) && error.name !== "TypeError" && error.name !== "TimeoutError" && error.name !== "SyntaxError") console.error(error);
  failures += 1;
  if (failures > 1) panel.lost(true); // one slow answer is no loss
  pollSoon(Math.min(5000, 500 * 2 ** failures));
}

/** Put an answer on the page. Return false when the run's file was cut back and everything must be read again. */
function take(answer) {
  const cutBack = view.generation !== null && (answer.generation !== view.generation || answer.next < view.line);
  view.generation = answer.generation;
  if (cutBack) {
    startAgain();
    return false;
  }
  view.line = answer.next;
  if (answer.config) {
    view.config = answer.config;
    charts.judgeBy(view.config.recipe?.objective);
  }
  if (answer.columns) view.columns = answer.columns;
  takeRows(answer.rows);
  const sheets = answer.events.filter(({ event }) => event === "samples").map(({ step }) => step);
  sheet.add([...(answer.samples ?? []), ...(answer.samples ? [] : sheets)]);
  happenings.add(answer.events);
  measured.add(answer.events); // unfolds the charts that are drawn next
  charts.note(answer.events);
  const { state } = answer.status;
  measured.show(answer.best, state === "recorded" ? "" : view.run, ENDED.includes(state));
  changing.learn(view.config.recipe, answer.events);
  changing.show(state, answer.may_control);
  lineup.learn(view.config, answer.events, view.generation);
  view.explorable ||= Boolean(sheets.length || answer.samples?.length);
  show(answer);
  if (isToPlay && answer.samples?.length > 1) sheet.start();
  isToPlay = false;
  return true;
}

function takeRows(rows) {
  if (!rows.length) return;
  const [step, epoch, seconds] = ["step", "epoch", "seconds"].map((name) => view.columns.indexOf(name));
  progress.add(rows.map((row) => [row[step], row[epoch], row[seconds]]));
  charts.add(view.columns, rows);
  view.speed = rows.at(-1)[view.columns.indexOf("images_per_second")];
}

function show(answer) {
  const { status } = answer;
  const ended = ENDED.includes(status.state);
  const { fraction, left } = progress.towards(view.config.budget, status);
  panel.show(view.run, { status, config: view.config, may_control: answer.may_control }, {
    explorable: view.explorable,
    fraction: ["completed", "recorded"].includes(status.state) ? 1 : fraction,
    numbers: {
      ...charts.texts(),
      step: number(status.step),
      epoch: number(progress.epoch(), 1),
      speed: number(view.speed ?? null),
      elapsed: clock(status.seconds),
      left: ended ? "–" : clock(left),
    },
  });
  picker.note(view.run, status.state);
  tell({ run: view.run, status, config: view.config, mine: answer.may_control });
}

/** Tell the other parts of the page what is shown. */
function tell(detail) {
  document.dispatchEvent(new CustomEvent("dcgan:shown", { detail }));
}

/** Say beside the curves what they are at the step that is looked at. */
function showNumbers() {
  for (const [key, text] of Object.entries(charts.texts())) root.querySelector(`[data-number="${key}"]`).textContent = text;
}

async function giveOrder(order, pause) {
  if (order === "continue" || order === "longer") await api.continue(view.run, pause);
  else await api.order(view.run, order);
  pollSoon(100);
}

/** Show the run that the URL names, else the one that is on, else the newest; where there is none, replay a recorded one. */
async function begin() {
  const named = new URLSearchParams(location.search).get("run");
  if (named) return follow(named);
  try {
    const runs = await picker.refresh();
    if (view) return undefined; // one was started meanwhile
    const wanted = runs.find(({ state }) => !ENDED.includes(state)) ?? runs[0];
    if (wanted) {
      isToPlay = wanted.state === "recorded" && !matchMedia("(prefers-reduced-motion: reduce)").matches;
      return follow(wanted.name, wanted.state !== "recorded");
    }
    panel.lost(false);
    panel.empty(say("no_run"));
  } catch {
    panel.lost(true);
  }
  return setTimeout(() => view ?? begin(), LIST_MS / 2);
}

/** Other pictures were chosen in the form: what is shown is not theirs. */
document.addEventListener("dcgan:chosen", function learn({ detail }) {
  if (!root.isConnected) return document.removeEventListener("dcgan:chosen", learn);
  return panel.still(detail && view?.run);
});

/** The form and the list of runs say which run to show. */
document.addEventListener("dcgan:run", function show({ detail }) {
  if (!root.isConnected) return document.removeEventListener("dcgan:run", show);
  follow(detail);
  return root.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
});
begin();
