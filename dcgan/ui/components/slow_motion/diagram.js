// The diagram z → G → D → loss, with the first real picture and the first fake in it. What a phase uses is lit.

const SVG = "http://www.w3.org/2000/svg";
const FLOW_MS = 700;
const MARGIN = 2; // pixels around each picture of a sheet
const SHEET_COLUMNS = 8;

/** What is lit in each phase; arrows with ← carry gradients back. */
const LIT = [
  ["x", "x→D", "D", "D→L", "L"],
  ["z", "z→G", "G", "G→f", "f", "f→D", "D", "D→L", "L"],
  ["L", "L←D", "D"],
  ["f", "f→D", "D", "D→L", "L"],
  ["L", "L←D", "D", "D←f", "f", "f←G", "G"],
];
const LEARNS = [null, null, "D", null, "G"];

function shape(name, attributes, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const label = (x, y, text) => shape("text", { x, y, "text-anchor": "middle", "dominant-baseline": "central" }, text);

const NODES = {
  z: () => [shape("rect", { x: 6, y: 96, width: 34, height: 34, rx: 17 }), label(23, 113, "z")],
  G: () => [shape("path", { d: "M64 98 L112 82 V144 L64 128 Z" }), label(89, 113, "G")],
  f: () => [shape("rect", { x: 136, y: 89, width: 48, height: 48, rx: 3 }), label(160, 149, "G(z)")],
  x: () => [shape("rect", { x: 136, y: 8, width: 48, height: 48, rx: 3 }), label(160, 67, "x")],
  D: () => [shape("path", { d: "M214 40 L262 56 V90 L214 106 Z" }), label(237, 73, "D")],
  L: () => [shape("rect", { x: 292, y: 53, width: 62, height: 40, rx: 8 }), label(323, 73, "")],
};

const ARROWS = {
  "z→G": "M42 113 H60",
  "G→f": "M114 113 H132",
  "f→D": "M187 108 L210 92",
  "x→D": "M187 36 L210 54",
  "D→L": "M264 68 H288",
  "L←D": "M290 82 H267",
  "D←f": "M212 101 L190 117",
  "f←G": "M133 122 H117",
};

function createDiagram(box) {
  const nodes = Object.fromEntries(Object.entries(NODES).map(([name, draw]) => [name, shape("g", { class: `node node-${name}` }, ...draw())]));
  const arrows = Object.fromEntries(Object.entries(ARROWS).map(([name, d]) => [name, shape("path", { d, class: `arrow ${name.includes("←") ? "back" : ""}` })]));
  const title = shape("title", {});
  const svg = shape("svg", { viewBox: "0 0 360 160", role: "img" }, title, ...Object.values(arrows), ...Object.values(nodes));
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  box.replaceChildren(svg);

  /** Put the first picture of a sheet into a node. */
  function picture(name, url, size) {
    nodes[name].querySelector("svg")?.remove();
    const side = size + MARGIN;
    const [x, y] = ["x", "y"].map((key) => nodes[name].querySelector("rect").getAttribute(key));
    const crop = shape("svg", { x, y, width: 48, height: 48, viewBox: `${MARGIN} ${MARGIN} ${size} ${size}` });
    crop.append(shape("image", { href: url, width: SHEET_COLUMNS * side + MARGIN }));
    nodes[name].append(crop);
  }

  function show(sight, recipe, phase, isPlaying, words) {
    const pictures = phase < 3 ? sight.pictures.fakes : sight.pictures.judged;
    picture("x", sight.pictures.real, recipe.image_size);
    picture("f", pictures, recipe.image_size);
    title.textContent = words;
    nodes.L.querySelector("text").textContent = say("loss");
    for (const [name, node] of Object.entries(nodes)) {
      node.classList.toggle("lit", LIT[phase].includes(name));
      node.classList.toggle("learns", LEARNS[phase] === name && sight.moved.includes(name.toLowerCase()));
    }
    for (const [name, arrow] of Object.entries(arrows)) {
      const isLit = LIT[phase].includes(name);
      arrow.classList.toggle("lit", isLit);
      for (const running of arrow.getAnimations()) running.cancel();
      const flows = isLit && isPlaying && !calm.matches;
      if (flows) arrow.animate([{ strokeDashoffset: 9 }, { strokeDashoffset: 0 }], { duration: FLOW_MS, iterations: Infinity });
    }
  }

  return { show };
}
