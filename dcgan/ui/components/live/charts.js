// The charts. They grow by Plotly.extendTraces, which costs the same however long the run is; everything is drawn again
// only after a switch of run, of axis or smoothing, of theme or width. Charts that are folded away are not drawn.

/** The losses of D and of G where D can only guess, by the recipe's objective. */
const GUESSING = {
  "non-saturating": [[Math.log(4), "ln 4"], [Math.log(2), "ln 2"]],
  minimax: [[Math.log(4), "ln 4"], [-Math.log(2), "−ln 2"]],
  "least-squares": [[1 / 4, "¼"], [1 / 8, "⅛"]],
  hinge: [[2, "2"], [0, "0"]],
  wasserstein: [[0, "0"], [0, ""]],
};

const CHARTS = {
  losses: { keys: ["loss_d", "loss_g"], owners: "dg", lines: guesses("non-saturating"), yaxis: { rangemode: "tozero" }, canBeLog: true },
  opinion: { keys: ["d_real", "d_fake", "d_fake_after"], owners: "dgg", dashed: "d_fake_after", lines: [{ at: 0.5, owner: null, text: "½" }], yaxis: { range: [-0.02, 1.02] } },
  norms: { keys: ["grad_norm_d", "grad_norm_g"], owners: "dg", lines: [], yaxis: { rangemode: "tozero" }, canBeLog: true },
  diversity: { keys: ["diversity"], owners: "g", lines: [], yaxis: { rangemode: "tozero" } },
  kid: { keys: [], taken: "kid", lines: [], yaxis: { rangemode: "tozero" }, canBeLog: true },
  swd: { keys: [], taken: "swd", lines: [], yaxis: { rangemode: "tozero" }, canBeLog: true },
};

const SEPARATORS = number(0.5, 1).at(1) + number(10000).at(-4); // of decimals and of thousands, as the language has them
const YANCHORS = { d: "bottom", g: "top" };
const DOTTED = "2px,3px"; // the other run

function guesses(objective) {
  return (GUESSING[objective] ?? GUESSING["non-saturating"]).map(([at, text], index) => ({ at, text, owner: "dg"[index] }));
}

/** A chart's own history needs all keys of all charts. */
function newHistory() {
  return createHistory(Object.values(CHARTS).flatMap((chart) => chart.keys));
}

