// The form. Everything it says stands in the page's address, so a link opens an experiment; nothing starts by itself.

const OWN = ""; // the choice "a folder or zip of pictures"
const PLAN_MS = 250; // after the last change
const TRIAL_MS = 130000;

const root = element.querySelector('[data-part="root"]');
const part = (name) => root.querySelector(`[data-part="${name}"]`);
translate(root);
part("from").placeholder = say("from_hint");

const report = createReport(part);
const examination = createExamination(part, chooseCrop, takeProposal);
const own = createOwnPictures(part, () => ownAre(""), takeSource, showFound);
const post = (path, wish, timeout) => ask(`form/${path}`, { method: "POST", body: asBody(wish), timeout });
let offer = null; // what can be chosen
let fields = null;
let versus = null;
let asked = 0; // counts plans: only the newest is shown
let timer = 0;
let looked = ""; // the pictures of one's own that were looked at
let found = null; // what was found in them

function readForm() {
  return {
    data: part("data").value === OWN ? part("path").value.trim() : part("data").value,
    recipe: part("recipe").value,
    unit: part("unit").value,
    amount: part("amount").value,
    from: part("from").value.trim(),
    kid_every: part("kid_every").value,
    settings: fields.read(),
    versus: versus.read(),
  };
}

function writeForm(wish) {
  const isNamed = [...part("data").options].some(({ value }) => value && value === wish.data);
  part("data").value = isNamed ? wish.data : OWN;
  part("path").value = isNamed ? "" : wish.data;
  if (![...part("recipe").options].some(({ value }) => value === wish.recipe)) part("recipe").append(new Option(wish.recipe, wish.recipe));
  for (const name of ["recipe", "unit", "amount", "from", "kid_every"]) part(name).value = wish[name];
  fields.write(wish.settings);
  versus.write(wish.versus);
  if (wish.versus.field) part("versus-box").open = true;
  if (wish.recipe !== DEFAULTS.recipe || wish.from || wish.kid_every || Object.keys(wish.settings).length) part("more").open = true;
}

/** Show what belongs to pictures of one's own, and look at them where they are others than before. */
function showOwn() {
  const isOwn = part("data").value === OWN && !offer.public;
  part("path-box").hidden = part("own").hidden = !isOwn;
  const source = isOwn ? part("path").value.trim() : "";
  if (source === looked) return;
  report.complain(""); // of the pictures before
  own.look((looked = source));
  document.dispatchEvent(new CustomEvent("dcgan:chosen", { detail: source }));
}

function ownAre(source) {
  part("data").value = OWN;
  part("path").value = source;
  looked = "";
  showFound(null);
  showOwn();
}

function takeSource(source) {
  ownAre(source);
  changed();
}

function showFound(record) {
  found = record;
  if (!record) return examination.clear();
  examination.show(record, fields.read().crop ?? "center");
  return tryProposal(record.proposal);
}

function chooseCrop(crop) {
  fields.write({ ...fields.read(), crop: crop === "center" ? "" : crop });
  changed();
}

/** Return what the form would say with a proposal taken; a model to start from keeps its own shape. */
function proposed(proposal) {
  const { recipe, steps, image_size: size, base_channels: width, ...rest } = Object.fromEntries(proposal.map(({ key, value }) => [key, value]));
  const wish = readForm();
  const { image_size: _size, base_channels: _width, ...others } = wish.settings;
  const shape = wish.from ? {} : { image_size: size, ...(width ? { base_channels: width } : {}) };
  return { ...wish, recipe, unit: "steps", amount: steps, settings: { ...others, ...rest, ...shape } };
}

function takeProposal(proposal) {
  const wish = proposed(proposal);
  for (const name of ["recipe", "unit", "amount"]) part(name).value = wish[name];
  fields.write(wish.settings);
  changed();
}

/** Say how long the proposal would take here. */
async function tryProposal(proposal) {
  const mine = looked;
  examination.tell(say("trying"));
  const found = await post("estimate", proposed(proposal), TRIAL_MS).catch(() => null);
  if (mine !== looked) return;
  examination.tell(found ? estimated("proposal_time", found) : "");
}

function changed() {
  part("way").replaceChildren();
  showOwn();
  part("time").textContent = "";
  describe();
  describeVersus();
  part("copy-note").textContent = "";
  history.replaceState(history.state, "", addressOf(readForm(), fields.keys));
  clearTimeout(timer);
  timer = setTimeout(plan, PLAN_MS);
}

function describe() {
  const recipe = part("recipe").value.replaceAll("-", "_");
  part("about").textContent = TABLES.en[`about_${recipe}`] ? say(`about_${recipe}`) : "";
}

/** Say how long a comparison would take. */
function describeVersus() {
  const { amount, unit, versus: { values } } = readForm();
  const isReady = versus.isReady();
  part("compare").disabled = !isReady;
  part("versus-note").textContent = isReady ? say("versus_length", { count: number(values.length), length: `${amount} ${say(unit)}` }) : say("versus_note");
}

