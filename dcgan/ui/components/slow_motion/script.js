// Walk through the phases of a step. The training waits meanwhile; what it does next is ordered step by step, and each such
// step is the one that full speed would have made.

const root = element.querySelector('[data-part="root"]');
const part = (name) => root.querySelector(`[data-part="${name}"]`);
translate(root);

let sight = null; // the step that is looked at
let phase = 0;
let isPlaying = false;
let timer = 0;
let trouble = ""; // why the last order was refused

const steps = createSteps(take, (sentence) => {
  trouble = sentence;
  play(false);
});
const phases = createPhases(root, (chosen) => {
  play(false);
  go(chosen);
});

function take(seen) {
  sight = seen;
  go(0);
}

function go(to) {
  phase = to;
  draw();
  keepTime();
}

/** After the time that a phase is shown, go on. */
function keepTime() {
  clearTimeout(timer);
  if (isPlaying && sight && !steps.isWaiting()) timer = setTimeout(() => root.isConnected && advance(), Number(part("pace").value) * 1000);
}

function advance() {
  if (sight && phase < PHASES.length - 1) return go(phase + 1);
  if (steps.mayOrder()) return order("step");
  return steps.isOn() ? draw() : play(false); // whoever watches waits for the next step
}

async function order(name) {
  trouble = "";
  clearTimeout(timer);
  const ordering = steps.order(name);
  draw();
  await ordering;
  draw();
}

function play(on) {
  isPlaying = on;
  if (!on) clearTimeout(timer);
  draw();
  if (!on || steps.isWaiting()) return;
  if (steps.state() === "running" && steps.mayOrder()) order("step"); // what is shown is long over
  else if (sight && phase < PHASES.length - 1) keepTime();
  else advance();
}

function draw() {
  const [state, mayOrder, isWaiting] = [steps.state(), steps.mayOrder(), steps.isWaiting()];
  const isRecorded = state === "recorded";
  part("controls").hidden = isRecorded || state === "none";
  part("stage").hidden = !sight;
  part("stage").setAttribute("aria-busy", String(isWaiting));
  part("back").disabled = !sight || phase === 0;
  part("next").disabled = isWaiting || !(mayOrder || (sight && phase < PHASES.length - 1));
  part("play").disabled = !mayOrder && !sight;
  part("play").setAttribute("aria-pressed", String(isPlaying));
  write("play", say(isPlaying ? "hold" : "play"));
  for (const button of root.querySelectorAll("[data-order]")) {
    button.disabled = !mayOrder || isWaiting || (button.dataset.order === "resume" && state !== "paused");
  }
  write("pace-value", say("seconds", { seconds: number(Number(part("pace").value), 1) }));
  write("sentence", [trouble, sentence(state)].filter(Boolean).join(" "));
  if (sight && steps.recipe()) phases.show(sight, { ...steps.recipe(), ...sight.settings }, phase, isPlaying);
}

function write(name, text) {
  if (part(name).textContent !== text) part(name).textContent = text;
}

function sentence(state) {
  if (steps.isWaiting()) return say("waiting");
  if (steps.isOn() && !steps.mine()) return say(sight ? "watched_sight" : "watched");
  if (state === "paused") return say(sight ? "paused_sight" : "paused");
  if (["none", "recorded", "starting", "running"].includes(state)) return say(`say_${state}`);
  return say(sight ? "ended_sight" : "ended");
}

function typed(event) {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input, select")) return;
  const act = { ArrowRight: () => part("next").disabled || forward(), ArrowLeft: () => part("back").disabled || back() }[key];
  const toggles = key === " " && !target.matches("button, summary");
  if (!act && !toggles) return;
  event.preventDefault();
  if (toggles) play(!isPlaying);
  else act();
}

function forward() {
  play(false);
  advance();
}

function back() {
  play(false);
  go(phase - 1);
}

part("play").addEventListener("click", () => play(!isPlaying));
part("next").addEventListener("click", forward);
part("back").addEventListener("click", back);
part("pace").addEventListener("input", () => {
  draw();
  keepTime();
});
for (const button of root.querySelectorAll("[data-order]")) {
  button.addEventListener("click", () => {
    if (button.dataset.order === "resume") play(false);
    order(button.dataset.order);
  });
}
part("stage").addEventListener("keydown", typed);
root.addEventListener("toggle", () => {
  steps.watch(root.open);
  if (!root.open) play(false);
});

document.addEventListener("dcgan:shown", function learn({ detail }) {
  if (!root.isConnected) return document.removeEventListener("dcgan:shown", learn);
  const [before, wasOn] = [`${steps.state()} ${steps.mine()}`, steps.isOn()];
  if (steps.learn(detail)) {
    [sight, trouble] = [null, ""];
    play(false);
    steps.watch(root.open);
  }
  if (isPlaying && wasOn && !steps.isOn()) play(false);
  return before === `${steps.state()} ${steps.mine()}` ? undefined : draw();
});
draw();
