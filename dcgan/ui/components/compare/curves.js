// A chart for each measure, with a curve for each run: a colour and a dash of its own, the same under its sheet and in the table.

const MEASURES = { loss_d: "d", loss_g: "g", d_real: "d", d_fake: "g", diversity: "g", grad_norm_d: "d", grad_norm_g: "g" };
const CHARTS = [...Object.keys(MEASURES), ...Object.keys(TAKEN)];
const DASHES = ["solid", "9px,4px", "2px,3px", "10px,3px,2px,3px"];
const SHARES = ["d_real", "d_fake"]; // from 0 to 1
const CAN_BE_LOG = ["loss_d", "loss_g", "grad_norm_d", "grad_norm_g", "kid", "swd"];
const SEPARATORS = number(0.5, 1).at(1) + number(10000).at(-4); // of decimals and of thousands, as the language has them

function createCurves(root) {
  const boxes = Object.fromEntries(CHARTS.map((key) => [key, root.querySelector(`[data-chart="${key}"]`)]));
  const drawn = new Set();
  let plotly = null;
  let runs = []; // [{source, label}]
  let marked = null; // the step whose sheets are looked at, when they are not the newest
  let [by, isLog, span] = ["step", false, 16];

  const css = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const ys = (key, data) => data[`${key}_mean`];

  function line(key, history) {
    if (!TAKEN[key]) return { x: scaled(history.all()[by], by), y: [...ys(key, history.all())], mode: "lines" };
    const points = history.points(key);
    return { x: points.map(({ step }) => history.place(step, by)), y: points.map((event) => event[key]), mode: "lines+markers" };
  }

  function traces(key) {
    return runs.map(({ source, label }, index) => ({
      ...line(key, source.history),
      name: label,
      line: { color: css(`--run-${index}`), width: 2, dash: DASHES[index], simplify: true },
      hovertemplate: "%{y:.3g} " + label.replaceAll("<", "&lt;") + "<extra></extra>",
    }));
  }

  function shapes(key) {
    const half = { type: "line", xref: "paper", x0: 0, x1: 1, y0: 0.5, y1: 0.5, layer: "below", line: { color: css("--body-text-color"), width: 1, dash: "dash" } };
    const looked = marked === null || by !== "step" ? [] : [{ type: "line", yref: "paper", x0: marked, x1: marked, y0: 0, y1: 1, line: { color: css("--body-text-color"), width: 1.5 } }];
    return [...(SHARES.includes(key) ? [half] : []), ...looked];
  }

  function layout(key) {
    const grid = css("--border-color-primary");
    const axis = { gridcolor: grid, linecolor: grid, zeroline: false, tickfont: { size: 11 }, fixedrange: true };
    const scale = SHARES.includes(key) ? { range: [-0.02, 1.02] } : isLog && CAN_BE_LOG.includes(key) ? { type: "log" } : { rangemode: "tozero" };
    return {
      autosize: true,
      margin: { l: 38, r: 10, t: 8, b: 24 },
      paper_bgcolor: "transparent",
      plot_bgcolor: "transparent",
      font: { color: css("--body-text-color"), family: getComputedStyle(root).fontFamily },
      separators: SEPARATORS,
      showlegend: false,
      hovermode: "x",
      dragmode: false, // a finger that moves over a chart scrolls the page
      xaxis: { ...axis, rangemode: "tozero", nticks: 6, separatethousands: true },
      yaxis: { ...axis, nticks: 6, ...scale },
      shapes: shapes(key),
    };
  }

  function draw() {
    if (!plotly) return;
    for (const [key, box] of Object.entries(boxes)) {
      if (TAKEN[key]) box.closest("figure").hidden = !runs.some(({ source }) => source.history.points(key).length);
      if (!box.checkVisibility()) drawn.delete(key); // without a size Plotly would take its own
      else plotly.react(box, traces(key), layout(key), { displayModeBar: false, responsive: false }) && drawn.add(key);
    }
  }

  /** Draw a run's new points, or everything where `fresh` is null. */
  function grow(source, fresh) {
    const index = runs.findIndex((run) => run.source === source);
    if (!fresh || !drawn.size) return draw();
    for (const key of [...drawn].filter((each) => !TAKEN[each])) plotly.extendTraces(boxes[key], { x: [scaled(fresh[by], by)], y: [ys(key, fresh)] }, [index]);
    return undefined;
  }

  function show(list) {
    runs = list;
    for (const { source } of runs) source.history.smooth(span);
    draw();
  }

  function mark(step) {
    if (step === marked) return;
    marked = step;
    for (const key of drawn) plotly.relayout(boxes[key], { shapes: shapes(key) });
  }

  /** Draw by another axis, scale or smoothing: {by, isLog, span}. */
  function look(how) {
    [by, isLog] = [how.by ?? by, how.isLog ?? isLog];
    if (how.span) for (const { source } of runs) source.history.smooth((span = how.span));
    draw();
  }

  async function open() {
    plotly ??= await loadPlotly();
    draw();
  }

  function resize() {
    const seen = Object.keys(boxes).filter((key) => boxes[key].checkVisibility());
    if (seen.some((key) => !drawn.has(key))) draw();
    else for (const key of seen) plotly.Plots.resize(boxes[key]);
  }

  new ResizeObserver(debounced(() => plotly && resize(), 80)).observe(root);
  new MutationObserver(debounced(draw, 30)).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  return { open, show, grow, mark, look, draw };
}

/** A run's line as the charts draw it, before its name. */
function lineMark(index) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  svg.setAttribute("viewBox", "0 0 36 6");
  svg.setAttribute("class", "mark");
  svg.setAttribute("aria-hidden", "true");
  for (const [name, value] of Object.entries({ x1: 0, x2: 36, y1: 3, y2: 3 })) line.setAttribute(name, value);
  line.setAttribute("style", `stroke: var(--run-${index}); stroke-dasharray: ${DASHES[index] === "solid" ? "none" : DASHES[index].replaceAll("px", "")}`);
  svg.append(line);
  return svg;
}