async function plan() {
  const ticket = ++asked;
  const wish = readForm();
  if (!wish.data) return report.clear();
  try {
    const planned = await post("plan", wish, TRIAL_MS); // a large folder takes its time
    if (ticket !== asked) return undefined;
    fields.propose(planned.recipe);
    report.show(planned, wish.from);
  } catch (error) {
    if (ticket !== asked) return undefined;
    if (wish.data.startsWith(HUB) && !found) return report.clear(); // it is fetched first, which stands beside the button
    report.fail(error);
  }
  return undefined;
}

/** Start a run, or the comparison of one setting. */
async function start(kind) {
  const buttons = [part("start"), part("compare")];
  for (const button of buttons) button.disabled = true;
  const wish = readForm();
  await makingWay(part("way"), async (pause) => {
    const { run, comparison } = await post(kind, { ...wish, ...(kind === "compare" ? wish.versus : {}), pause }, TRIAL_MS);
    report.complain("");
    document.dispatchEvent(new CustomEvent(run ? "dcgan:run" : "dcgan:comparison", { detail: run ?? comparison }));
  });
  for (const button of buttons) button.disabled = false;
  describeVersus();
}

async function copyLink() {
  const copied = await copyText(linkTo(readForm(), fields.keys));
  part("copy-note").textContent = say(copied ? "copied" : "copy_failed");
}

/** What a trial found, in the sentence `key`; a run that was on meanwhile took its share of the machine. */
function estimated(key, { total_seconds: seconds, steps, images_per_second: speed, beside }) {
  const sentence = say(key, { time: clock(seconds), steps: number(steps), speed: number(speed) });
  return beside ? `${sentence} ${say("estimate_beside", { run: beside })}` : sentence;
}

async function estimate() {
  const wish = readForm();
  part("estimate").disabled = true;
  part("time").textContent = say("trying");
  try {
    const found = await post("estimate", wish, TRIAL_MS);
    part("time").textContent = estimated(wish.unit === "minutes" ? "estimate_steps" : "estimate_time", found);
  } catch (error) {
    part("time").textContent = "";
    report.fail(error);
  }
  part("estimate").disabled = false;
}

function offerChoices({ public: isPublic, data, recipes, fields: records }) {
  const titles = data.map(({ name, title, on_disk: isHere }) => new Option((name === "shapes" ? say("shapes") : title) + (isHere ? "" : " ↓"), name));
  part("data").append(...titles, ...(isPublic ? [] : [new Option(say("own_data"), OWN)]));
  part("recipe").append(...Object.keys(recipes).map((name) => new Option(name, name)));
  part("unit").append(...UNITS.map((unit) => new Option(say(unit), unit)));
  fields = createFields(part("fields"), records, changed);
  versus = createVersus(part("versus"), records, changed);
}

async function offerModels() {
  const models = await ask("models");
  const trainable = models.filter(({ source, scores }) => source !== "untrained" && scores); // with a discriminator
  const shape = ({ width, channels }) => say("from_option", { size: width, colour: say(channels === 1 ? "grey" : "rgb") });
  part("models").replaceChildren(...trainable.map((model) => new Option(shape(model), model.name)));
}

async function begin() {
  try {
    offer ??= await ask("form");
  } catch {
    report.complain(say("lost"));
    return setTimeout(begin, 3000);
  }
  offerChoices(offer);
  writeForm(readAddress(fields.keys));
  showOwn();
  describe();
  describeVersus();
  plan();
  part("start").disabled = false;
  root.removeAttribute("aria-busy");
  return undefined;
}

for (const name of ["data", "path", "recipe", "unit", "amount", "from", "kid_every"]) part(name).addEventListener("change", changed);
part("versus").addEventListener("input", describeVersus); // a button that wakes up only after the field is left would miss its click
part("more").addEventListener("toggle", () => offerModels().catch(() => undefined));
part("reset").addEventListener("click", () => (fields.write({}), changed()));
part("estimate").addEventListener("click", estimate);
part("copy").addEventListener("click", copyLink);
root.addEventListener("submit", (event) => (event.preventDefault(), start("start")));
part("compare").addEventListener("click", () => start("compare"));
document.addEventListener("dcgan:form", function come() {
  if (!root.isConnected) return document.removeEventListener("dcgan:form", come);
  root.scrollIntoView({ block: "nearest" });
  return part("start").focus();
});
/** A stage of a run is to be trained on from: name it, with the run's recipe and data; data that is not offered is the visitor's to name. */
document.addEventListener("dcgan:branch", function branch({ detail: { model, data, recipe } }) {
  if (!root.isConnected) return document.removeEventListener("dcgan:branch", branch);
  const offers = (name, value) => [...part(name).options].some((option) => value && option.value === value);
  if (offers("recipe", recipe)) part("recipe").value = recipe;
  if (offers("data", data)) part("data").value = data;
  else if (!offer.public) part("data").value = OWN;
  part("from").value = model;
  part("more").open = true;
  changed();
  root.scrollIntoView({ block: "start" });
  return part("from").focus();
});
begin();
