// What the runs' recipes differ in, and what came of each, as a table with a column for each run.

const NUMBERS = { step: 0, seconds: null, loss_d: 3, loss_g: 3, d_real: 3, d_fake: 3, diversity: 3, kid: 4, swd: 4, parameters_g: 0, parameters_d: 0 }; // decimals; null: a time

function createTable(root) {
  const table = root.querySelector('[data-part="table"]');

  function row(parent, heading, texts, kind) {
    const line = parent.insertRow();
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = heading;
    line.append(head);
    for (const text of texts) line.insertCell().textContent = text;
    line.className = kind;
  }

  /** Show {differences, numbers} of the runs labelled so. */
  function show(labels, { differences, numbers }) {
    const head = document.createElement("thead");
    const titles = head.insertRow();
    titles.insertCell();
    labels.forEach((label, index) => {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.append(lineMark(index), label);
      titles.append(cell);
    });
    const body = document.createElement("tbody");
    for (const [setting, values] of Object.entries(differences)) row(body, settingName(setting), values.map(written), "setting");
    for (const [key, decimals] of Object.entries(NUMBERS)) {
      if (numbers.every((one) => one[key] === undefined)) continue;
      const texts = numbers.map(({ [key]: value }) => (value === undefined ? "–" : decimals === null ? clock(value) : number(value, decimals)));
      row(body, say(`number_${key}`), texts, "number");
    }
    table.replaceChildren(head, body);
  }

  return { show };
}

const written = (value) => (value === null || value === "" ? "–" : typeof value === "boolean" ? say(value ? "on" : "off") : String(value));
