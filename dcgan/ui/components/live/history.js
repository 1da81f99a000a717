// What the charts draw: measures of a run, kept to a few thousand points, with a running mean beside each.

const MOST_POINTS = 5000;
const POINTS_AFTER_THINNING = 2500;
const PLACES = ["step", "epoch", "seconds"]; // what a point can be placed by
const TAKEN = { kid: { event: "kid", error: "kid_se" }, swd: { event: "scored" } }; // measures that are taken now and then, by an event

/**
 * Keep `keys` of a run's rows. `add(columns, rows)` returns what is new, or null when everything must be drawn again.
 * A mean looks back over about `span` points.
 */
function createHistory(keys) {
  const series = [...PLACES, ...keys, ...keys.map((key) => `${key}_mean`)];
  let data;
  let taken; // events of measures
  let means;
  let spacing;
  let span = 16;

  const nothing = () => Object.fromEntries(series.map((key) => [key, []]));

  function clear() {
    data = nothing();
    taken = [];
    means = {};
    spacing = 0;
  }

  function average(key, value) {
    if (value !== null) means[key] = means[key] === undefined ? value : means[key] + (value - means[key]) / span;
    return means[key] ?? null;
  }

  function thin() {
    const steps = data.step;
    spacing = (steps.at(-1) - steps[0]) / POINTS_AFTER_THINNING;
    let last = -Infinity;
    const kept = steps.map((step) => step - last >= spacing && ((last = step), true));
    for (const key in data) data[key] = data[key].filter((_, index) => kept[index]);
  }

  function add(columns, rows) {
    const fresh = nothing();
    const at = Object.fromEntries([...PLACES, ...keys].map((key) => [key, columns.indexOf(key)]));
    let last = data.step.at(-1) ?? -Infinity;
    for (const row of rows) {
      const averages = keys.map((key) => average(key, row[at[key]] ?? null)); // over all rows, also those not kept
      if (row[at.step] - last < spacing) continue;
      last = row[at.step];
      for (const key of [...PLACES, ...keys]) fresh[key].push(row[at[key]] ?? null);
      keys.forEach((key, index) => fresh[`${key}_mean`].push(averages[index]));
    }
    for (const key in data) data[key] = data[key].concat(fresh[key]);
    if (data.step.length <= MOST_POINTS) return fresh;
    thin();
    return null;
  }

  /** Look back over another number of points. */
  function smooth(points) {
    span = points;
    means = {};
    for (const key of keys) data[`${key}_mean`] = data[key].map((value) => average(key, value));
  }

  /** The index of the last point at or before `step`. */
  function indexOf(step) {
    let [low, high] = [0, data.step.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (data.step[middle] <= step) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  /** Where `step` stands on the axis `place`: null before the first point. */
  function place(step, by) {
    if (by === "step") return step;
    const value = data[by][indexOf(step)];
    return value === undefined ? null : scaled([value], by)[0];
  }

  /** Keep what events measured; return whether they did. */
  function note(events) {
    const found = events.filter(({ event }) => Object.values(TAKEN).some((measure) => measure.event === event));
    taken.push(...found);
    return found.length > 0;
  }

  /** The events by which a measure of TAKEN was taken. */
  function points(key) {
    return taken.filter((event) => event.event === TAKEN[key].event && event[key] !== null);
  }

  clear();
  return { clear, add, smooth, indexOf, place, note, points, all: () => data };
}

/** Seconds are drawn as minutes. */
function scaled(values, by) {
  return by === "seconds" ? values.map((value) => value / 60) : values;
}
