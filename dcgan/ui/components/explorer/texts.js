/* Sentences in the browser's language, English where one is missing: the page's own, what data sets call things, what the server says: no, or what a
   file is. */

/** text(name, values) is a sentence of the page; text.said(sentence) one of the server's, text.called(name) an attribute or a class. */
function createText(tables, language) {
  const table = { ...tables.en, ...tables[language] };
  const text = (name, values = {}) => (table[name] ?? name).replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  const served = (sentences) => Object.fromEntries(Object.entries(sentences ?? {}).filter(([name]) => /^(refusal|reading)_/.test(name)));
  text.said = servedBy(served(tables.en), served(tables[language]), language);
  text.called = (name) => {
    const slug = name.toLowerCase().replaceAll(/\W+/g, "_");
    const called = text(`attribute_${slug}`);
    return called === `attribute_${slug}` ? name : called;
  };
  return text;
}

/** A model's record with what the page calls its classes; `labels` are their names, for the address and for files. */
function titled(info, text) {
  return { ...info, titles: info.labels.map(text.called) };
}
