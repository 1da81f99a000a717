// Everything around the pictures: state, sentence, numbers, buttons, the tab's title.

const ENDED = ["stopped", "completed", "interrupted", "failed", "recorded"];
const ORDERS_IN_STATE = {
  starting: ["stop"],
  running: ["pause", "stop"],
  paused: ["resume", "stop"],
  stopped: ["continue"],
  interrupted: ["continue"],
  failed: ["continue"],
  completed: ["longer"],
};

function createPanel(root, onOrder) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const buttons = [...root.querySelectorAll("[data-order]")];
  const title = document.title;
  let asked = null; // the state in which an order was sent: its buttons rest until the state changes
  let isHeld = false; // the keyboard's focus was on a button that rests
  let shownRun = "";

  function put(node, text) {
    if (node.textContent !== text) node.textContent = text; // a live region speaks only when it changes
  }

  /** The same for a sentence in parts, some of them nodes. */
  function putParts(node, parts) {
    const whole = document.createElement("p");
    whole.append(...parts);
    if (node.innerHTML !== whole.innerHTML) node.replaceChildren(...parts);
  }

  function numbers(values) {
    for (const [name, text] of Object.entries(values)) put(root.querySelector(`[data-number="${name}"]`), text);
  }

  /** Show what is known of a run; `answer` is {status, config, may_control}. */
  function show(run, answer, shown) {
    const { status, config } = answer;
    if (asked !== null && asked !== status.state) asked = null;
    if (run !== shownRun) {
      part("offer").replaceChildren();
      still("");
    }
    shownRun = run;
    Object.assign(root.dataset, { run, state: status.state });
    part("whole").hidden = false;
    put(part("badge"), say(`state_${status.state}`));
    put(part("facts"), facts(config));
    putParts(part("sentence"), sentence(run, answer));
    showOrders(answer);
    part("explore").hidden = !shown.explorable;
    part("explore").href = api.explore(titleOf(run));
    part("own").hidden = status.state !== "recorded";
    const percent = shown.fraction === null ? "" : `${Math.floor(shown.fraction * 100)} %`;
    part("progress").value = shown.fraction ?? 0;
    numbers({ ...shown.numbers, progress: percent || "–" });
    const ended = ENDED.includes(status.state);
    const left = ended || shown.numbers.left === "–" ? "" : shown.numbers.left;
    const state = say(`title_${ended || status.state === "paused" ? status.state : "running"}`);
    document.title = [percent, left, state].filter(Boolean).join(" · ");
  }

  function facts(config) {
    const { recipe, data } = config ?? {};
    if (!recipe || !data) return "";
    const facts = say("facts", {
      data: data.name ?? data.source,
      images: number(data.images),
      recipe: recipe.name,
      size: recipe.image_size,
      width: recipe.base_channels,
      batch: recipe.batch_size,
    });
    return config.parent ? `${facts} · ${say("begun_from", { parent: config.parent })}` : facts;
  }

  function sentence(run, { status, may_control: mine }) {
    const known = say(`say_${status.is_orphaned ? "orphaned" : status.state}`, { run: titleOf(run) });
    const own = status.message && ENDED.includes(status.state) ? complaint(known, status) : [known];
    if (mine || !ORDERS_IN_STATE[status.state]) return own;
    const watched = ENDED.includes(status.state) ? say("watch_ended") : say("watch_only");
    return [...own, ` ${watched}`];
  }

  /** A run that was at rest is what it was, and what kept it from going on is said beside it. */
  function complaint(known, { state, message }) {
    return ["completed", "stopped"].includes(state) ? [`${known} `, ...sayQuoting("say_not_on", "message", message)] : sayQuoting("say_failed_for", "message", message);
  }

  function showOrders({ status, may_control: mine }) {
    const offered = mine ? (ORDERS_IN_STATE[status.state] ?? []) : [];
    for (const button of buttons) {
      button.hidden = !offered.includes(button.dataset.order);
      button.disabled = asked !== null;
    }
    if (isHeld && asked === null) giveBackFocus();
  }

  /** Whoever pressed Pause by key finds Resume next, and not the top of the page; a focus that went elsewhere stays there. */
  function giveBackFocus() {
    isHeld = false;
    if (document.activeElement === document.body) buttons.find((button) => !button.hidden)?.focus({ preventScroll: true });
  }

  /** Show that there is nothing to see: no run yet, or the sentence that says why. */
  function empty(text) {
    root.dataset.state = "none";
    delete root.dataset.run;
    part("whole").hidden = true;
    for (const name of ["explore", "own"]) part(name).hidden = true;
    for (const button of buttons) button.hidden = true;
    for (const name of ["badge", "facts"]) put(part(name), "");
    put(part("sentence"), text);
    document.title = title;
  }

  /** Say that this is still `run`, while pictures are chosen for another one; "" when they are not. */
  function still(run) {
    part("still").hidden = !run;
    put(part("still"), run ? say("still", { run: titleOf(run) }) : "");
  }

  function lost(isLost) {
    part("lost").hidden = !isLost;
    put(part("lost"), isLost ? say("lost") : "");
    if (isLost) for (const button of buttons) button.disabled = true;
  }

  async function give(order) {
    asked = root.dataset.state;
    isHeld = buttons.includes(document.activeElement);
    for (const button of buttons) button.disabled = true;
    if (!(await makingWay(part("offer"), (pause) => onOrder(order, pause)))) asked = null;
  }

  part("own").addEventListener("click", () => document.dispatchEvent(new CustomEvent("dcgan:form")));
  for (const button of buttons) button.addEventListener("click", () => give(button.dataset.order));
  return { show, empty, still, lost };
}
