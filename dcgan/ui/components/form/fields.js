// A control for every setting of a recipe. Left empty, it says what the recipe, the data or the machine decide.

const GROUPS = {
  pictures: ["image_size", "image_channels", "pictures", "label_column", "conditional", "crop", "flip", "augment", "augment_probability"],
  learning: ["batch_size", "learning_rate_d", "learning_rate_g", "optimizer", "beta1", "beta2", "decay_start", "decay_steps", "objective", "d_steps", "ema_decay"],
  machine: ["seed", "precision", "layout", "kernels", "compile", "threads", "log_every"],
  steadying: ["joint_batch", "weight_clip", "gradient_penalty", "r1", "label_smoothing", "instance_noise", "instance_noise_steps", "spectral_norm", "unroll_steps"],
};
const ORDER = ["pictures", "networks", "learning", "steadying", "machine"]; // what no group names belongs to the networks

const fieldName = (key) => (TABLES.en[`field_${key}`] ? say(`field_${key}`) : key.replaceAll("_", " "));

/** A control for the values of a setting. */
function settingControl({ kind, choices }, onChange) {
  const options = kind === "flag" ? ["on", "off"] : choices;
  const node = options.length ? document.createElement("select") : document.createElement("input");
  if (options.length) node.append(new Option("", ""), ...options.map((option) => new Option(kind === "flag" ? say(option) : option, option)));
  else Object.assign(node, { type: "text", inputMode: kind === "text" ? "text" : "decimal", spellcheck: false, autocomplete: "off" });
  node.addEventListener("change", onChange);
  return node;
}

/** Put a value into a control; the server says what is wrong with one that is not offered. */
function setControl(node, value) {
  if (node.options && ![...node.options].some((option) => option.value === value)) node.append(new Option(value, value));
  node.value = value;
}

function labelled(text, control) {
  const node = document.createElement("label");
  const words = document.createElement("span");
  words.textContent = text;
  node.append(words, control);
  return node;
}

function createFields(box, records, onChange) {
  const controls = Object.fromEntries(records.map((record) => [record.key, Object.assign(settingControl(record, onChange), { name: record.key })]));

  function label({ key }) {
    const node = labelled(fieldName(key), controls[key]);
    node.firstChild.title = key;
    return node;
  }

  const named = (name) => GROUPS[name] ?? records.map(({ key }) => key).filter((key) => !Object.values(GROUPS).flat().includes(key));
  for (const name of ORDER) {
    const group = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = say(`group_${name}`);
    const inside = document.createElement("div");
    inside.className = "grid";
    inside.append(...named(name).flatMap((key) => records.filter((record) => record.key === key)).map(label));
    group.append(legend, inside);
    box.append(group);
  }

  /** Return what was set, without what is left open. */
  function read() {
    return Object.fromEntries(Object.entries(controls).map(([key, node]) => [key, node.value.trim()]).filter(([, value]) => value));
  }

  function write(settings) {
    for (const [key, node] of Object.entries(controls)) setControl(node, settings[key] ?? "");
  }

  /** Show what an empty control comes to. */
  function propose(recipe) {
    for (const [key, node] of Object.entries(controls)) {
      const value = recipe[key];
      const text = typeof value === "boolean" ? say(value ? "on" : "off") : value === null || value === "" ? "–" : String(value);
      if (node.options) node.options[0].text = text;
      else node.placeholder = text;
    }
  }

  return { read, write, propose, keys: records.map(({ key }) => key) };
}
