// What the form's wish comes to, or why it comes to nothing.

/** Return {show, complain, clear, fail}, which write into the parts that `part(name)` finds. */
function createReport(part) {
  /** Show the server's plan; `from` is the model that is started from, or "". */
  function show({ recipe, count, own_size: ownSize, notes, advice, networks }, from) {
    complain("");
    const colour = colours(recipe.image_channels);
    const values = { count: number(count), size: recipe.image_size, colour, width: recipe.base_channels, batch: recipe.batch_size };
    part("note").replaceChildren(...[say("proposal", values), ...startedShape(recipe, ownSize, from), ...notes].map(paragraph));
    part("advice").replaceChildren(...advice.map((key) => say(`advice_${key}`)).map(paragraph));
    part("advice-box").hidden = !advice.length;
    part("networks").replaceChildren(networkTable("generator", networks.generator), networkTable("discriminator", networks.discriminator));
    part("activations").replaceChildren(...activationFigures(networks.generator, networks.discriminator));
  }

  /** Say that a model to start from decides the shape of the pictures, where that is not what they would be trained at. */
  function startedShape({ image_size: size, image_channels: channels }, [ownSize, ownChannels], model) {
    if (!model || (size === ownSize && channels === ownChannels)) return [];
    return [say("from_shape", { model, size, colour: colours(channels), own: ownSize, own_colour: colours(ownChannels) })];
  }

  const colours = (channels) => say(channels === 1 ? "grey" : "rgb");

  function paragraph(text) {
    const node = document.createElement("p");
    node.textContent = text;
    return node;
  }

  /** Show a sentence, and what it makes impossible; "" when all is well. */
  function complain(sentence) {
    part("error").textContent = sentence;
    part("error").hidden = !sentence;
    if (sentence) empty();
  }

  /** Say nothing: no pictures are chosen, or none that are here yet. */
  function clear() {
    complain("");
    empty();
  }

  function empty() {
    part("note").replaceChildren();
    part("advice-box").hidden = true;
    part("networks").replaceChildren();
    part("activations").replaceChildren();
  }

  function fail(error) {
    complain(error instanceof Refusal ? `${error.message}.` : say("lost"));
  }

  return { show, complain, clear, fail };
}
