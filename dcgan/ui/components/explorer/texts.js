/* Sentences in the browser's language, English where one is missing: the page's own, what data sets call things, what the server says: no, or what a
   file is. */

/** text(name, values) is a sentence of the page; text.said(sentence) one of the server's, text.called(name) an attribute or a class. */
function createText(tables, language) {
  const table = { ...tables.en, ...tables[language] };
  const text = (name, values = {}) => (table[name] ?? name).replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  const served = Object.keys(tables.en).filter((name) => /^(refusal|reading)_/.test(name));
  const known = served.map((name) => ({ name, ...asPattern(tables.en[name]) })).sort((a, b) => b.letters - a.letters);
  text.said = (sentence) => {
    for (const { name, pattern } of known) {
      const values = pattern.exec(sentence)?.groups;
      if (values) return text(name, Object.fromEntries(Object.entries(values).map(([key, value]) => [key, text.said(value)])));
    }
    return sentence;
  };
  text.called = (name) => {
    const slug = name.toLowerCase().replaceAll(/\W+/g, "_");
    const called = text(`attribute_${slug}`);
    return called === `attribute_${slug}` ? name : called;
  };
  return text;
}

/** What an English sentence becomes once its {places} are filled, and how many letters of it stand fast. */
function asPattern(sentence) {
  const parts = sentence.split(/\{(\w+)\}/);
  const source = parts.map((part, k) => (k % 2 ? `(?<${part}>[^]*?)` : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
  return { pattern: new RegExp(`^${source.join("")}(?<rest>)$`), letters: parts.reduce((sum, part, k) => sum + (k % 2 ? 0 : part.length), 0) };
}

/** A model's record with what the page calls its classes; `labels` are their names, for the address and for files. */
function titled(info, text) {
  return { ...info, titles: info.labels.map(text.called) };
}
