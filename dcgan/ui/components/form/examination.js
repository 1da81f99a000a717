// What was found in a set of pictures: sentences, the crop to choose, and the proposal with its reasons.

const FIRST = ["count", "count_one_size", "one", "few", "same", "framed", "unframed", "unreadable", "identical", "alike"]; // the rest is folded away

/** `onCrop(value)` and `onTake(proposal)` hear what the visitor chooses. */
function createExamination(part, onCrop, onTake) {
  let proposal = [];
  part("take").addEventListener("click", () => onTake(proposal));

  const written = (values) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === "number" ? number(value, Number.isInteger(value) ? 0 : 2) : value]));

  function list(node, lines, tag) {
    node.replaceChildren(...lines.map((parts) => lineOf(tag, parts)));
  }

  function lineOf(tag, parts) {
    const line = document.createElement(tag);
    line.append(...parts);
    return line;
  }

  function showRemarks(remarks, skipped) {
    const [first, rest] = [true, false].map((isFirst) => remarks.filter(({ key }) => FIRST.includes(key) === isFirst));
    list(part("remarks"), first.map(sentence), "p");
    list(part("details"), rest.map(sentence), "p");
    list(part("skipped"), skipped.map(([name, reason]) => [`${name}: `, quoted(reason)]), "li");
    part("details-box").hidden = !rest.length && !skipped.length;
  }

  function sentence({ key, values: { reason, ...values } }) {
    return reason === undefined ? [say(`check_${key}`, written(values))] : sayQuoting(`check_${key}`, "reason", reason, written(values));
  }

  function showCrops(strips, chosen) {
    part("crop-box").hidden = !Object.keys(strips).length;
    part("crops").replaceChildren(...Object.entries(strips).map(([crop, source]) => cropChoice(crop, source, crop === chosen)));
  }

  function cropChoice(crop, source, checked) {
    const label = document.createElement("label");
    const words = document.createElement("span");
    label.className = "crop";
    words.textContent = say(`crop_${crop}`);
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "crop-preview", value: crop, checked });
    radio.addEventListener("change", () => onCrop(crop));
    label.append(radio, words, Object.assign(document.createElement("img"), { src: source, alt: "" }));
    return label;
  }

  function showProposal() {
    const lines = proposal.flatMap(({ key, value, reason }) => {
      const term = document.createElement("dt");
      term.textContent = `${named(key)}: ${value === "on" || value === "off" ? say(value) : value}`;
      const why = document.createElement("dd");
      why.textContent = say(`reason_${reason.key}`, written(reason.values));
      return [term, why];
    });
    part("proposal").replaceChildren(...lines);
  }

  const named = (key) => (key === "recipe" || key === "steps" ? say(key) : say(`field_${key}`));

  return {
    clear: () => (part("found").hidden = true),
    tell: (sentence) => (part("proposal-time").textContent = sentence),
    show({ remarks, skipped, proposal: proposed, strips }, crop) {
      proposal = proposed;
      showRemarks(remarks, skipped);
      showCrops(strips, crop);
      showProposal();
      part("found").hidden = false;
    },
  };
}
