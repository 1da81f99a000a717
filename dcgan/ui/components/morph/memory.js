/* What this browser keeps: the page's own state, the Explore page's shelf, and what was sent from there. */

const STATE = "dcgan.morph";
const SHELF = "dcgan.points";
const INBOX = "dcgan.morph.inbox";

function recall(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise; // forbidden, or not ours
  }
}

function remember(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // full or forbidden: the page works on, and forgets
  }
}

/** A point as the page keeps it: {seed} or {seed, z}, with its label's number and a name where it has them; null for what is none. */
function toPoint(value) {
  const { seed, z, label, name } = value ?? {};
  const sown = Number.isSafeInteger(seed) && seed >= 0;
  if (!sown && typeof z !== "string") return null;
  const point = sown ? { seed } : {};
  if (typeof z === "string") Object.assign(point, { z, name: typeof name === "string" ? name.slice(0, 40) : undefined });
  if (Number.isSafeInteger(label) && label >= 0) point.label = label;
  return point;
}

/** Whether a model has pictures of a point: any seed, or a z of its own length (base64 of float32). */
function fits(point, info) {
  return point !== null && (point.z === undefined || point.z.length === Math.ceil((info.z_dim * 16) / 3));
}

/** The points on the shelf that are this model's, as the page keeps them, with their names. */
function shelfOf(info) {
  const points = recall(SHELF, []);
  const mine = Array.isArray(points) ? points.filter((point) => point?.model === info.name) : [];
  return mine.map((point) => ({ ...toPoint(point), name: point.name })).filter((point) => (point.seed ?? point.z) !== undefined && fits(point, info));
}

/** Take what the Explore page has sent for this model; the rest stays for its own. */
function takeInbox(info) {
  const all = recall(INBOX, []);
  if (!Array.isArray(all)) return [];
  const mine = all.filter((point) => point?.model === info.name);
  if (mine.length) remember(INBOX, all.filter((point) => point?.model !== info.name));
  return mine.map(toPoint).filter((point) => fits(point, info));
}

/** The model of the newest point that waits in the inbox. */
function modelOfInbox() {
  const all = recall(INBOX, []);
  return Array.isArray(all) ? all.at(-1)?.model : undefined;
}
