// What D and G minimise, as functions of D's raw output o for one picture: the same as dcgan/training/objectives.py.
// `axis` says by what a curve is drawn: D's probability, which only cross-entropy has, or its output.

const softplus = (o) => Math.max(o, 0) + Math.log1p(Math.exp(-Math.abs(o)));
const sigmoid = (o) => 1 / (1 + Math.exp(-o));

const CROSS_ENTROPY = {
  axis: "probability",
  real: (o, smoothing) => softplus(-o) + smoothing * o,
  fakes: (o) => softplus(o),
};

const OBJECTIVES = {
  "non-saturating": { ...CROSS_ENTROPY, judged: (o) => softplus(-o) },
  minimax: { ...CROSS_ENTROPY, judged: (o) => -softplus(o) },
  "least-squares": { axis: "output", real: (o) => (o - 1) ** 2 / 2, fakes: (o) => o ** 2 / 2, judged: (o) => (o - 1) ** 2 / 2 },
  hinge: { axis: "output", real: (o) => Math.max(0, 1 - o), fakes: (o) => Math.max(0, 1 + o), judged: (o) => -o },
  wasserstein: { axis: "output", real: (o) => -o, fakes: (o) => o, judged: (o) => -o },
};

/** The curves of a recipe: {axis, real, fakes, judged}, each loss a function of o. */
function curvesOf({ objective, label_smoothing: smoothing = 0 }) {
  const curves = OBJECTIVES[objective];
  return { ...curves, real: (o) => curves.real(o, smoothing) };
}
