// What the form says, as one record, and the same in the page's address.

const DEFAULTS = { data: "fashion-mnist-10k", recipe: "quick", unit: "minutes", amount: "3", from: "", kid_every: "" };
const UNITS = ["minutes", "epochs", "steps"];

/** Return {data, recipe, unit, amount, from, kid_every, settings, versus: {field, values}} of an address; what it does not say is the default. */
function readAddress(keys) {
  const said = new URLSearchParams(location.search);
  const unit = UNITS.find((known) => said.has(known)) ?? DEFAULTS.unit;
  const settings = Object.fromEntries(keys.filter((key) => said.get(key)).map((key) => [key, said.get(key)]));
  return {
    data: said.get("data") || DEFAULTS.data,
    recipe: said.get("recipe") || DEFAULTS.recipe,
    from: said.get("from") || DEFAULTS.from,
    kid_every: said.get("kid_every") || DEFAULTS.kid_every,
    unit,
    amount: said.get(unit) || DEFAULTS.amount,
    settings,
    versus: { field: said.get("vary") ?? "", values: said.getAll("value") },
  };
}

/** Return the address that says a wish, but for what is the default anyway; other parts of the address stay. */
function addressOf(wish, keys) {
  const url = new URL(location.href);
  const put = (key, value, standard) => (value && value !== standard ? url.searchParams.set(key, value) : url.searchParams.delete(key));
  for (const key of ["data", "recipe", "from", "kid_every"]) put(key, wish[key], DEFAULTS[key]);
  for (const unit of UNITS) put(unit, unit === wish.unit ? wish.amount : "", unit === DEFAULTS.unit ? DEFAULTS.amount : "");
  for (const key of keys) put(key, wish.settings[key]);
  put("vary", wish.versus.field);
  url.searchParams.delete("value");
  for (const value of wish.versus.values) url.searchParams.append("value", value);
  return url;
}

/** Return the link to a wish alone: what is shown beside the form, such as a run of this machine, is left out. */
function linkTo(wish, keys) {
  const url = addressOf(wish, keys);
  for (const beside of ["run", "compare", "comparison"]) url.searchParams.delete(beside);
  return url.href;
}

/** A wish as the server reads it; of a setting that is compared, the values alone count. */
function asBody({ data, recipe, unit, amount, from, kid_every: every, settings, pause, field, values }) {
  const common = Object.fromEntries(Object.entries(settings).filter(([key]) => key !== field));
  const length = { [unit]: Number(amount) };
  return JSON.stringify({ data, recipe, from, kid_every: every ? Number(every) : null, settings: common, pause, field, values, length });
}
