// Talk to the run routes. Plain requests, no lasting connection: a browser allows six of those per host.

const TIMEOUT_MS = 8000;
const WAY_MS = 120000; // a run that makes way may be reading its data, and then saves

/** A path with the run that is to be paused for what it asks; "" where none is. */
const withPause = (path, pause) => (pause ? `${path}?pause=${encodeURIComponent(pause)}` : path);

/** An answer other than 2xx: `error` of its record is the server's sentence, the message what the page makes of it. */
class Refusal extends Error {
  constructor(status, message, record = {}) {
    super(sayServed(message));
    Object.assign(this, { status, record });
  }
}

async function ask(path, { timeout = TIMEOUT_MS, ...options } = {}) {
  const headers = { "X-DCGAN-Key": controlKey() };
  const answer = await fetch(`${routes}/${path}`, { ...options, headers, signal: AbortSignal.timeout(timeout) });
  const record = await answer.json();
  if (!answer.ok) throw new Refusal(answer.status, record.error ?? answer.statusText, record);
  return record;
}

const api = {
  runs: () => ask("runs"),
  since: (run, line) => ask(`runs/${encodeURIComponent(run)}/since/${line}`),
  continue: (run, pause) => ask(withPause(`runs/${encodeURIComponent(run)}/continue`, pause), { method: "POST", timeout: WAY_MS }),
  order: (run, order, values = {}) =>
    ask(`runs/${encodeURIComponent(run)}/orders`, { method: "POST", body: JSON.stringify({ order, values }) }),
  branch: (run, step, settings, pause) =>
    ask(withPause(`runs/${encodeURIComponent(run)}/branch`, pause), { method: "POST", body: JSON.stringify({ step, settings }), timeout: WAY_MS }),
  differences: (run, other) => ask(`runs/${encodeURIComponent(run)}/differences?other=${encodeURIComponent(other)}`),
  measures: (run) => `${routes}/runs/${encodeURIComponent(run)}/measures.csv`,
  sheet: (run, step, generation) => `${routes}/runs/${encodeURIComponent(run)}/samples/${step}.jpg?g=${generation}`,
  judgement: (run, step, generation) => ask(`runs/${encodeURIComponent(run)}/samples/${step}.json?g=${generation}`),
  real: (run, generation) => `${routes}/runs/${encodeURIComponent(run)}/real.jpg?g=${generation}`,
  explore: (run) => `${appRoot}/?model=${encodeURIComponent(run)}`,
};
