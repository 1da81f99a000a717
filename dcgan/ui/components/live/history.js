// What the charts draw: measures of a run, kept to a few thousand points, with a running mean beside each.

const MOST_POINTS = 5000;
const POINTS_AFTER_THINNING = 2500;
const MEAN_WEIGHT = 0.06; // of the newest step: the mean looks back over about 16 steps

/** Keep `keys` of a run's rows. `add(columns, rows)` returns what is new, or null when everything must be drawn again. */
function createHistory(keys) {
  const series = [...keys, ...keys.map((key) => `${key}_mean`)];
  let data;
  let means;
  let spacing;

  function clear() {
    data = { step: [], ...Object.fromEntries(series.map((key) => [key, []])) };
    means = {};
    spacing = 0;
  }

  function average(key, value) {
    if (value !== null) means[key] = means[key] === undefined ? value : means[key] + MEAN_WEIGHT * (value - means[key]);
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
    const fresh = { step: [], ...Object.fromEntries(series.map((key) => [key, []])) };
    const at = Object.fromEntries(["step", ...keys].map((key) => [key, columns.indexOf(key)]));
    let last = data.step.at(-1) ?? -Infinity;
    for (const row of rows) {
      const averages = keys.map((key) => average(key, row[at[key]])); // over all rows, also those not kept
      if (row[at.step] - last < spacing) continue;
      last = row[at.step];
      fresh.step.push(last);
      keys.forEach((key, index) => {
        fresh[key].push(row[at[key]]);
        fresh[`${key}_mean`].push(averages[index]);
      });
    }
    for (const key in data) data[key] = data[key].concat(fresh[key]);
    if (data.step.length <= MOST_POINTS) return fresh;
    thin();
    return null;
  }

  clear();
  return { clear, add, all: () => data };
}
