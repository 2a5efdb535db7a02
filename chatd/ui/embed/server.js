// The two calls of a framed chat to its server. No cookie goes along: who is signed in here in
// another window must not matter.

import { Unreachable } from '../net/api.js';
import { at } from '../net/base.js';
import { Refused } from '../net/commands.js';

/** Seconds after which a request is given up. */
const PATIENCE = 15;

/** {token, user, name, expires} for the site's token. */
export const exchange = (token) => call('/api/session/exchange', token);

/** {protocols, expires} for a socket of this page. */
export const ticket = (secret) => call('/api/ticket', secret);

async function call(path, bearer) {
  let response;
  let answer;
  try {
    response = await fetch(at(path), {
      method: 'POST',
      headers: { Accept: 'application/json', Authorization: `Bearer ${bearer}` },
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE * 1000),
    });
    answer = await response.json();
  } catch {
    throw new Unreachable();
  }
  if (!response.ok) throw new Refused(answer);
  return answer;
}
