// What happened to a run beside its steps: resumed, settings changed, diagnoses with their remedies.

const TOLD = ["resumed", "order", "diagnosis", "failed", "finished"];
const ALONE = ["step_d", "step_g"]; // steps by hand that move one network

function createHappenings(root, onChange) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const [list, box] = [part("happenings"), part("happenings-box")];
  let told = [];
  let run = "";

  function clear(name) {
    run = name;
    told = [];
    list.replaceChildren();
    box.hidden = true;
  }

  function add(events) {
    const fresh = events.filter(({ event, order }) => TOLD.includes(event) && !(event === "order" && ![...CHANGES, ...ALONE].includes(order)));
    told = [...told, ...fresh];
    list.prepend(...fresh.map(item).reverse()); // the newest is what matters, and has the remedy for all that is still so
    offerOnce();
    box.hidden = !told.length;
    if (fresh.length) list.scrollTop = 0;
    if (fresh.length) onChange(told.filter(({ event }) => event !== "finished").map(({ step, severity }) => ({ step, kind: severity })));
  }

  function item(event) {
    const node = document.createElement("li");
    node.dataset.severity = event.severity ?? "";
    const step = document.createElement("span");
    step.className = "when";
    step.textContent = say("at_step", { step: number(event.step) });
    const words = document.createElement("span");
    words.append(...(event.event === "failed" ? sayQuoting("say_failed_for", "message", event.message) : [sentenceOf(event)]));
    node.append(step, words);
    if (event.evidence) node.append(evidence(event.evidence));
    if (event.remedy?.from_step !== null && event.remedy) node.append(remedy(event));
    return node;
  }

  function sentenceOf(event) {
    if (event.event === "diagnosis") return diagnosisOf(event);
    const isDone = event.reason === "completed";
    if (event.orphaned) return say("happened_orphaned");
    if (event.event === "finished") return say(isDone ? "happened_completed" : "happened_stopped");
    if (event.event === "resumed") return say("happened_resumed");
    return ALONE.includes(event.order) ? say(`happened_${event.order}`) : changeOf(event);
  }

  /** Return the doctor's words in the reader's language, or as the run has them where this page knows no such finding. */
  function diagnosisOf({ finding, sentence }) {
    return known(say(`found_${finding.replaceAll("-", "_")}`)) ?? sentence;
  }

  /** Words, or null where they are the key that no table has. */
  function known(words) {
    return /^(found|evidence)_/.test(words) ? null : words;
  }

  function evidence(facts) {
    const node = document.createElement("small");
    node.textContent = Object.entries(facts).map(measured).join(" · ");
    return node;
  }

  const inDigits = (value) => (typeof value === "number" ? value.toLocaleString(language, { maximumSignificantDigits: 3 }) : value);

  /** A measure as people read it; what is none is a kind of pictures, by its own name. */
  function measured([key, raw]) {
    const value = inDigits(raw);
    const layer = key.match(/^layer_(\d+)$/)?.[1];
    return layer ? say("evidence_layer", { layer, value }) : known(say(`evidence_${key}`, { value })) ?? `${key} ${value}`;
  }

  /** One remedy for several findings is one button, at the newest of them; an older one that is in use stays. */
  function offerOnce() {
    const offered = new Set();
    for (const remedy of list.querySelectorAll(".remedy")) {
      const [button, answer] = remedy.children;
      const isInUse = button.disabled || answer.hasChildNodes() || remedy.matches(":focus-within");
      if (offered.has(button.textContent) && !isInUse) remedy.remove();
      offered.add(button.textContent);
    }
  }

  /** Continue from an earlier stage with what the finding names, as a new run. */
  function remedy({ remedy: { settings, from_step: step } }) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = say("remedy", { step: number(step), settings: Object.entries(settings).map(([key, value]) => `${settingName(key)} ${inDigits(value)}`).join(", ") });
    const answer = document.createElement("span");
    answer.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      button.disabled = true;
      await makingWay(answer, async (pause) => document.dispatchEvent(new CustomEvent("dcgan:run", { detail: (await api.branch(run, step, settings, pause)).run })));
      button.disabled = false;
    });
    const both = document.createElement("span");
    both.className = "remedy";
    both.append(button, answer);
    return both;
  }

  return { clear, add };
}
