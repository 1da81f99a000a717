// KID, where a run measures it: the newest values, of what features and how many pictures, and the way to better ones.

function createKid(root) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const [box, rows, about] = ["kid-box", "kid", "kid-about"].map(part);

  function clear() {
    box.hidden = true;
    rows.replaceChildren();
  }

  function add(events) {
    const measured = events.filter(({ event }) => event === "kid");
    if (!measured.length) return;
    box.hidden = false;
    rows.append(...measured.map(row));
    const { features, title, n } = measured.at(-1);
    about.textContent = [say("kid_about", { title, n: number(n) }), features === "random" ? say("kid_random") : ""].filter(Boolean).join(" ");
  }

  function row({ step, kid, kid_se: error }) {
    const node = document.createElement("tr");
    for (const text of [number(step), number(kid, 4), error === null ? "–" : `± ${number(error, 4)}`]) node.insertCell().textContent = text;
    return node;
  }

  return { clear, add };
}
