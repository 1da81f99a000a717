/* The bytes of dcgan/web/protocol.py, seen from the page. */

/** `labels` are the classes of the zs, one each or one for all; null where the model has none. */
function encodeRequest(id, zs, labels) {
  const label = Array.isArray(labels) ? labels[0] : labels;
  const zDim = zs[0].length;
  const end = 8 + zs.length * zDim * 4;
  const view = new DataView(new ArrayBuffer(end + (label === null ? 0 : zs.length * 4)));
  view.setUint32(0, id, true);
  view.setUint32(4, zs.length, true);
  zs.forEach((z, k) => z.forEach((value, i) => view.setFloat32(8 + (k * zDim + i) * 4, value, true)));
  if (label !== null) zs.forEach((_, k) => view.setUint32(end + k * 4, Array.isArray(labels) ? labels[k] : label, true));
  return view.buffer;
}

/** {id, pictures: [ImageData]}, or {id, refusal: sentence}. */
function decodeAnswer(buffer) {
  const view = new DataView(buffer);
  const id = view.getUint32(0, true);
  const n = view.getUint32(4, true);
  if (n === 0) return { id, refusal: new TextDecoder().decode(new Uint8Array(buffer, 8)) };
  const height = view.getUint16(8, true);
  const width = view.getUint16(10, true);
  const size = height * width * 3;
  const pictures = Array.from({ length: n }, (_, k) => toImageData(new Uint8Array(buffer, 12 + k * size, size), width, height));
  return { id, pictures };
}

function toImageData(rgb, width, height) {
  const picture = new ImageData(width, height);
  const rgba = picture.data;
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    rgba[to] = rgb[from];
    rgba[to + 1] = rgb[from + 1];
    rgba[to + 2] = rgb[from + 2];
    rgba[to + 3] = 255;
  }
  return picture;
}
