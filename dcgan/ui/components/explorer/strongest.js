/* Which dimensions of z change a picture most: each is moved by one, and the pictures are compared. */

const PROBES_AT_ONCE = 16;

/** The `count` dimensions whose step of 1 changes the picture of z most, strongest first. */
async function strongestDimensions(engine, z, count) {
  const [before] = await engine.generate([z]).pictures;
  const changes = [];
  for (let first = 0; first < z.length; first += PROBES_AT_ONCE) {
    const dimensions = Array.from({ length: Math.min(PROBES_AT_ONCE, z.length - first) }, (_, k) => first + k);
    const pictures = await engine.generate(dimensions.map((i) => moved(z, i))).pictures;
    pictures.forEach((picture, k) => changes.push([difference(before, picture), first + k]));
  }
  return changes.sort(([a], [b]) => b - a).slice(0, count).map(([, i]) => i);
}

/** z with dimension i moved by 1, towards 0, so that it stays where draws are. */
function moved(z, i) {
  const other = z.slice();
  other[i] += z[i] > 0 ? -1 : 1;
  return other;
}

function difference(a, b) {
  return a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]), 0);
}
