// One of the runs that are compared: polled by name and line, like the live view's.

const BUSY_MS = 1000;
const RESTING_MS = 5000; // an ended run may still be continued
const ACTIVE = ["starting", "running", "paused"];
const UNKNOWN = { state: "unknown", step: 0, seconds: 0 };
const RECORDED = "recorded:";

/** A run's name as people read it. */
const titleOf = (name) => (name.startsWith(RECORDED) ? name.slice(RECORDED.length) : name);

/**
 * Follow a run: {name, history, status, config, steps}, steps being those of its sheets. `onChange(source, what)` tells what is new:
 * {fresh} the curves' new points (null: draw all again), {sheets: true}, {status: true}, {lost: true} while the server does not answer.
 * One that is yet to come is followed from `start()` on.
 */
function createSource(name, keys, onChange, isThere = true) {
  const source = { name, history: createHistory(keys), status: isThere ? null : UNKNOWN, config: null, steps: [], generation: 0, start, stop, forget };
  let [line, columns, timer] = [0, [], 0];
  let [isStarted, isStopped] = [false, false];

  function start() {
    if (!isStarted) poll();
    isStarted = true;
  }

  function stop() {
    isStopped = true;
    clearTimeout(timer);
  }

  /** A sheet that was thinned away meanwhile is no longer offered. */
  function forget(step) {
    source.steps = source.steps.filter((known) => known !== step);
    onChange(source, { sheets: true });
  }

  async function poll() {
    let wait = RESTING_MS;
    try {
      const answer = await api.since(name, line);
      if (isStopped) return;
      const isCut = line > 0 && (answer.generation !== source.generation || answer.next < line);
      if (isCut) again();
      else take(answer);
      wait = isCut ? 0 : ACTIVE.includes(source.status.state) ? BUSY_MS : RESTING_MS;
    } catch (error) {
      if (isStopped) return;
      if (error instanceof Refusal && error.status === 404) notThere();
      else onChange(source, { lost: true });
      wait = BUSY_MS * 2;
    }
    timer = setTimeout(poll, wait);
  }

  function again() {
    [line, source.steps] = [0, []];
    source.history.clear();
    onChange(source, { fresh: null });
  }

  function notThere() {
    if (source.status === UNKNOWN) return;
    source.status = UNKNOWN;
    onChange(source, { status: true });
  }

  function take({ next, generation, config, samples, columns: named, rows, events, status }) {
    const [before, hadConfig] = [source.status?.state, Boolean(source.config?.recipe)];
    Object.assign(source, { status, generation, config: config ?? source.config });
    line = next;
    columns = named ?? columns;
    const added = rows.length ? source.history.add(columns, rows) : undefined;
    const fresh = source.history.note(events) ? null : added;
    const sheets = samples ?? events.filter(({ event }) => event === "samples").map(({ step }) => step);
    source.steps = [...new Set([...source.steps, ...sheets])].sort((a, b) => a - b);
    const hasBegun = Boolean(source.config?.recipe) && !hadConfig;
    onChange(source, { ...(fresh === undefined ? {} : { fresh }), sheets: sheets.length > 0, status: before !== status.state || hasBegun });
  }

  if (isThere) start();
  return source;
}
