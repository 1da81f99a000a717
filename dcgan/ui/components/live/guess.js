// Guess the real one: a real picture and a fake side by side. The class chooses one; D chooses the one that it finds more real.

const SIDES = ["left", "right"];
const KEYS = { ArrowLeft: 0, ArrowRight: 1, 1: 0, 2: 1 };

function createGuess(root) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const [box, toggle, score, answer, next, again] = ["guess", "guess-toggle", "guess-score", "guess-answer", "guess-next", "guess-again"].map(part);
  const buttons = SIDES.map((side) => part(`guess-${side}`));
  let run = "";
  let material = null; // {sheets, said}
  let round = null; // {picks, real (the side), isOver}
  let counts = { rounds: 0, you: 0, d: 0 };

  const place = () => `dcgan:guess:${run}`;

  function clear(name) {
    [run, material, round] = [name, null, null];
    try {
      counts = { rounds: 0, you: 0, d: 0, ...JSON.parse(localStorage[place()] ?? "{}") };
    } catch {
      counts = { rounds: 0, you: 0, d: 0 }; // storage is switched off, or somebody wrote into it
    }
    toggle.hidden = true;
    open(false);
  }

  function keep() {
    try {
      localStorage[place()] = JSON.stringify(counts);
    } catch {
      // the score lasts as long as the page
    }
  }

  /** Take up pictures and what D says of them; a round that is on stays as it is. */
  function take(shown) {
    material = shown;
    toggle.hidden = false;
    if (!box.hidden && !round) begin();
  }

  function open(isOpen) {
    box.hidden = !isOpen;
    toggle.setAttribute("aria-pressed", String(isOpen));
    if (!isOpen || !material) return;
    if (!round) begin();
    buttons[0].focus();
  }

  function begin() {
    const picks = [0, 1].map((kind) => Math.floor(Math.random() * material.said[kind].length));
    const real = Math.random() < 0.5 ? 0 : 1; // the side
    round = { picks, real, isOver: false, material };
    buttons.forEach((button, side) => {
      const kind = side === real ? 0 : 1;
      button.querySelector("canvas")?.remove();
      button.prepend(crop(material.sheets[kind], picks[kind]));
      button.lastElementChild.textContent = "";
      button.dataset.is = "";
      button.disabled = false;
    });
    answer.textContent = "";
    next.hidden = true;
    tell();
  }

  function choose(side) {
    if (!round || round.isOver) return;
    round.isOver = true;
    const { picks, real, material: { said } } = round;
    const beliefs = picks.map((pick, kind) => said[kind][pick]);
    const isRight = side === real;
    const isDRight = beliefs[0].output > beliefs[1].output;
    counts = { rounds: counts.rounds + 1, you: counts.you + isRight, d: counts.d + isDRight };
    keep();
    buttons.forEach((button, each) => {
      const kind = each === real ? 0 : 1;
      button.lastElementChild.textContent = say(kind ? "lineup_fake_one" : "lineup_real_one", { share: percent(beliefs[kind].share) });
      button.dataset.is = kind ? "fake" : "real";
      button.disabled = true;
    });
    answer.textContent = say(`guess_${isRight ? "right" : "wrong"}_${isDRight ? "right" : "wrong"}`);
    next.hidden = false;
    next.focus();
    tell();
  }

  function tell() {
    score.textContent = say("guess_score", { you: number(counts.you), d: number(counts.d), rounds: number(counts.rounds) });
    again.hidden = !counts.rounds;
  }

  function typed(event) {
    if (!root.isConnected) return document.removeEventListener("keydown", typed);
    const writes = event.target.closest?.("input, textarea, select, [contenteditable=true]");
    if (box.hidden || writes || event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) return undefined;
    event.preventDefault();
    return choose(KEYS[event.key]);
  }

  toggle.addEventListener("click", () => open(box.hidden));
  buttons.forEach((button, side) => button.addEventListener("click", () => choose(side)));
  next.addEventListener("click", () => {
    begin();
    buttons[0].focus();
  });
  again.addEventListener("click", () => {
    counts = { rounds: 0, you: 0, d: 0 };
    keep();
    tell();
  });
  document.addEventListener("keydown", typed);
  return { clear, take };
}
