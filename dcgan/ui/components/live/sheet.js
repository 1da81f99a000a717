// The sheet of fixed z: the newest one, or any earlier one by the scrubber, whose right end is "live". It can be played.

const FRAME_MS = 450;

function createSheet(root, onLook) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const [image, scrubber, live, play, caption] = ["sheet", "scrubber", "live", "play", "sheet-step"].map(part);
  let steps = [];
  let address = () => "";
  let following = true;
  let wanted = 0; // counts what was asked for: only the newest sheet is put on the page
  let timer = 0; // of the playing

  function clear(addressOf) {
    pause();
    steps = [];
    address = addressOf;
    following = true;
    wanted += 1;
    image.hidden = true;
    image.removeAttribute("src");
    caption.textContent = "";
    update();
  }

  /** Learn of more sheets, and show the newest if that is what is looked at. */
  function add(more) {
    const known = new Set(steps);
    const fresh = more.filter((step) => !known.has(step));
    if (!fresh.length) return;
    steps = [...steps, ...fresh].sort((a, b) => a - b);
    if (following) scrubber.value = steps.length - 1;
    update();
    if (following) show();
  }

  function update() {
    const last = Math.max(0, steps.length - 1);
    const at = following ? last : Math.min(Number(scrubber.value), last);
    scrubber.max = last;
    scrubber.value = at;
    for (const control of [scrubber, live, play]) control.disabled = steps.length < 2;
    live.setAttribute("aria-pressed", String(following));
    play.textContent = timer ? "❚❚" : "▶";
    play.setAttribute("aria-label", say(timer ? "pause_replay" : "replay"));
    play.title = say(timer ? "pause_replay" : "replay");
  }

  async function show() {
    const step = steps[Number(scrubber.value)];
    const ticket = ++wanted;
    scrubber.setAttribute("aria-valuetext", say("at_step", { step: number(step) }));
    const next = new Image();
    next.src = address(step);
    try {
      await next.decode();
    } catch {
      return forget(step, ticket);
    }
    if (ticket !== wanted) return;
    image.src = next.src;
    image.hidden = false;
    image.dataset.step = step;
    caption.textContent = say("at_step", { step: number(step) });
    onLook(following ? null : step, step);
  }

  /** A sheet that was thinned away meanwhile is no longer offered. */
  function forget(step, ticket) {
    if (ticket !== wanted) return;
    steps = steps.filter((known) => known !== step);
    update();
  }

  function look() {
    following = Number(scrubber.value) === steps.length - 1;
    update();
    return show();
  }

  function pause() {
    clearTimeout(timer);
    timer = 0;
  }

  /** Show one sheet after another, from the first one when the last is looked at, and end at the last. */
  function start() {
    const last = steps.length - 1;
    scrubber.value = Number(scrubber.value) >= last ? 0 : scrubber.value;
    timer = -1;
    advance(0);
  }

  async function advance(by) {
    scrubber.value = Number(scrubber.value) + by;
    await look();
    if (!timer || !image.isConnected) return;
    timer = following ? 0 : setTimeout(() => advance(1), FRAME_MS);
    update();
  }

  scrubber.addEventListener("input", () => {
    pause();
    look();
  });
  live.addEventListener("click", () => {
    pause();
    scrubber.value = steps.length - 1;
    look();
  });
  play.addEventListener("click", () => {
    if (!timer) return start();
    pause();
    return update();
  });
  return { clear, add, start };
}
