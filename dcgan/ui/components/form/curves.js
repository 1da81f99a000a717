// An activation as a picture: its curve, and its slope dashed.

const REACH = 3; // from -REACH to REACH both ways
const SVG = "http://www.w3.org/2000/svg";

/** erf by Abramowitz and Stegun 7.1.26, within 1.5e-7. */
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - tail * Math.exp(-x * x));
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const elu = (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x));

/** The functions by torch's names; `slope` is leaky_relu's below zero, or elu's alpha. */
const ACTIVATIONS = {
  relu: (x) => Math.max(0, x),
  leaky_relu: (x, slope) => (x > 0 ? x : (slope ?? 0.01) * x),
  elu: (x, slope) => elu(x, slope ?? 1),
  selu: (x) => 1.0507009873554805 * elu(x, 1.6732632423543772),
  gelu: (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
  silu: (x) => x * sigmoid(x),
  tanh: Math.tanh,
  sigmoid,
};

function activationFigure({ kind, slope }) {
  const value = (x) => ACTIVATIONS[kind](x, slope ?? undefined);
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  caption.textContent = layerName({ type: "activation", kind, slope });
  figure.append(curvePicture(value, say("activation_curve", { name: caption.textContent })), caption);
  return figure;
}

function curvePicture(value, description) {
  const half = 0.001; // the slope is that of a chord this wide to both sides
  const slopeAt = (x) => (value(x + half) - value(x - half)) / (2 * half);
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `${-REACH} ${-REACH} ${2 * REACH} ${2 * REACH}`);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", description);
  for (const [name, points] of [["axis", [[-REACH, 0], [REACH, 0]]], ["axis", [[0, -REACH], [0, REACH]]], ["slope", sampled(slopeAt)], ["curve", sampled(value)]]) {
    const line = document.createElementNS(SVG, "polyline");
    line.setAttribute("points", points.map(([x, y]) => `${x},${-y}`).join(" "));
    line.setAttribute("class", name);
    picture.append(line);
  }
  return picture;
}

function sampled(f) {
  const places = Array.from({ length: 121 }, (_, index) => -REACH + (index * REACH) / 60);
  return places.map((x) => [x.toFixed(3), f(x).toFixed(3)]);
}

/** The figures of all activations in both networks, each once. */
function activationFigures(...networks) {
  const layers = networks.flatMap((network) => network.layers).filter(({ type }) => type === "activation");
  const once = new Map(layers.map((layer) => [layerName(layer), layer]));
  return [...once.values()].map(activationFigure);
}
