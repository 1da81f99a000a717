// Real pictures beside fakes with D's word on each; and the game in which the class and D guess which of two is real.

const [ACROSS, SHOWN, GAP] = [8, 16, 2]; // pictures of a sheet's row, of each kind at once, and pixels between those of a sheet

function createLineup(root) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const [box, real, fake, others] = ["lineup-box", "lineup-real", "lineup-fake", "lineup-others"].map(part);
  const game = createGuess(root);
  let run = "";
  let generation = 0;
  let objective = "";
  let steps = []; // of which D's word is known
  let looked = 0; // the step whose sheet is on the page
  let shown = null; // {step, sheets, said}: what is on the page
  let first = 0;

  function clear(name) {
    [run, steps, shown, looked] = [name, [], null, 0];
    box.hidden = true;
    game.clear(name);
  }

  /** Learn of what D said: events "judged", each of a step. */
  function learn(config, events, cut) {
    objective = config.recipe?.objective ?? objective;
    generation = cut ?? 0;
    const fresh = events.filter(({ event }) => event === "judged").map(({ step }) => step);
    if (!fresh.length) return;
    steps = [...new Set([...steps, ...fresh])].sort((a, b) => a - b);
    box.hidden = false;
    show();
  }

  /** The sheet of `step` is looked at. */
  function look(step) {
    looked = step;
    show();
  }

  /** Fetch D's word nearest to what is looked at, where the box is open. */
  async function show() {
    const step = steps.filter((known) => known <= looked).at(-1) ?? steps[0];
    if (!box.open || step === undefined || shown?.step === step) return;
    const asked = run;
    try {
      const [said, ...sheets] = await Promise.all([
        api.judgement(run, step, generation),
        picture(api.real(run, generation)),
        picture(api.sheet(run, step, generation)),
      ]);
      if (asked !== run) return;
      shown = { step, sheets, said: [said.real, said.fake].map((outputs) => outputs.map(belief)) };
      draw();
      game.take(shown);
    } catch {
      if (asked === run) box.hidden = true; // the pictures are not shown to everybody
    }
  }

  async function picture(source) {
    const image = new Image();
    image.src = source;
    await image.decode();
    return image;
  }

  /** How real D takes a picture to be, as objectives.probability has it, and its output. */
  function belief(output) {
    return { output, share: objective === "least-squares" ? Math.min(1, Math.max(0, output)) : 1 / (1 + Math.exp(-output)) };
  }

  function draw() {
    part("lineup-step").textContent = say("at_step", { step: number(shown.step) });
    [real, fake].forEach((list, kind) => {
      list.replaceChildren(...Array.from({ length: SHOWN }, (_, k) => tile(shown, kind, (first + k) % shown.said[kind].length)));
    });
  }

  function tile({ sheets, said }, kind, k) {
    const node = document.createElement("li");
    const share = percent(said[kind][k].share);
    const canvas = crop(sheets[kind], k);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", say(kind ? "lineup_fake_one" : "lineup_real_one", { share }));
    const words = document.createElement("span");
    words.textContent = share;
    node.append(canvas, words);
    return node;
  }

  others.addEventListener("click", () => {
    first = (first + SHOWN) % (ACROSS * ACROSS);
    if (shown) draw();
  });
  box.addEventListener("toggle", show);
  return { clear, learn, look };
}

/** Cut picture `k` out of a sheet. */
function crop(sheet, k) {
  const side = (sheet.naturalWidth - GAP) / ACROSS - GAP;
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const [x, y] = [k % ACROSS, Math.floor(k / ACROSS)].map((place) => GAP + place * (side + GAP));
  canvas.getContext("2d").drawImage(sheet, x, y, side, side, 0, 0, side, side);
  return canvas;
}

const percent = (share) => say("percent", { n: number(100 * share) });
