// How far a run is and how long it has still to go, from its budget and what it did so far.

const RATE_ROWS = 200; // the time left follows the speed of about the last 200 steps

function createProgress() {
  let recent;

  function clear() {
    recent = [];
  }

  /** Take rows as [step, epoch, seconds]. */
  function add(rows) {
    recent = [...recent, ...rows].slice(-RATE_ROWS);
  }

  /** Steps (unit 0) or epochs (unit 1) a second, from the recent rows. */
  function rate(unit) {
    if (recent.length < 2) return null;
    const [first, last] = [recent[0], recent.at(-1)];
    return last[2] > first[2] ? (last[unit] - first[unit]) / (last[2] - first[2]) : null;
  }

  /** Return {fraction, left (seconds)}, each null while unknown. */
  function towards(budget, status) {
    const [step, epoch] = recent.at(-1) ?? [status.step, 0];
    if (budget?.minutes) return shares(status.seconds, budget.minutes * 60, 1);
    if (budget?.steps) return shares(step, budget.steps, rate(0));
    if (budget?.epochs) return shares(epoch, budget.epochs, rate(1));
    return { fraction: null, left: null };
  }

  function shares(done, whole, speed) {
    return { fraction: Math.min(1, done / whole), left: speed ? Math.max(0, whole - done) / speed : null };
  }

  clear();
  return { clear, add, towards, epoch: () => recent.at(-1)?.[1] ?? null };
}
