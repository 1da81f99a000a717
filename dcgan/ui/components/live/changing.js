// What may be changed while a run trains. Each change is an order, which the run answers with an event on the curve.

const RATES = ["learning_rate_d", "learning_rate_g"];
const POLICIES = ["color", "translation", "cutout"];
const CHANGES = ["learning_rates", "d_steps", "augment"]; // the orders
const STEERED = ["running", "paused"];

function createChanging(root) {
  const [box, form, answer] = ["changing", "change-form", "change-answer"].map((name) => root.querySelector(`[data-part="${name}"]`));
  const field = (name) => form.elements[name];
  let run = "";
  let now = null; // the settings as they are

  const settings = () => [...RATES, "d_steps", ...POLICIES];
  const read = (name) => (field(name).type === "checkbox" ? Number(field(name).checked) : field(name).valueAsNumber);

  function write(name, value) {
    if (field(name).type === "checkbox") field(name).checked = Boolean(value);
    else field(name).value = value;
  }

  function clear(name) {
    run = name;
    now = null;
    box.hidden = true;
    answer.textContent = "";
  }

  /** Learn the settings of a run from its recipe and from what was ordered since; a control that someone is changing stays. */
  function learn(recipe, events) {
    if (!now && recipe) {
      const policies = recipe.augment.split(",");
      now = { ...recipe, ...Object.fromEntries(POLICIES.map((policy) => [policy, Number(policies.includes(policy))])) };
      for (const name of settings()) write(name, now[name]);
    }
    for (const { event, order, values } of now ? events : []) if (event === "order" && CHANGES.includes(order)) take(order, values);
  }

  function take(order, values) {
    answer.textContent = "";
    const whole = order === "augment" ? { ...Object.fromEntries(POLICIES.map((policy) => [policy, 0])), ...values } : values;
    for (const [name, value] of Object.entries(whole)) {
      if (read(name) === now[name]) write(name, value);
      now[name] = value;
    }
  }

  function show(state, mine) {
    box.hidden = !mine || !now || !STEERED.includes(state);
  }

  /** Return [order, values] of what the form has otherwise than the run. */
  function wanted() {
    const differing = settings().filter((name) => read(name) !== now[name]);
    const values = (names) => Object.fromEntries(names.map((name) => [name, read(name)]));
    const [rates, steps, policies] = [RATES, ["d_steps"], POLICIES].map((names) => differing.filter((name) => names.includes(name)));
    return [["learning_rates", values(rates)], ["d_steps", values(steps)], ["augment", policies.length ? values(POLICIES) : {}]].filter(
      ([, given]) => Object.keys(given).length,
    );
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    answer.textContent = "";
    try {
      const orders = wanted();
      for (const [order, values] of orders) await api.order(run, order, values);
      answer.textContent = say(orders.length ? "change_sent" : "change_nothing");
    } catch (error) {
      answer.textContent = error instanceof Refusal ? `${error.message}.` : say("lost");
    }
  });
  return { clear, learn, show };
}

/** Say what an order changed. */
function changeOf({ order, values }) {
  if (order === "d_steps") return say("happened_d_steps", { n: number(values.d_steps) });
  if (order === "learning_rates") return say("happened_rates", { list: RATES.filter((key) => key in values).map((key) => `${key.at(-1).toUpperCase()} ${values[key]}`).join(", ") });
  const on = POLICIES.filter((policy) => values[policy]);
  return say(on.length ? "happened_augment" : "happened_no_augment", { list: on.map((policy) => say(`policy_${policy}`)).join(", ") });
}