function createCharts(root) {
  const boxes = Object.fromEntries(Object.keys(CHARTS).map((name) => [name, root.querySelector(`[data-chart="${name}"]`)]));
  const history = newHistory();
  const drawn = new Set();
  let plotly = null;
  let marked = null; // the step whose sheet is looked at, when it is not the newest
  let events = []; // {step, colour}: what happened
  let other = null; // the history of a second run, laid over this one
  let by = "step";
  let isLog = false;

  function palette() {
    const style = getComputedStyle(root);
    const read = (name) => style.getPropertyValue(name).trim();
    return {
      d: read("--d"),
      g: read("--g"),
      text: read("--body-text-color"),
      grid: read("--border-color-primary"),
      ground: read("--block-background-fill"),
      warning: read("--warning"),
      failure: read("--failure"),
    };
  }

  /** What is measured now and then: a point each time, with its error where it has one. */
  function pointsOf(source, key, colours, look) {
    const found = source.points(key);
    const error_y = { type: "data", array: found.map((event) => event[TAKEN[key].error] ?? 0), visible: found.some((event) => event[TAKEN[key].error]), thickness: 1, width: 3 };
    const line = { color: colours.g, ...look };
    return { x: found.map(({ step }) => source.place(step, by)), y: found.map((event) => event[key]), error_y, mode: "lines+markers", marker: { size: 6, color: colours.g }, line, hoverinfo: "x+y" };
  }

  function traces({ keys, owners, dashed, taken }, colours) {
    if (taken) return [pointsOf(history, taken, colours, { width: 2.25 }), ...(other ? [pointsOf(other, taken, colours, { width: 2, dash: DOTTED })] : [])];
    const data = history.all();
    const line = (source, key, color, look) => ({ x: scaled(source[by], by), y: [...source[key]], mode: "lines", line: { color, simplify: true, ...look } });
    const colour = (index) => colours[owners[index]];
    return [
      ...keys.map((key, index) => ({ ...line(data, key, colour(index), { width: 1 }), opacity: 0.28, hoverinfo: "skip" })),
      ...keys.map((key, index) => ({ ...line(data, `${key}_mean`, colour(index), key === dashed ? { width: 1.5, dash: "dash" } : { width: 2.25 }), hoverinfo: "x+y" })),
      ...(other ? keys.map((key, index) => ({ ...line(other.all(), `${key}_mean`, colour(index), { width: 2, dash: DOTTED }), hoverinfo: "x+y" })) : []),
    ];
  }

  function shapes({ lines }, colours) {
    const dashed = lines.map(({ at, owner }) => ({
      type: "line", xref: "paper", x0: 0, x1: 1, y0: at, y1: at, layer: "below",
      line: { color: colours[owner] ?? colours.text, width: 1, dash: "dash" },
    }));
    const upright = (step, line) => ({ type: "line", yref: "paper", x0: history.place(step, by), x1: history.place(step, by), y0: 0, y1: 1, line });
    const happened = events.map(({ step, kind }) => upright(step, { color: colours[kind] ?? colours.text, width: 1.5, dash: "dot" }));
    if (marked === null) return [...dashed, ...happened];
    const end = scaled(history.all()[by].slice(-1), by)[0] ?? 0;
    const [x0, x1] = [history.place(marked, by), end];
    const later = { type: "rect", yref: "paper", x0, x1, y0: 0, y1: 1, fillcolor: colours.ground, opacity: 0.78, line: { width: 0 } };
    return [...dashed, ...happened, later, upright(marked, { color: colours.text, width: 1.5 })];
  }

  /** The dashed lines' values, in the right margin, where no curve runs through them; D's above its line, G's below, as they lie close under high losses. */
  function annotations({ lines, canBeLog }, colours) {
    const place = { xref: "paper", x: 1, xanchor: "left", xshift: 3, showarrow: false };
    const height = (at) => (isLog && canBeLog ? Math.log10(at) : at);
    return lines
      .filter(({ at }) => !(isLog && canBeLog) || at > 0)
      .map(({ at, owner, text }) => ({ ...place, y: height(at), yanchor: YANCHORS[owner] ?? "middle", text, font: { size: 11, color: colours[owner] ?? colours.text } }));
  }

  function layout(chart, colours) {
    const axis = { gridcolor: colours.grid, zeroline: false, linecolor: colours.grid, tickfont: { size: 11 }, fixedrange: true };
    const log = isLog && chart.canBeLog ? { type: "log", rangemode: "normal" } : {};
    return {
      autosize: true,
      margin: { l: 38, r: 30, t: 8, b: 24 },
      paper_bgcolor: "transparent",
      plot_bgcolor: "transparent",
      font: { color: colours.text, family: getComputedStyle(root).fontFamily },
      separators: SEPARATORS,
      showlegend: false,
      hovermode: "x",
      dragmode: false, // a finger that moves over a chart scrolls the page
      xaxis: { ...axis, rangemode: "tozero", nticks: 6, separatethousands: true },
      yaxis: { ...axis, nticks: 6, ...chart.yaxis, ...log },
      shapes: shapes(chart, colours),
      annotations: annotations(chart, colours),
    };
  }

  function draw() {
    if (!plotly) return;
    const colours = palette();
    for (const [name, chart] of Object.entries(CHARTS)) {
      if (!boxes[name].checkVisibility()) drawn.delete(name); // without a size Plotly would take its own
      else plotly.react(boxes[name], traces(chart, colours), layout(chart, colours), { displayModeBar: false, responsive: false }) && drawn.add(name);
    }
  }

  function extend(fresh) {
    const x = scaled(fresh[by], by);
    for (const name of drawn) {
      const { keys } = CHARTS[name];
      if (!keys.length) continue;
      const ys = [...keys, ...keys.map((key) => `${key}_mean`)].map((key) => fresh[key]);
      plotly.extendTraces(boxes[name], { x: ys.map(() => x), y: ys }, ys.map((_, index) => index));
    }
  }

  function add(columns, rows) {
    const fresh = history.add(columns, rows);
    if (!plotly) return;
    if (drawn.size && fresh) extend(fresh);
    else draw();
  }

  /** Take the events by which something was measured. */
  function note(fresh) {
    if (history.note(fresh)) draw();
  }

  function clear() {
    history.clear();
    [marked, events] = [null, []];
    draw();
  }

  function redrawShapes() {
    for (const name of drawn) plotly.relayout(boxes[name], { shapes: shapes(CHARTS[name], palette()) });
  }

  function mark(step) {
    if (step === marked) return;
    marked = step;
    redrawShapes();
  }

  /** Show when things happened: [{step, kind}], kind warning, failure or anything else. */
  function happen(list) {
    events = list;
    redrawShapes();
  }

  /** Draw by another axis, log scale, smoothing or second run: {by, isLog, span, other}. */
  function look(how) {
    by = how.by ?? by;
    isLog = how.isLog ?? isLog;
    if (how.span) for (const each of [history, other]) each?.smooth(how.span);
    if ("other" in how) other = how.other;
    draw();
  }

  /** Draw the lines of a run's objective. */
  function judgeBy(objective) {
    CHARTS.losses.lines = guesses(objective);
    draw();
  }

  async function open() {
    plotly = await loadPlotly();
    draw();
  }

  function resize() {
    const seen = Object.keys(CHARTS).filter((name) => boxes[name].checkVisibility());
    if (seen.some((name) => !drawn.has(name))) draw();
    else for (const name of seen) plotly.Plots.resize(boxes[name]);
  }

  /** What the curves say at the step that is looked at, or the newest: {measure: text}. */
  function texts() {
    const data = history.all();
    const index = marked === null ? data.step.length - 1 : history.indexOf(marked);
    const means = Object.values(CHARTS).flatMap(({ keys }) => keys.map((key) => [key, number(data[`${key}_mean`][index], 2)]));
    return Object.fromEntries([...means, ...Object.keys(TAKEN).map((key) => [key, textOf(key)])]);
  }

  function textOf(key) {
    const last = history.points(key).filter(({ step }) => marked === null || step <= marked).at(-1);
    const error = last?.[TAKEN[key].error];
    return number(last?.[key], 4) + (error ? ` ± ${number(error, 4)}` : "");
  }

  new ResizeObserver(debounced(() => plotly && resize(), 80)).observe(root);
  new MutationObserver(debounced(draw, 30)).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  return { open, add, note, clear, mark, happen, look, judgeBy, texts, draw, ready: () => plotly !== null };
}
