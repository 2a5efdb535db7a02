// A few words to test with, in the browser that the page runs in.

/** Seconds that a test may take. */
const LONGEST = 20;

const tests = [];

export function test(name, run) {
  tests.push({ name, run });
}

export function equal(found, expected) {
  const [a, b] = [found, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`found ${a}, expected ${b}`);
}

/** A test that waits for what never comes fails, by name. */
function ending(running) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`does not end within ${LONGEST} s`)), LONGEST * 1000);
  });
  return Promise.race([running, late]).finally(() => clearTimeout(timer));
}

/** Runs what a module declared: [{name, error}], error null where it passed. */
export async function run(module) {
  tests.length = 0;
  await import(module);
  const results = [];
  for (const { name, run: body } of tests) {
    let error = null;
    try {
      await ending(body());
    } catch (failure) {
      error = failure.stack ?? String(failure);
    }
    results.push({ name, error });
  }
  return results;
}

/** Time that moves when told: `later` as the page's ports have it. */
export class Clock {
  ms = 0;
  #timers = [];

  later = (seconds, call) => {
    const timer = { at: this.ms + seconds * 1000, call };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  };

  now = () => this.ms;

  async advance(seconds) {
    const until = this.ms + seconds * 1000;
    for (;;) {
      this.#timers.sort((a, b) => a.at - b.at);
      const next = this.#timers[0];
      if (!next || next.at > until) break;
      this.#timers.shift();
      this.ms = next.at;
      next.call();
      await settle();
    }
    this.ms = until;
    await settle();
  }
}

/** Everything that promises had to do is done. */
export async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await null;
}
