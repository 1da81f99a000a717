// What is measured of a run now and then, KID and the distance, each with its chart once there is one; and the best stage by them.

function createMeasured(root) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const best = part("best");

  function clear() {
    for (const name of ["kid-box", "swd-box"]) part(name).hidden = true;
    best.replaceChildren();
  }

  function add(events) {
    const [kid, scored] = ["kid", "scored"].map((kind) => events.filter(({ event }) => event === kind).at(-1));
    if (kid) part("kid-about").textContent = [aboutKid(kid), kid.features === "random" ? say("kid_random") : ""].filter(Boolean).join(" ");
    if (scored) part("swd-about").textContent = say("swd_about", { n: number(scored.n) });
    if (kid) part("kid-box").hidden = false;
    if (scored) part("swd-box").hidden = false;
  }

  const aboutKid = ({ title, n }) => say("kid_about", { title, n: number(n) });

  /** Say which stage is the best, by which measure, of a run that has ended or goes on; `run` names the run where the stage can be opened. */
  function show(record, run, ended) {
    if (!record) return best.replaceChildren();
    const { step, n, kid, swd } = record;
    const text = say(`best_${kid === undefined ? "swd" : "kid"}${ended ? "_ended" : ""}`, { step: number(step), value: number(kid ?? swd, 4), n: number(n) });
    if (best.firstChild?.textContent === text) return undefined; // a live region speaks only when it changes
    const link = document.createElement("a");
    link.textContent = say("explore_best");
    link.href = api.explore(`${run}@${step}`);
    return best.replaceChildren(text, ...(run ? [" ", link] : []));
  }

  return { clear, add, show };
}
