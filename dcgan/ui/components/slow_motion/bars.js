// The gradients of a network, layer by layer: the norm for each layer that has weights.

function gradientBars(layers, owner) {
  const most = Math.max(...layers.map(({ norm }) => norm ?? 0)) || 1;
  const table = document.createElement("table");
  table.className = `bars ${owner}`;
  for (const layer of layers) {
    const line = table.insertRow();
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = layerName(layer);
    const bar = document.createElement("i");
    bar.style.width = `${((layer.norm ?? 0) / most) * 100}%`;
    line.append(name);
    line.insertCell().append(bar);
    line.insertCell().textContent = layer.norm === null ? "–" : layer.norm.toLocaleString(language, { maximumSignificantDigits: 2 });
  }
  return table;
}
