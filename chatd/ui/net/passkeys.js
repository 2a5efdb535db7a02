// Passkeys (WebAuthn level 3): from the server's JSON to what the browser wants, and back.

import { t } from '../words/words.js';

/** Whether this browser has passkeys, and this address may: one of numbers may not. */
export function supported() {
  return typeof window.PublicKeyCredential === 'function' && !/^[\d.]+$|:/u.test(location.hostname);
}

/** Has the browser make one; the answer as JSON. Error in words where that did not work. */
export async function make(options) {
  const { user, challenge, excludeCredentials, ...others } = options;
  const publicKey = {
    ...others,
    challenge: bytes(challenge),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: excludeCredentials.map(described),
  };
  return told(await asked(() => navigator.credentials.create({ publicKey })), ['attestationObject']);
}

/** Has the browser show one; as `make`. */
export async function show(options) {
  const publicKey = wanted(options);
  return told(await asked(() => navigator.credentials.get({ publicKey })), SHOWN);
}

/** Whether the browser offers passkeys where it offers names. */
export async function conditional() {
  if (!supported()) return false;
  return (await PublicKeyCredential.isConditionalMediationAvailable?.().catch(() => false)) ?? false;
}

/** The passkey that somebody takes from what the browser offers, as JSON; null once `signal` ends that. */
export async function offered(options, signal) {
  try {
    const found = await navigator.credentials.get({ publicKey: wanted(options), mediation: 'conditional', signal });
    return told(/** @type {any} */ (found), SHOWN);
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

/** What is told of a passkey that was shown. */
const SHOWN = ['authenticatorData', 'signature', 'userHandle'];

function wanted({ challenge, allowCredentials, ...others }) {
  return { ...others, challenge: bytes(challenge), allowCredentials: allowCredentials.map(described) };
}

async function asked(ask) {
  try {
    return await ask();
  } catch (error) {
    if (error.name === 'InvalidStateError') throw new Error(t('This device has a passkey for you already.'));
    throw new Error(t('No passkey was used. Try again, or choose another way.'));
  }
}

function told({ id, rawId, type, response }, fields) {
  const answer = { clientDataJSON: text(response.clientDataJSON) };
  for (const field of fields) if (response[field]) answer[field] = text(response[field]);
  return { id, rawId: text(rawId), type, response: answer };
}

const described = ({ id, type }) => ({ id: bytes(id), type });

/** From base64url without padding (RFC 4648 §5). */
export function bytes(encoded) {
  return Uint8Array.from(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
}

export function text(buffer) {
  const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
