// What the server says is English. The page knows its sentences by their form, and says them in its own language.

/** Return a function that puts one of the sentences {name: English} into the words of {name: sentence}; one that is not among them stays.
    A {percent} is written as the language does. */
function servedBy(english, own, language = "en") {
  const known = Object.entries(english).map(([name, sentence]) => ({ name, ...asPattern(sentence) })).sort((a, b) => b.letters - a.letters);
  const filled = (key, value) => (key === "percent" ? Number(value).toLocaleString(language, { minimumFractionDigits: 1 }) : said(value));
  return said;
  function said(sentence) {
    for (const { name, pattern } of known) {
      const values = pattern.exec(sentence)?.groups;
      if (values) return (own[name] ?? english[name]).replace(/\{(\w+)\}/g, (whole, key) => (key in values ? filled(key, values[key]) : whole));
    }
    return sentence;
  };
}

/** What an English sentence becomes once its {places} are filled, and how many letters of it stand fast. */
function asPattern(sentence) {
  const parts = sentence.split(/\{(\w+)\}/);
  const source = parts.map((part, k) => (k % 2 ? `(?<${part}>[^]*?)` : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
  return { pattern: new RegExp(`^${source.join("")}(?<rest>)$`), letters: parts.reduce((sum, part, k) => sum + (k % 2 ? 0 : part.length), 0) };
}
