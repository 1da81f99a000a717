// The steps of the run that the live view shows: order one, and learn what the newest one saw, whoever ordered it.

const AWAIT_MS = 200; // between looks for a step that was ordered here
const WATCH_MS = 1500;

function createSteps(onSight, onTrouble) {
  let shown = null; // {run, status, config, mine}: what the live view says
  let version = "";
  let isWaiting = false;
  let timer = 0;

  const isOn = () => ["running", "paused"].includes(shown?.status.state);
  const mayOrder = () => isOn() && shown.mine;

  /** Learn from the live view which run is shown and how it is. */
  function learn(detail) {
    const isOther = detail.run !== shown?.run;
    shown = detail;
    if (!isOn()) isWaiting = false;
    if (!isOther) return false;
    version = "";
    return true;
  }

  function watch(on) {
    clearTimeout(timer);
    if (on) timer = setTimeout(look, 0);
  }

  async function look() {
    const { run, status } = shown ?? {};
    if (run && !run.startsWith("recorded:")) await ask(`runs/${encodeURIComponent(run)}/seen?known=${version}`).then((answer) => take(run, answer)).catch(() => undefined); // the live view says when the server is gone
    const isEnded = run && !isOn() && status.state !== "starting";
    clearTimeout(timer);
    timer = setTimeout(look, isWaiting ? AWAIT_MS : isEnded ? 2 * WATCH_MS : WATCH_MS);
  }

  function take(run, answer) {
    if (run !== shown.run || (answer.version ?? "") === version) return;
    version = answer.version ?? "";
    isWaiting &&= !answer.pictures;
    onSight(answer.pictures ? answer : null);
  }

  /** Order a step, or full speed. */
  async function order(name) {
    isWaiting = name !== "resume";
    try {
      await api.order(shown.run, name);
      watch(true);
    } catch (error) {
      isWaiting = false;
      onTrouble(error instanceof Refusal ? `${error.message}.` : say("lost"));
    }
  }

  return { learn, watch, order, isOn, mayOrder, isWaiting: () => isWaiting, state: () => shown?.status.state ?? "none", mine: () => Boolean(shown?.mine), recipe: () => shown?.config.recipe };
}
