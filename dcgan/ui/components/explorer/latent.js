/* Pure functions on latents. sampleZ gives the same z as dcgan/latent/sampling.py; tests/latent/seeds.json holds both to one table. */

const MASK = (1n << 64n) - 1n;
const GOLDEN = 0x9e3779b97f4a7c15n;
const MAX_SEED = Number.MAX_SAFE_INTEGER;
const MAX_VALUE = 16; // beyond it the server refuses

/** The finaliser of splitmix64 (Steele, Lea and Flood 2014). */
function mix(x) {
  x = ((x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  x = ((x ^ (x >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return x ^ (x >> 31n);
}

/** `count` numbers in [0, 1) of a seed, 53 bits each. */
function uniforms(seed, count) {
  const key = mix(BigInt(seed));
  const bits = (i) => mix((key + BigInt(i + 1) * GOLDEN) & MASK) >> 11n;
  return Float64Array.from({ length: count }, (_, i) => Number(bits(i)) * 2 ** -53);
}

/** z of a seed: float32 (zDim). */
function sampleZ(seed, zDim, prior) {
  const u = uniforms(seed, zDim + (zDim % 2));
  if (prior === "uniform") return Float32Array.from(u.subarray(0, zDim), (value) => 2 * value - 1);
  return Float32Array.from({ length: zDim }, (_, i) => {
    const pair = i - (i % 2);
    const radius = Math.sqrt(-2 * Math.log1p(-u[pair])); // Box and Muller 1958
    const angle = 2 * Math.PI * u[pair + 1];
    return radius * (i % 2 ? Math.sin(angle) : Math.cos(angle));
  });
}

/** Points about `distance` away (0 to 1, where 1 is a draw of its own), still as long as a typical draw. */
function neighbours(z, distance, seeds, prior) {
  const keep = prior === "uniform" ? 1 - distance : Math.sqrt(1 - distance * distance); // stays inside the cube, or on the shell
  return seeds.map((seed) => {
    const other = sampleZ(seed, z.length, prior);
    return z.map((value, i) => keep * value + distance * other[i]);
  });
}

function norm(z) {
  return Math.sqrt(z.reduce((sum, value) => sum + value * value, 0));
}

/** The length that nearly all draws have: √n, or √(n/3) in the cube [-1, 1]ⁿ. */
function typicalNorm(zDim, prior) {
  return Math.sqrt(prior === "uniform" ? zDim / 3 : zDim);
}

function sameZ(a, b) {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** Between four corners, at x and y from 0 to 1, as long as the corners are there in the mean (White 2016: shorter is not what was practised). */
function blend(corners, x, y, prior) {
  const weights = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];
  const mixed = corners[0].map((_, i) => corners.reduce((sum, corner, k) => sum + weights[k] * corner[i], 0));
  if (prior === "uniform") return mixed; // stays in the cube
  const wanted = corners.reduce((sum, corner, k) => sum + weights[k] * norm(corner), 0);
  const length = norm(mixed);
  return length > 0 ? mixed.map((value) => (value * wanted) / length) : mixed;
}

/** z with the length `wanted`, as far as the server takes its numbers. */
function withNorm(z, wanted) {
  const length = norm(z);
  const largest = z.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const factor = Math.min(wanted / length, MAX_VALUE / largest);
  return z.map((value) => value * factor);
}
