// The formulas of the phases in MathML, those of the recipe that is trained and no other's.

const MATHML = "http://www.w3.org/1998/Math/MathML";
const OPTIMIZERS = { adam: "Adam", rmsprop: "RMSprop", sgd: "SGD" };

function tag(name, ...children) {
  const node = document.createElementNS(MATHML, name);
  node.append(...children);
  return node;
}

const mi = (text) => tag("mi", text);
const mo = (text) => tag("mo", text);
const mn = (value) => tag("mn", typeof value === "number" ? value.toLocaleString(language, { maximumSignificantDigits: 3 }) : value);
const row = (...parts) => tag("mrow", ...parts);
const sub = (base, below) => tag("msub", base, below);
const over = (above, below) => tag("mfrac", above, below);
const squared = (base) => tag("msup", base, mn(2));
const within = (...parts) => row(mo("("), ...parts, mo(")"));

function owned(owner, name) {
  const node = mi(name);
  node.setAttribute("class", owner);
  return node;
}

const theD = () => owned("d", "D");
const theG = () => owned("g", "G");
const weightsOf = (owner) => sub(owned(owner, "θ"), owned(owner, owner.toUpperCase()));
const lossOf = (below) => sub(mi("L"), below);
const mean = (...parts) => row(over(mn(1), mi("n")), sub(mo("∑"), mi("i")), ...parts);
const minusMean = (...parts) => row(mo("−"), mean(...parts));
const theReal = () => sub(mi("x"), mi("i"));
const theFake = () => row(theG(), within(sub(mi("z"), mi("i"))));
const gradient = (owner, loss) => row(sub(mo("∇"), weightsOf(owner)), loss);

/** What D says of something: `ahead` steps on where G looks ahead. */
const says = (what, ahead = 0) => row(ahead ? sub(theD(), row(mo("+"), mn(ahead))) : theD(), within(what));
const log = (what) => row(mi("log"), what);
const oneMinus = (what) => within(mn(1), mo("−"), what);
const maxOfZeroAnd = (sign, what) => row(mi("max"), within(mn(0), mo(","), mn(1), mo(sign), what));
const half = () => over(mn(1), mn(2));

function onReal({ objective, label_smoothing: s }) {
  const d = () => says(theReal());
  if (objective === "least-squares") return mean(half(), squared(within(d(), mo("−"), mn(1))));
  if (objective === "hinge") return mean(maxOfZeroAnd("−", d()));
  if (objective === "wasserstein") return minusMean(d());
  if (!s) return minusMean(log(d()));
  return minusMean(within(mn(1 - s), log(d()), mo("+"), mn(s), log(oneMinus(d()))));
}

function onFakes({ objective }) {
  const d = () => says(theFake());
  if (objective === "least-squares") return mean(half(), squared(d()));
  if (objective === "hinge") return mean(maxOfZeroAnd("+", d()));
  if (objective === "wasserstein") return mean(d());
  return minusMean(log(oneMinus(d())));
}

function ofG({ objective, unroll_steps: ahead }) {
  const d = () => says(theFake(), ahead);
  if (objective === "least-squares") return mean(half(), squared(within(d(), mo("−"), mn(1))));
  if (objective === "minimax") return mean(log(oneMinus(d())));
  if (objective === "non-saturating") return minusMean(log(d()));
  return minusMean(d());
}

/** The penalties that keep D smooth, as summands of its loss. */
function penalties({ r1, gradient_penalty: lambda }) {
  const slope = (at) => row(mo("‖"), sub(mo("∇"), at), theD(), within(at.cloneNode(true)), mo("‖"));
  const parts = [];
  if (r1) parts.push(mo("+"), over(mn(r1), mn(2)), mean(squared(slope(theReal()))));
  if (lambda) parts.push(mo("+"), mn(lambda), mean(squared(within(slope(sub(tag("mover", mi("x"), mo("^")), mi("i"))), mo("−"), mn(1)))));
  return parts;
}

function update(owner, { optimizer }, loss) {
  const moved = row(mi(OPTIMIZERS[optimizer] ?? optimizer), within(weightsOf(owner), mo(","), gradient(owner, loss)));
  return row(weightsOf(owner), mo("←"), moved);
}

/** The lines of a phase, counted from 0, as MathML. */
function formulasOf(phase, recipe) {
  const [real, fakes, d, g] = [() => lossOf(mi("x")), () => lossOf(mi("z")), () => lossOf(theD()), () => lossOf(theG())];
  const chain = row(
    over(row(mo("∂"), g()), row(mo("∂"), weightsOf("g"))), mo("="), sub(mo("∑"), mi("i")),
    over(row(mo("∂"), g()), row(mo("∂"), theFake())), mo("·"), over(row(mo("∂"), theFake()), row(mo("∂"), weightsOf("g"))),
  );
  const lines = [
    [row(real(), mo("="), onReal(recipe))],
    [row(fakes(), mo("="), onFakes(recipe))],
    [row(d(), mo("="), real(), mo("+"), fakes(), ...penalties(recipe)), update("d", recipe, d())],
    [row(g(), mo("="), ofG(recipe))],
    [chain, update("g", recipe, g())],
  ];
  return lines[phase].map((line) => {
    const math = tag("math", line);
    math.setAttribute("display", "block");
    return math;
  });
}
