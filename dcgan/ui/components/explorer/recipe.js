/* Recipes in PNG files: a text chunk `dcgan` that holds what dcgan/models/replay.py describes. And z as a .npy file. */

const KEYWORD = "dcgan";
const PNG_START = [137, 80, 78, 71, 13, 10, 26, 10];
const HEADER_END = 33; // the signature and IHDR
const LARGEST_PNG = 64e6; // bytes that are looked at

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** A PNG's bytes with an iTXt chunk behind its header. */
function withText(png, text) {
  const head = [...new TextEncoder().encode(`iTXt${KEYWORD}`), 0, 0, 0, 0, 0]; // no compression, language or translation
  const body = new Uint8Array([...head, ...new TextEncoder().encode(text)]);
  const chunk = new Uint8Array(body.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, body.length - 4);
  chunk.set(body, 4);
  view.setUint32(body.length + 4, crc32(body));
  return new Blob([png.slice(0, HEADER_END), chunk, png.slice(HEADER_END)], { type: "image/png" });
}

/** The text of our chunk, or null where a PNG has none. */
function textOf(png) {
  if (!PNG_START.every((byte, i) => png[i] === byte)) return null;
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = 8; at + 12 <= png.length; ) {
    const length = view.getUint32(at);
    const kind = String.fromCharCode(...png.subarray(at + 4, at + 8));
    const content = png.subarray(at + 8, at + 8 + length);
    const key = content.indexOf(0);
    if (["iTXt", "tEXt"].includes(kind) && String.fromCharCode(...content.subarray(0, key)) === KEYWORD) return chunkText(kind, content, key);
    at += length + 12;
  }
  return null;
}

function chunkText(kind, content, key) {
  if (kind === "tEXt") return new TextDecoder("latin1").decode(content.subarray(key + 1));
  if (content[key + 1] !== 0) return null; // compressed: not one of ours
  const language = content.indexOf(0, key + 3);
  return new TextDecoder().decode(content.subarray(content.indexOf(0, language + 1) + 1));
}

/** Whether a record from a file says which picture: {model, seed or z, label}. */
function isPlace({ model, seed, z, label }) {
  const isSeed = Number.isSafeInteger(seed) && seed >= 0;
  const isLabel = label === null || label === undefined || (Number.isSafeInteger(label) && label >= 0);
  return typeof model === "string" && isLabel && (typeof z === "string" || isSeed);
}

/** The point of a dropped PNG, as the shelf keeps points: {model, sha256, seed, z, label}; null where it holds none. Of a sheet, its first. */
async function pointOfPng(file) {
  if (file.size > LARGEST_PNG) return null;
  const recipe = parseJson(textOf(new Uint8Array(await file.arrayBuffer())) ?? "");
  const { model, sha256 = null, seed = null, z = null, count = 1, labels, label = null } = recipe;
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

function saveFile(blob, name) {
  const link = create("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
