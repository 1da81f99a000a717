/* Files in and out: what a PNG says of itself (a text chunk `dcgan`), JSON that may be none, saving, asking the server. */

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

/** The record that a dropped PNG carries; {} where it carries none. */
async function recipeOf(file) {
  if (file.size > LARGEST_PNG) return {};
  const record = parseJson(textOf(new Uint8Array(await file.arrayBuffer())) ?? "");
  return record instanceof Object ? record : {};
}

function saveFile(blob, name) {
  const link = create("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function parseJson(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {}; // a proxy's page, not our answer
  }
}

/** What one of our routes answers, {status, answer}: its JSON, {} where that is none; status 0 where no answer came, or not all of it. */
async function askServer(url, options) {
  try {
    const response = await fetch(url, { headers: { "X-DCGAN-Key": controlKey() }, ...options });
    return { status: response.status, answer: parseJson(await response.text()) };
  } catch {
    return { status: 0, answer: {} };
  }
}
