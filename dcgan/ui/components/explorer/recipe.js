/* Recipes in PNG files, as dcgan/models/replay.py describes them. And z as a .npy file. */

/** Whether a record from a file says which picture: {model, seed or z, label}. */
function isPlace({ model, seed, z, label }) {
  const isSeed = Number.isSafeInteger(seed) && seed >= 0;
  const isLabel = label === null || label === undefined || (Number.isSafeInteger(label) && label >= 0);
  return typeof model === "string" && isLabel && (typeof z === "string" || isSeed);
}

/** The point of a dropped PNG, as the shelf keeps points: {model, sha256, seed, z, label}; null where it holds none. Of a sheet, its first. */
async function pointOfPng(file) {
  const { model, sha256 = null, seed = null, z = null, count = 1, labels, label = null } = await recipeOf(file);
  const point = { model, sha256, seed, z, label: labels?.[0] ?? label };
  if (!isPlace(point)) return null;
  return { ...point, z: typeof z === "string" ? firstOf(z, count) : null };
}

/** The text of the first of `count` z; what is not `count` z stays as it is, and fits no model. */
function firstOf(text, count) {
  const numbers = Math.floor((text.length * 3) / 16);
  const all = decodeZ(text, numbers);
  return all && numbers % count === 0 ? encodeZ(all.subarray(0, numbers / count)) : text;
}

/** Save a canvas `scale` times as large, with its recipe. */
async function savePng(canvas, scale, recipe, name) {
  const large = create("canvas", { width: canvas.width * scale, height: canvas.height * scale });
  const pen = large.getContext("2d");
  pen.imageSmoothingEnabled = false;
  pen.drawImage(canvas, 0, 0, large.width, large.height);
  const blob = await new Promise((resolve) => large.toBlob(resolve));
  const text = JSON.stringify({ ...recipe, layout: { ...recipe.layout, scale } });
  saveFile(withText(new Uint8Array(await blob.arrayBuffer()), text), name);
}

/** z as numpy reads it: float32 (1, z_dim). */
function npyOf(z) {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (1, ${z.length}), }`;
  const padded = `${header.padEnd(117)}\n`; // 10 bytes before it: the data begin at a multiple of 64
  const view = new DataView(new ArrayBuffer(z.length * 4));
  z.forEach((value, i) => view.setFloat32(i * 4, value, true));
  return new Blob([new Uint8Array([0x93, 78, 85, 77, 80, 89, 1, 0, padded.length, 0]), padded, view]);
}
