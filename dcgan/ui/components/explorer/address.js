/* The view as a link: ?model=MODEL&seed=S&label=NAME&z=BASE64URL, where z (float32, little endian) stands only if it is not the seed's own,
   and the label only for a conditional model. */

function encodeZ(z) {
  const view = new DataView(new ArrayBuffer(z.length * 4));
  z.forEach((value, i) => view.setFloat32(i * 4, value, true));
  const text = Array.from(new Uint8Array(view.buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The z of a link, or null where it is not zDim numbers that the server would take. */
function decodeZ(text, zDim) {
  let bytes;
  try {
    bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  } catch {
    return null; // not base64
  }
  if (bytes.length !== zDim * 4) return null;
  const view = new DataView(bytes.buffer);
  const z = Float32Array.from({ length: zDim }, (_, i) => view.getFloat32(i * 4, true));
  return z.every((value) => Math.abs(value) <= MAX_VALUE) ? z : null;
}

/** A seed from what was typed, or null. */
function parseSeed(text) {
  const digits = text.trim();
  const seed = Number(digits);
  return /^[0-9]+$/.test(digits) && seed <= MAX_SEED ? seed : null;
}

/** This page's address for a view; other parameters (Gradio's own, such as __theme) stay. */
function addressOf(model, seed, editedZ, label) {
  const url = new URL(location.href);
  url.searchParams.set("model", model);
  url.searchParams.set("seed", String(seed));
  for (const name of ["label", "z"]) url.searchParams.delete(name);
  if (label !== undefined) url.searchParams.set("label", label);
  if (editedZ) url.searchParams.set("z", encodeZ(editedZ));
  return url.href;
}

/** What the address asks for: {info, seed, z, label, complaint}; `complaint` is [sentence's name, values] where it asks for what there is not. */
function readAddress(models, defaultModel) {
  const asked = new URLSearchParams(location.search);
  const named = (name) => models.find((model) => model.name === name);
  const wanted = asked.get("model") || defaultModel;
  const info = named(wanted) ?? named(defaultModel) ?? models[0];
  const seed = parseSeed(asked.get("seed") ?? "0");
  const z = asked.has("z") ? decodeZ(asked.get("z"), info.z_dim) : undefined;
  const label = asked.get("label") ?? undefined;
  let complaint = null;
  if (info.name !== wanted) complaint = ["unknown_model", { model: wanted, shown: info.name }];
  else if (seed === null) complaint = ["bad_seed", { seed: 0 }];
  else if (z === null) complaint = ["bad_z", { seed }];
  else if (label !== undefined && !info.labels.includes(label)) complaint = ["bad_label", { label, labels: info.labels.join(", ") || "–" }];
  return { info, seed: seed ?? 0, z: z ?? undefined, label, complaint };
}
