// What one phase of a step shows: words, formulas, its pictures, their scores on the curve of the loss, gradients by layer.

const PHASES = ["real", "fakes", "d_learns", "judged", "g_learns"];
const PICTURES = [["real"], ["fakes"], [], ["judged"], ["wanted"]];
const LEARNER = [null, null, "d", null, "g"];

function createPhases(root, onChoice) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const diagram = createDiagram(part("diagram"));
  const buttons = PHASES.map((name, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(`${index + 1} `, say(`short_${name}`));
    button.addEventListener("click", () => onChoice(index));
    return button;
  });
  part("phases").replaceChildren(
    ...buttons.map((button) => {
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );

  function show(sight, recipe, phase, isPlaying) {
    const name = PHASES[phase];
    for (const [index, button] of buttons.entries()) button.toggleAttribute("aria-current", index === phase);
    buttons[phase].setAttribute("aria-current", "step");
    put("phase", say(`phase_${name}`, { number: phase + 1 }));
    put("explained", explained(sight, recipe, phase));
    put("moved", sight.moved === "dg" ? "" : say(`moved_${sight.moved}`));
    part("moved").hidden = sight.moved === "dg";
    diagram.show(sight, recipe, phase, isPlaying, say(`phase_${name}`, { number: phase + 1 }));
    part("formulas").replaceChildren(...formulasOf(phase, recipe));
    part("numbers").replaceChildren(...numbersOf(sight, recipe, phase));
    part("figures").replaceChildren(...figuresOf(sight, recipe, phase));
  }

  function put(name, text) {
    if (part(name).textContent !== text) part(name).textContent = text; // a live region speaks only when it changes
  }

  return { show };
}

/** The sentence of a phase, and what this recipe does differently from the usual one. */
function explained(sight, recipe, phase) {
  const owner = LEARNER[phase];
  const stays = owner && !sight.moved.includes(owner) ? say(`stays_${owner}`) : "";
  const changed = Boolean(recipe.augment || recipe.instance_noise);
  const more = [
    [phase < 2 && recipe.d_steps > 1, say("updates", { count: recipe.d_steps })],
    [phase === 1 && recipe.joint_batch, say("joint")],
    [phase < 2 && changed, say("changed")],
    [phase === 2 && recipe.weight_clip, say("clipped", { limit: number(recipe.weight_clip ?? 0, 2) })],
    [phase > 2 && recipe.unroll_steps, say("unrolled", { count: recipe.unroll_steps })],
    [phase === 3 && recipe.objective === "minimax", say("saturates")],
  ];
  return [say(`explained_${PHASES[phase]}`), stays, ...more.filter(([applies]) => applies).map(([, text]) => text)].filter(Boolean).join(" ");
}

function numbersOf(sight, recipe, phase) {
  const { losses, outputs, gradients, rates } = sight;
  const isProbability = curvesOf(recipe).axis === "probability";
  const belief = (of) => number(average(outputs[of].map((o) => (o === null ? NaN : isProbability ? sigmoid(o) : o))), 3);
  const whole = (owner) => number(Math.hypot(...gradients[owner].map(({ norm }) => norm ?? NaN)), 3);
  const learning = (owner) => [["gradient_norm", whole(owner)], ["rate", rates[owner].toLocaleString(language, { maximumSignificantDigits: 3 })]];
  const entries = [
    [["score_real", belief("real")], ["mean_loss", number(losses.real, 3)]],
    [["score_fakes", belief("fakes")], ["mean_loss", number(losses.fakes, 3)]],
    [["loss_d", number(losses.real + losses.fakes, 3)], ...learning("d")],
    [["score_before", belief("fakes")], ["score_after", belief("judged")], ["mean_loss", number(losses.generator, 3)]],
    [["loss_g", number(losses.generator, 3)], ...learning("g")],
  ][phase];
  return [["at_step", number(sight.step)], ...entries].map(([key, text]) => {
    const pair = document.createElement("div");
    const [term, value] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = say(key);
    value.textContent = text;
    value.dataset.number = key;
    pair.append(term, value);
    return pair;
  });
}

const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

function figuresOf(sight, recipe, phase) {
  const owner = LEARNER[phase];
  const plot = lossPlot(sight, recipe, phase);
  plot.append(shape("title", {}, say("curve_alt", { count: sight.outputs.real.length })));
  return [
    ...PICTURES[phase].map((name) => figure(say(`pictures_${name}`), picture(sight, name))),
    ...(owner ? [figure(say(`gradients_${owner}`), gradientBars(sight.gradients[owner], owner))] : []),
    figure(say(phase < 3 ? "curve_d" : "curve_g"), plot, legend(phase)),
  ];
}

function picture(sight, name) {
  const image = document.createElement("img");
  image.src = sight.pictures[name];
  image.alt = say(`pictures_${name}`);
  return image;
}

function figure(caption, ...content) {
  const node = document.createElement("figure");
  const words = document.createElement("figcaption");
  words.textContent = caption;
  node.append(words, ...content);
  return node;
}

/** What the marks on the curve are. */
function legend(phase) {
  const marks = [["real"], ["fake"], ["real", "fake"], ["before", "after"], ["before", "after"]][phase];
  const node = document.createElement("p");
  node.className = "legend";
  for (const mark of marks) {
    const svg = shape("svg", { viewBox: "0 0 12 12", "aria-hidden": "true" }, point(mark === "real" ? "real" : "fakes", 6, 6, mark === "before"));
    const words = document.createElement("span");
    words.append(svg, say(`mark_${mark}`));
    node.append(words);
  }
  return node;
}
