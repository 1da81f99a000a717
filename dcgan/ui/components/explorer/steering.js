/* Pure functions that move z along directions, all of unit length.

   A direction's value is z·d, a function of z alone: so every slider agrees with every other control and with undo. Setting it with the
   norm kept goes along the great circle through z and d; what is locked keeps its own value. */

const MOST_OF_THE_WAY = 0.98; // the pole itself has lost all else that z was

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** `vector` without its parts along the orthonormal `basis`, of unit length; null where hardly anything is left. */
function apart(vector, basis) {
  const left = Float64Array.from(vector);
  const before = norm(left);
  for (const each of basis) {
    const along = dot(left, each);
    for (let i = 0; i < left.length; i++) left[i] -= along * each[i];
  }
  const length = norm(left);
  return length > 0.05 * before ? left.map((value) => value / length) : null;
}

/** An orthonormal basis of what the vectors span, in their order; null stands where one adds nothing. */
function orthonormal(vectors) {
  const found = [];
  for (const vector of vectors) found.push(apart(vector, found.filter(Boolean)));
  return found;
}

/** z moved so that z·d = value; with `keepNorm` as long as before and unchanged along `held`, an orthonormal basis that d is at right angles to. */
function steer(z, d, value, held, keepNorm) {
  const now = dot(z, d);
  if (!keepNorm) return z.map((each, i) => each + (value - now) * d[i]);
  const fixed = new Float64Array(z.length);
  for (const each of held) {
    const along = dot(z, each);
    for (let i = 0; i < z.length; i++) fixed[i] += along * each[i];
  }
  const free = Float64Array.from(z, (each, i) => each - now * d[i] - fixed[i]);
  const length = norm(free);
  if (length < 1e-4) return z.map((each, i) => each + (value - now) * d[i]); // z is 0, or the direction itself
  const room = now * now + length * length;
  const most = Math.sqrt(room) * MOST_OF_THE_WAY;
  const reached = Math.max(-most, Math.min(most, value));
  const scale = Math.sqrt(room - reached * reached) / length;
  return z.map((_, i) => fixed[i] + reached * d[i] + scale * free[i]);
}
