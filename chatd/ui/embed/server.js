// The calls of a framed chat to its server. No cookie goes along: who is signed in here in another window
// must not matter.

import { Unreachable } from '../net/api.js';
import { at } from '../net/base.js';
import { Refused } from '../net/commands.js';

/** Seconds after which a request is given up. */
const PATIENCE = 15;
/** @type {RequestInit} */
const OPTIONS = { credentials: 'omit', cache: 'no-store', redirect: 'error' };

/** {token, user, name, expires, public_rooms} for the site's token. */
export const exchange = (token) => call('/api/session/exchange', token);

/** {protocols, expires} for a socket of this page. */
export const ticket = (secret) => call('/api/ticket', secret);

/** Brings a file, as files/upload.js does, except that nobody knows how far it got. */
export const bring = ({ disposition }, secret, blob, { name, type }, signal) =>
  call('/api/files', secret, { headers: { 'Content-Type': type, 'Content-Disposition': disposition(name) }, body: blob, signal });

/** A file, as a Blob. */
export async function fetched(secret, id) {
  try {
    const response = await fetch(at(`/files/${encodeURIComponent(id)}`), { ...OPTIONS, headers: { Authorization: `Bearer ${secret}` } });
    if (response.ok) return await response.blob();
  } catch {
    // Told below: whatever shows it has no other words for it.
  }
  throw new Unreachable();
}

/** `more`: what else `fetch` is told. */
async function call(path, bearer, /** @type {{ headers?: object, [option: string]: any }} */ { headers = {}, ...more } = {}) {
  let response;
  let answer;
  try {
    response = await fetch(at(path), {
      ...OPTIONS,
      method: 'POST',
      headers: { Accept: 'application/json', Authorization: `Bearer ${bearer}`, ...headers },
      signal: AbortSignal.timeout(PATIENCE * 1000),
      ...more,
    });
    answer = await response.json();
  } catch {
    throw new Unreachable();
  }
  if (!response.ok) throw new Refused(answer);
  return answer;
}
