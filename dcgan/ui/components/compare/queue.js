// The comparison of one setting that is followed: where it is, and the buttons to stop it and to go on.

const QUEUE_MS = 2000;

/** `onKnown` is handed {field, values, runs, begun} with every answer, `onUnknown` a sentence. */
function createQueue(root, { onKnown, onUnknown }) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const [stop, goOn] = [part("stop"), part("go-on")];
  let name = "";
  let timer = 0;

  function follow(wanted) {
    name = wanted;
    poll();
  }

  function leave() {
    clearTimeout(timer);
    part("offer").replaceChildren();
    name = "";
    show({ state: "", may_control: false });
    part("title").textContent = say("title");
  }

  async function poll() {
    clearTimeout(timer);
    const asked = name;
    try {
      const told = await ask(`comparisons/${encodeURIComponent(asked)}`);
      if (asked !== name || !root.isConnected) return;
      part("title").textContent = say("title_field", { field: settingName(told.field) });
      onKnown(told);
      show(told);
    } catch (error) {
      if (asked !== name) return;
      if (error instanceof Refusal) return onUnknown(`${error.message}.`);
    }
    timer = setTimeout(poll, QUEUE_MS);
  }

  function show({ state, on, runs = [], message, may_control: mine }) {
    const values = { number: number(runs.indexOf(on) + 1), count: number(runs.length) };
    const texts = state ? [say(`queue_${state}`, values), message ? `${message}.` : "", mine || state === "completed" ? "" : say("watch_only")] : [];
    part("queue").textContent = texts.filter(Boolean).join(" ");
    stop.hidden = !mine || state !== "running";
    goOn.hidden = !mine || !["stopped", "interrupted"].includes(state);
  }

  async function order(act) {
    for (const button of [stop, goOn]) button.disabled = true;
    await makingWay(part("offer"), async (pause) => {
      await ask(withPause(`comparisons/${encodeURIComponent(name)}/${act}`, pause), { method: "POST", timeout: WAY_MS });
      poll();
    });
    for (const button of [stop, goOn]) button.disabled = false;
  }

  stop.addEventListener("click", () => order("stop"));
  goOn.addEventListener("click", () => order("continue"));
  return { follow, leave, isOn: () => Boolean(name) };
}
