// One setting with two to four values, to be trained one after another.

const [FEWEST, MOST] = [2, 4];

function createVersus(box, records, onChange) {
  const select = document.createElement("select");
  const inputs = document.createElement("div");
  inputs.className = "grid";
  select.append(new Option(say("versus_none"), ""), ...records.map(({ key }) => new Option(fieldName(key), key)));
  select.dataset.part = "versus-field";
  box.append(labelled(say("versus_field"), select), inputs);

  const controls = () => [...inputs.querySelectorAll("input, select")];

  /** Offer places for values of the chosen setting. */
  function offer() {
    const record = records.find(({ key }) => key === select.value);
    const places = record ? Array.from({ length: MOST }, (_, index) => labelled(say("versus_value", { number: index + 1 }), place(record, index))) : [];
    inputs.replaceChildren(...places);
  }

  function place(record, index) {
    const node = settingControl(record, onChange);
    node.dataset.versus = index;
    return node;
  }

  /** Return {field, values}, without what was left empty. */
  function read() {
    return { field: select.value, values: controls().map((node) => node.value.trim()).filter(Boolean) };
  }

  function write({ field, values }) {
    select.value = records.some(({ key }) => key === field) ? field : "";
    offer();
    controls().forEach((node, index) => setControl(node, values[index] ?? ""));
  }

  const isReady = () => Boolean(select.value) && read().values.length >= FEWEST;

  select.addEventListener("change", () => (offer(), onChange()));
  return { read, write, isReady };
}
