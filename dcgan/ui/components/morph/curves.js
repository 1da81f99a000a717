/* One small chart: a curve for each path, a band where there is one, and a line at the frame that is shown. */

const SVG = "http://www.w3.org/2000/svg";
const CHART = { width: 400, height: 120 };

class Curves {
  #figure;
  #svg;
  #playhead;
  #top;

  /** `figure` holds an svg and one element .mo-top, which names the upper edge's value. */
  constructor(figure) {
    this.#figure = figure;
    this.#svg = figure.querySelector("svg");
    this.#top = figure.querySelector(".mo-top");
    this.#svg.setAttribute("viewBox", `0 0 ${CHART.width} ${CHART.height}`);
    this.#svg.setAttribute("preserveAspectRatio", "none");
  }

  /** `curves` are {method, values}; `length` frames lie along the axis; `keys` every so many frames a thin line; `say` describes it. */
  draw({ curves, length, keys, band, number, say }) {
    const highest = Math.max(...curves.flatMap(({ values }) => values), band?.[1] ?? 0, 1e-6) * 1.08;
    const x = (k) => (k / Math.max(1, length - 1)) * CHART.width;
    const y = (value) => CHART.height - (value / highest) * CHART.height;
    const parts = [];
    if (band) parts.push(shape("rect", "mo-band", { x: 0, width: CHART.width, y: y(band[1]), height: y(band[0]) - y(band[1]) }));
    for (let k = 0; k < length; k += keys) parts.push(shape("line", "mo-tick", { x1: x(k), x2: x(k), y1: 0, y2: CHART.height }));
    for (const { method, values } of curves) {
      const points = values.map((value, k) => `${x(k).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
      parts.push(shape("polyline", `mo-curve mo-${method}`, { points }));
    }
    this.#playhead = shape("line", "mo-playhead", { x1: 0, x2: 0, y1: 0, y2: CHART.height });
    this.#svg.replaceChildren(...parts, this.#playhead);
    this.#svg.setAttribute("aria-label", say);
    this.#top.textContent = number(highest);
    this.#figure.hidden = false;
  }

  at(fraction) {
    this.#playhead?.setAttribute("transform", `translate(${fraction * CHART.width} 0)`);
  }
}

function shape(name, className, attributes) {
  const node = document.createElementNS(SVG, name);
  node.setAttribute("class", className);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length ? sorted[Math.floor(sorted.length / 2)] : 0;
}
