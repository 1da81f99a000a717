// The time machine: the pictures of any seed, or of the z of an explorer's link, at every stage that is kept of a training.

const FRAME_MS = 350;
const FEWEST = 2; // stages that make a film
const WAIT_MS = 2000; // between looks whether a run has kept as many
const GROWING = ["starting", "running", "paused"];

function createFilm(root) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const [run, seed, count, canvas, scrubber, play] = ["film-run", "seed", "count", "frame", "film-scrubber", "film-play"].map(part);
  let [runs, steps] = [[], []];
  let strip = null; // all frames side by side, as the server made them
  let asked = 0;
  let timer = 0;
  let wanted = ""; // the run that was chosen here, or since then that the page shows
  let heard = ""; // of that: its name, and whether it trains

  /** What is asked for: a seed, or the z in a link that was pasted. */
  function wish() {
    const text = seed.value.trim();
    const z = /[?&]z=([\w-]+)/.exec(text)?.[1];
    return new URLSearchParams(z ? { z } : { seed: /[?&]seed=(\d+)/.exec(text)?.[1] ?? (text || "0"), count: count.value });
  }

  const address = (kind) => `${routes}/runs/${encodeURIComponent(run.value)}/film.${kind}?${wish()}`;

  async function load() {
    const ticket = ++asked;
    pause();
    part("film-said").textContent = say("making");
    try {
      const { steps: found } = await ask(`runs/${encodeURIComponent(run.value)}/facts`);
      if (ticket === asked && found.length < FEWEST) return wait(ticket);
      const answer = await fetch(address("png"));
      if (!answer.ok) throw new Refusal(answer.status, (await answer.json()).error);
      const picture = await createImageBitmap(await answer.blob());
      if (ticket !== asked) return;
      [steps, strip] = [found, picture];
      part("film-said").textContent = "";
      show();
    } catch (error) {
      if (ticket !== asked) return;
      part("stage").hidden = true;
      part("film-said").textContent = error instanceof Refusal ? `${error.message}.` : say("lost");
    }
  }

  /** A run that has just begun has no stages to compare yet. */
  function wait(ticket) {
    part("stage").hidden = true;
    part("film-said").textContent = say("stages_come", { run: run.value });
    setTimeout(() => ticket === asked && root.isConnected && part("film-box").open && load(), WAIT_MS);
  }

  function show() {
    part("stage").hidden = false;
    part("film-branch").hidden = run.value.startsWith(RECORDED); // stages of shipped models have no discriminator
    part("film-gif").href = address("gif");
    part("film-png").href = address("png");
    for (const kind of ["gif", "png"]) part(`film-${kind}`).download = `${run.value.replace(":", "-")}.${kind}`;
    scrubber.max = steps.length - 1;
    scrubber.value = steps.length - 1;
    draw();
  }

  function draw() {
    const width = strip.width / steps.length;
    Object.assign(canvas, { width, height: strip.height });
    canvas.getContext("2d").drawImage(strip, -width * Number(scrubber.value), 0);
    const step = steps[Number(scrubber.value)];
    part("film-step").textContent = say("at_step", { step: number(step) });
    scrubber.setAttribute("aria-valuetext", say("at_step", { step: number(step) }));
    const query = wish();
    query.delete("count");
    part("film-explore").href = `${appRoot}/?model=${encodeURIComponent(stage())}&${query}`;
  }

  /** The stage that is shown, as a model's name. */
  const stage = () => `${run.value.startsWith(RECORDED) ? run.value.slice(RECORDED.length) : run.value}@${steps[Number(scrubber.value)]}`;

  /** Let the form begin a training from the stage that is shown. */
  function branch() {
    const { data, recipe } = runs.find(({ name }) => name === run.value) ?? {};
    document.dispatchEvent(new CustomEvent("dcgan:branch", { detail: { model: stage(), data, recipe } }));
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "▶";
    play.setAttribute("aria-label", say("film_play"));
  }

  function start() {
    if (Number(scrubber.value) === steps.length - 1) scrubber.value = 0;
    play.textContent = "❚❚";
    play.setAttribute("aria-label", say("film_pause"));
    timer = setInterval(() => {
      if (!canvas.isConnected || Number(scrubber.value) === steps.length - 1) return pause();
      scrubber.value = Number(scrubber.value) + 1;
      return draw();
    }, FRAME_MS);
    draw();
  }

  /** Offer the runs that keep stages, or will soon; first the wanted one. */
  async function offer() {
    runs = await ask("runs");
    const facts = await Promise.all(runs.map(({ name }) => ask(`runs/${encodeURIComponent(name)}/facts`).catch(() => ({ steps: [] }))));
    const keeps = ({ name, state }, index) => facts[index].steps.length >= FEWEST || (name === wanted && GROWING.includes(state));
    const kept = runs.filter(keeps).map(({ name }) => name);
    const chosen = [wanted, run.value].find((name) => kept.includes(name)) ?? kept[0] ?? "";
    run.replaceChildren(...kept.map((name) => new Option(name.startsWith(RECORDED) ? name.slice(RECORDED.length) : name, name)));
    run.value = chosen;
    if (chosen) await load();
    else part("film-said").textContent = say("no_stages");
  }

  const open = () => part("film-box").open && offer().catch(() => (part("film-said").textContent = say("lost")));

  run.addEventListener("change", () => (wanted = run.value));
  for (const node of [run, seed, count]) node.addEventListener("change", load);
  scrubber.addEventListener("input", () => (pause(), draw()));
  part("film-branch").addEventListener("click", branch);
  play.addEventListener("click", () => (timer ? pause() : start()));
  pause();
  part("film-box").addEventListener("toggle", open);
  /** Another run is shown, such as a branch, or the one that is has come to its end. */
  document.addEventListener("dcgan:shown", function hear({ detail: { run: name, status } }) {
    if (!root.isConnected) return document.removeEventListener("dcgan:shown", hear);
    const news = `${name} ${GROWING.includes(status.state)}`;
    if (news === heard) return undefined;
    [heard, wanted] = [news, name];
    return open();
  });
}
