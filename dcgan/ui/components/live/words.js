// The sentences of one language, and numbers as that language writes them. TABLES is put in front by the factory.

const language = TABLES[navigator.language.slice(0, 2)] ? navigator.language.slice(0, 2) : "en";

/** Return the sentence `key`, its {name}s replaced by `values`. */
function say(key, values = {}) {
  const sentence = TABLES[language][key] ?? TABLES.en[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** What the server said, in the page's language where it is known; the form has the table for the whole page. */
const sayServed = (sentence) => window.dcganSayServed?.(sentence) ?? sentence;

/** What the program itself said; what the page has no words for is English on every page. */
function quoted(words) {
  const known = sayServed(words);
  return Object.assign(document.createElement("q"), { lang: known === words ? "en" : language, textContent: known });
}

/** Return the parts of the sentence `key`, such words quoted in the place of its `{name}`. */
function sayQuoting(key, name, words, values = {}) {
  const [before, after] = say(key, values).split(`{${name}}`);
  return [before, quoted(words), after];
}

/** Fill in what the template marks with data-text, data-label and data-alt. */
function translate(root) {
  for (const node of root.querySelectorAll("[data-text]")) node.textContent = say(node.dataset.text);
  for (const node of root.querySelectorAll("[data-label]")) node.setAttribute("aria-label", say(node.dataset.label));
  for (const node of root.querySelectorAll("[data-alt]")) node.alt = say(node.dataset.alt);
}

function number(value, digits = 0) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");
}

/** Write a time as 0:07, 12:34 or 1:02:03. */
function clock(seconds) {
  if (seconds === null || !Number.isFinite(seconds)) return "–";
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
