// Passkeys among the names that the browser offers where a user name is asked for (conditional mediation,
// WebAuthn level 3 §5.1.4). Where a browser has no such thing, nothing happens.

import { conditional, offered } from '../net/passkeys.js';

/** Seconds after which the browser is given another challenge; the server takes one for five minutes. */
const FRESH = 240;

/**
 * `start()` has the browser offer passkeys in `input`, `stop()` ends that: it does one thing with passkeys
 * at a time. `done(session)` once one has signed in; what is wrong with one is said in `wrong`.
 */
export function offering(api, input, done, wrong) {
  let control = null;

  const start = async () => {
    const first = begun();
    if (!(await conditional()) || control !== first) return;
    input.setAttribute('autocomplete', 'username webauthn');
    await round(first);
  };

  /** From one challenge to the next, until a passkey was taken or there is no more of it. */
  const round = async (mine) => {
    const timer = setTimeout(() => mine.abort(), FRESH * 1000);
    let credential;
    try {
      credential = await offered(await api.askPasskey(''), mine.signal);
    } catch {
      // There are other ways in, which say what is wrong with them.
      return;
    } finally {
      clearTimeout(timer);
    }
    if (control !== mine || !input.isConnected) return;
    await (credential ? enter(credential, mine) : round(begun()));
  };

  const enter = async (credential, mine) => {
    try {
      const session = await api.signInByPasskey(credential);
      if (control === mine) done(session);
    } catch (error) {
      if (control === mine) wrong.textContent = error.message;
    }
  };

  const begun = () => {
    stop();
    control = new AbortController();
    return control;
  };

  const stop = () => {
    control?.abort();
    control = null;
  };

  return { start, stop };
}
