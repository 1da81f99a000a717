// The losses of one picture as a curve over what D says of it, with the batch's pictures as points on it.

const [PLOT_WIDTH, PLOT_HEIGHT] = [340, 190];
const EDGE = { left: 34, right: 10, top: 10, bottom: 34 };
const SAMPLES = 120;
const MOST_LOSS = 12; // a point further up is drawn at the edge

/** What each phase draws: [the loss, whose points, hollow]. */
const DRAWN = [
  [["real", "real"]],
  [["fakes", "fakes"]],
  [["real", "real"], ["fakes", "fakes"]],
  [["judged", "fakes", true], ["judged", "judged"]],
  [["judged", "fakes", true], ["judged", "judged"]],
];
const OWNER = { real: "d", fakes: "d", judged: "g" }; // whose loss it is

/** Return the SVG of a phase's curves and points, and what they are in words. */
function lossPlot(sight, recipe, phase) {
  const curves = curvesOf(recipe);
  const isProbability = curves.axis === "probability";
  const sets = DRAWN[phase].map(([loss, of, isHollow]) => ({ loss, of, isHollow, outputs: sight.outputs[of].filter((o) => o !== null) }));
  const along = (o) => (isProbability ? sigmoid(o) : o);
  const losses = sets.flatMap(({ loss, outputs }) => outputs.map(curves[loss]));
  const all = sets.flatMap(({ outputs }) => outputs);
  const reach = isProbability ? [0, 1] : [Math.min(-1.5, ...all), Math.max(1.5, ...all)];
  const height = heightOf(losses, sets, curves, reach, isProbability);
  const x = (value) => EDGE.left + ((value - reach[0]) / (reach[1] - reach[0])) * (PLOT_WIDTH - EDGE.left - EDGE.right);
  const y = (value) => PLOT_HEIGHT - EDGE.bottom - ((bounded(value, height) - height[0]) / (height[1] - height[0])) * (PLOT_HEIGHT - EDGE.top - EDGE.bottom);
  const svg = shape("svg", { viewBox: `0 0 ${PLOT_WIDTH} ${PLOT_HEIGHT}`, role: "img" }, ...axes(reach, height, x, y, isProbability));
  for (const loss of new Set(sets.map((set) => set.loss))) {
    svg.append(shape("path", { d: path(curves[loss], reach, height, x, y, isProbability), class: `line ${OWNER[loss]}` }));
  }
  for (const { loss, of, isHollow, outputs } of sets) {
    for (const o of outputs) svg.append(point(of, x(along(o)), y(curves[loss](o)), isHollow));
  }
  return svg;
}

const bounded = (value, [low, high]) => Math.min(high, Math.max(low, value));

/** The range of losses that is drawn: all points, as far as MOST_LOSS goes, and enough of the curve to see its bend. */
function heightOf(losses, sets, curves, reach, isProbability) {
  const ends = isProbability ? [] : sets.flatMap(({ loss }) => reach.map(curves[loss]));
  const least = Math.min(0, ...losses, ...ends);
  const most = Math.max(0, ...losses, ...ends);
  const curve = isProbability ? 3 : 0;
  const isNegative = isProbability && sets.some(({ loss }) => curves[loss](0) < 0);
  const low = isNegative ? Math.min(-curve, least) : least;
  const high = isNegative ? Math.max(0, most) : Math.max(curve, most);
  return isProbability ? [Math.max(-MOST_LOSS, low), Math.min(MOST_LOSS, high)] : [low, high === low ? low + 1 : high];
}

function path(loss, reach, height, x, y, isProbability) {
  const places = [];
  for (let index = 0; index <= SAMPLES; index += 1) {
    const share = isProbability ? (index + 0.02) / (SAMPLES + 0.04) : index / SAMPLES;
    const value = reach[0] + share * (reach[1] - reach[0]);
    places.push([value, loss(isProbability ? Math.log(value / (1 - value)) : value)]);
  }
  const seen = places.filter(([, at]) => at >= height[0] && at <= height[1]);
  return seen.map(([value, at], index) => `${index ? "L" : "M"}${x(value).toFixed(1)} ${y(at).toFixed(1)}`).join("");
}

/** Real pictures are discs of D's colour, fakes diamonds of G's; hollow is what was before. */
function point(of, x, y, isHollow) {
  const kind = `point ${of === "real" ? "real" : "fake"} ${isHollow ? "hollow" : ""}`;
  if (of === "real") return shape("circle", { cx: x, cy: y, r: 4, class: kind });
  return shape("path", { d: `M${x} ${y - 5} l5 5 l-5 5 l-5 -5 Z`, class: kind });
}

function axes(reach, height, x, y, isProbability) {
  const text = (at, up, words, anchor) => shape("text", { x: at, y: up, "text-anchor": anchor, "dominant-baseline": "central", class: "tick" }, words);
  const digits = (value) => number(value, Number.isInteger(value) ? 0 : 1);
  const across = isProbability ? [0, 0.5, 1] : ticks(reach);
  const up = ticks(height);
  const bottom = PLOT_HEIGHT - EDGE.bottom;
  return [
    ...up.map((value) => shape("path", { d: `M${EDGE.left} ${y(value)} H${PLOT_WIDTH - EDGE.right}`, class: "rule" })),
    ...up.map((value) => text(EDGE.left - 5, y(value), digits(value), "end")),
    ...across.map((value) => text(x(value), bottom + 11, digits(value), "middle")),
    text((EDGE.left + PLOT_WIDTH - EDGE.right) / 2, PLOT_HEIGHT - 7, say(isProbability ? "axis_probability" : "axis_output"), "middle"),
  ];
}

/** About four round numbers of a range. */
function ticks([low, high]) {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const width = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
  const found = [];
  for (let value = Math.ceil(low / width) * width; value <= high + width * 1e-6; value += width) found.push(Math.abs(value) < width * 1e-6 ? 0 : value);
  return found;
}
