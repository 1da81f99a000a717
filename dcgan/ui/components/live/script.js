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
window.dcganControlKey = controlKey; // the form's Start sends it along

const charts = createCharts(root);
const progress = createProgress();
const sheet = createSheet(root, (step) => charts.mark(step));
const panel = createPanel(root, giveOrder);
const picker = createPicker(root.querySelector('[data-part="picker"]'), follow);

let view = null; // the run that is shown: {run, line, generation, config, columns, explorable}
let timer = 0;
let failures = 0;

/** Show `run` from its first line on. */
function follow(run) {
  view = { run, line: 0, generation: null, config: {}, columns: [], explorable: false };
  startAgain();
  const url = new URL(location.href);
  url.searchParams.set("run", run);
  history.replaceState(history.state, "", url);
  picker.select(run);
  picker.quietly();
  pollSoon(0);
}

function startAgain() {
  const { run } = view;
  Object.assign(view, { line: 0, explorable: false });
  charts.clear();
  progress.clear();
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
  view.explorable ||= Boolean(sheets.length || answer.samples?.length);
  show(answer);
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
  const latest = Object.fromEntries(["loss_d", "loss_g", "d_real", "d_fake"].map((key) => [key, number(charts.latest(`${key}_mean`), 2)]));
  panel.show(view.run, { status, config: view.config, may_control: answer.may_control }, {
    explorable: view.explorable,
    fraction: status.state === "completed" ? 1 : fraction,
    numbers: {
      ...latest,
      step: number(status.step),
      epoch: number(progress.epoch(), 1),
      speed: number(view.speed ?? null),
      elapsed: clock(status.seconds),
      left: ended ? "–" : clock(left),
    },
  });
  picker.note(view.run, status.state);
}

async function giveOrder(order) {
  if (order === "continue") await api.continue(view.run);
  else await api.order(view.run, order);
  pollSoon(100);
}

/** Show the run that the URL names, else the one that is on, else the newest. */
async function begin() {
  const named = new URLSearchParams(location.search).get("run");
  if (named) return follow(named);
  try {
    const runs = await picker.refresh();
    const active = runs.find(({ state }) => !ENDED.includes(state));
    if (view) return undefined; // one was started meanwhile
    if (runs.length) return follow((active ?? runs[0]).name);
    panel.lost(false);
    panel.empty(say("no_run"));
  } catch {
    panel.lost(true);
  }
  return setTimeout(() => view ?? begin(), LIST_MS / 2);
}

watch("value", () => {
  if (!props.value) return;
  follow(props.value);
  root.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
});
begin();
