// The sheet of fixed z: the newest one, or any earlier one by the scrubber, whose right end is "live".

function createSheet(root, onLook) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const [image, scrubber, live, caption] = [part("sheet"), part("scrubber"), part("live"), part("sheet-step")];
  let steps = [];
  let address = () => "";
  let following = true;
  let wanted = 0; // counts what was asked for: only the newest sheet is put on the page

  function clear(addressOf) {
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
    scrubber.disabled = steps.length < 2;
    live.disabled = steps.length < 2;
    live.setAttribute("aria-pressed", String(following));
    const fraction = last ? at / last : 1;
    scrubber.style.setProperty("--done", fraction);
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
    onLook(following ? null : step);
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
    show();
  }

  scrubber.addEventListener("input", look);
  live.addEventListener("click", () => {
    scrubber.value = steps.length - 1;
    look();
  });
  return { clear, add };
}
