// The two networks, layer by layer, before anything starts.

function networkTable(name, { input, layers, parameters, multiply_adds: multiplyAdds }) {
  const box = document.createElement("div");
  const table = document.createElement("table");
  table.createCaption().textContent = say(name, { parameters: number(parameters), adds: number(multiplyAdds / 1e6, 1) });
  const head = table.createTHead().insertRow();
  for (const key of ["layer", "shape", "parameters", "multiply_adds"]) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = say(`column_${key}`);
    head.append(cell);
  }
  const body = table.createTBody();
  function row(texts) {
    const cells = body.insertRow();
    for (const text of texts) cells.insertCell().textContent = text;
  }
  row([say("input"), input.join(" × "), "", ""]);
  for (const layer of layers) {
    row([layerName(layer), layer.shape.join(" × "), layer.parameters ? number(layer.parameters) : "", layer.multiply_adds ? number(layer.multiply_adds) : ""]);
  }
  box.className = "network";
  box.append(table);
  return box;
}

/** A layer as the field writes it. */
function layerName({ type, kernel, stride, kind, slope, rate, classes }) {
  const parts = [type === "activation" ? kind : type];
  if (kernel) parts.push(Array.isArray(kernel) ? kernel.join("×") : kernel);
  if (stride && String(stride) !== "1,1") parts.push(`/${Array.isArray(stride) ? stride[0] : stride}`);
  if (slope) parts.push(slope);
  if (rate) parts.push(rate);
  if (classes) parts.push(classes);
  return parts.join(" ");
}
