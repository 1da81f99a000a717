// The two charts. They grow by Plotly.extendTraces, which costs the same however long the run is; everything is drawn
// again only after a switch of run, theme or width.

/** The losses of D and of G where D can only guess, by the recipe's objective. */
const GUESSING = {
  "non-saturating": [[Math.log(4), "ln 4"], [Math.log(2), "ln 2"]],
  minimax: [[Math.log(4), "ln 4"], [-Math.log(2), "−ln 2"]],
  "least-squares": [[1 / 4, "¼"], [1 / 8, "⅛"]],
  hinge: [[2, "2"], [0, "0"]],
  wasserstein: [[0, "0"], [0, ""]],
};

const CHARTS = {
  losses: {
    keys: ["loss_d", "loss_g"],
    lines: guesses("non-saturating"),
    yaxis: { rangemode: "tozero" },
  },
  opinion: { keys: ["d_real", "d_fake"], lines: [{ at: 0.5, owner: null, text: "½" }], yaxis: { range: [-0.02, 1.02] } },
};

const SEPARATORS = number(0.5, 1).at(1) + number(10000).at(-4); // of decimals and of thousands, as the language has them

function guesses(objective) {
  return (GUESSING[objective] ?? GUESSING["non-saturating"]).map(([at, text], index) => ({ at, text, owner: "dg"[index] }));
}

function createCharts(root) {
  const boxes = Object.fromEntries(Object.keys(CHARTS).map((name) => [name, root.querySelector(`[data-chart="${name}"]`)]));
  const history = createHistory(Object.values(CHARTS).flatMap((chart) => chart.keys));
  let plotly = null;
  let drawn = false;
  let marked = null; // the step whose sheet is looked at, when it is not the newest

  function palette() {
    const style = getComputedStyle(root);
    const read = (name) => style.getPropertyValue(name).trim();
    return { d: read("--d"), g: read("--g"), text: read("--body-text-color"), grid: read("--border-color-primary") };
  }

  function traces({ keys }, colours, data) {
    const [d, g] = [colours.d, colours.g];
    const line = (key, color, bold) => ({
      x: [...data.step],
      y: [...data[key]],
      mode: "lines",
      line: { color, width: bold ? 2.25 : 1, simplify: true },
      opacity: bold ? 1 : 0.28,
      hoverinfo: bold ? "x+y" : "skip",
    });
    return [line(keys[0], d, false), line(keys[1], g, false), line(`${keys[0]}_mean`, d, true), line(`${keys[1]}_mean`, g, true)];
  }

  function shapes({ lines }, colours) {
    const dashed = lines.map(({ at, owner }) => ({
      type: "line",
      xref: "paper",
      x0: 0,
      x1: 1,
      y0: at,
      y1: at,
      layer: "below",
      line: { color: colours[owner] ?? colours.text, width: 1, dash: "dash" },
    }));
    const mark = { type: "line", yref: "paper", x0: marked, x1: marked, y0: 0, y1: 1, line: { color: colours.text, width: 1.5 } };
    return marked === null ? dashed : [...dashed, mark];
  }

  /** The dashed lines' values, in the right margin, where no curve runs through them. */
  function annotations({ lines }, colours) {
    const place = { xref: "paper", x: 1, xanchor: "left", xshift: 3, showarrow: false };
    return lines.map(({ at, owner, text }) => ({ ...place, y: at, text, font: { size: 11, color: colours[owner] ?? colours.text } }));
  }

  function layout(chart, colours) {
    const axis = { gridcolor: colours.grid, zeroline: false, linecolor: colours.grid, tickfont: { size: 11 }, fixedrange: true };
    return {
      autosize: true,
      margin: { l: 34, r: 30, t: 8, b: 24 },
      paper_bgcolor: "transparent",
      plot_bgcolor: "transparent",
      font: { color: colours.text, family: getComputedStyle(root).fontFamily },
      separators: SEPARATORS,
      showlegend: false,
      hovermode: "x",
      dragmode: false, // a finger that moves over a chart scrolls the page
      xaxis: { ...axis, rangemode: "tozero", nticks: 6, separatethousands: true },
      yaxis: { ...axis, nticks: 6, ...chart.yaxis },
      shapes: shapes(chart, colours),
      annotations: annotations(chart, colours),
    };
  }

  function draw() {
    if (!plotly || !isSeen()) return; // without a size Plotly would take its own
    const colours = palette();
    for (const [name, chart] of Object.entries(CHARTS)) {
      plotly.react(boxes[name], traces(chart, colours, history.all()), layout(chart, colours), { displayModeBar: false, responsive: false });
    }
    drawn = true;
  }

  function extend(fresh) {
    for (const [name, { keys }] of Object.entries(CHARTS)) {
      const ys = [...keys, ...keys.map((key) => `${key}_mean`)].map((key) => fresh[key]);
      plotly.extendTraces(boxes[name], { x: ys.map(() => fresh.step), y: ys }, [0, 1, 2, 3]);
    }
  }

  function add(columns, rows) {
    const fresh = history.add(columns, rows);
    if (!plotly) return;
    if (drawn && fresh) extend(fresh);
    else draw();
  }

  function clear() {
    history.clear();
    marked = null;
    draw();
  }

  function mark(step) {
    if (step === marked) return;
    marked = step;
    if (!drawn) return;
    for (const [name, chart] of Object.entries(CHARTS)) plotly.relayout(boxes[name], { shapes: shapes(chart, palette()) });
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

  function isSeen() {
    return Object.values(boxes).every((box) => box.offsetParent);
  }

  function resize() {
    if (!drawn) draw();
    else if (isSeen()) for (const box of Object.values(boxes)) plotly.Plots.resize(box);
  }

  new ResizeObserver(debounced(resize, 80)).observe(root);
  new MutationObserver(debounced(draw, 30)).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  return { open, add, clear, mark, judgeBy, ready: () => plotly !== null, latest: (key) => history.all()[key].at(-1) ?? null };
}

function debounced(act, milliseconds) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds);
  };
}
