// The HTTP API: who one is, signing in and out, becoming somebody, inviting.

import { spoken, t } from '../words/words.js';
import { at } from './base.js';
import { Refused } from './commands.js';

/** The server could not be reached, or what answered was not it. */
export class Unreachable extends Error {
  constructor() {
    super(t('The server cannot be reached. Check the connection and try again.'));
    this.name = 'Unreachable';
  }
}

/** Seconds after which a request is given up. */
const PATIENCE = 15;

export class Api {
  #csrf = null;

  /** Who one is: {signed_in, user, name, admin, may_invite, …}. */
  session() {
    return this.#call('GET', '/api/session');
  }

  signIn(name, password) {
    return this.#call('POST', '/api/session', { name, password });
  }

  /** {step, ways}: what is asked of whom a provider has just brought back. */
  async begunStep() {
    return (await this.#call('GET', '/api/session/second')).second;
  }

  /** Goes on where the first step is not enough: `shown` is {code}, {recovery} or {credential}. */
  second(step, shown) {
    return this.#call('POST', '/api/session/second', { step, ...shown });
  }

  /** What the browser is to ask for: for a `step`, or "" where a passkey alone is to do. */
  async askPasskey(step) {
    return (await this.#call('POST', '/api/session/passkey/ask', { step })).publicKey;
  }

  signInByPasskey(credential) {
    return this.#call('POST', '/api/session/passkey', { credential });
  }

  /** {registration, guests, mail}: who may make an account, whether guests are let in and mail is sent. */
  ways() {
    return this.#call('GET', '/api/ways');
  }

  arriveAsGuest(display) {
    return this.#call('POST', '/api/guest', { display });
  }

  /** A guest stays, under a name and with a password; for an invitation with its `secret`. */
  keepGuest(name, password, secret = '') {
    return this.#call('POST', '/api/guest/keep', { name, password, secret });
  }

  /** {totp, recovery_codes, passkeys: [{passkey, name, created, seen}]} */
  factors() {
    return this.#call('GET', '/api/factors');
  }

  /** {secret, address, qr: {size, path}} */
  offerTotp(password) {
    return this.#call('POST', '/api/totp', { password });
  }

  /** {recovery_codes}: empty where there are some already. */
  confirmTotp(code) {
    return this.#call('POST', '/api/totp/confirm', { code });
  }

  removeTotp(password) {
    return this.#call('POST', '/api/totp/remove', { password });
  }

  newRecoveryCodes(password) {
    return this.#call('POST', '/api/recovery-codes', { password });
  }

  async offerPasskey(password) {
    return (await this.#call('POST', '/api/passkeys/ask', { password })).publicKey;
  }

  /** {passkey, recovery_codes} */
  addPasskey(name, credential) {
    return this.#call('POST', '/api/passkeys', { name, credential });
  }

  renamePasskey(passkey, name) {
    return this.#call('POST', '/api/passkeys/rename', { passkey, name });
  }

  removePasskey(passkey, password) {
    return this.#call('POST', '/api/passkeys/remove', { passkey, password });
  }

  /** {go_on}: where to sign out besides, if anywhere. */
  signOut() {
    return this.#call('DELETE', '/api/session');
  }

  /** Where one may sign in besides here: [{name, label}]. */
  async providers() {
    return (await this.#call('GET', '/api/providers')).providers;
  }

  /** The address to go to. `about`: {purpose, back, invitation, password}, as far as there is any. */
  async startProvider(name, about) {
    return (await this.#call('POST', `/auth/oidc/${name}/start`, about)).location;
  }

  /** {identities: [{issuer, subject, at, provider, label}], password, proven} */
  identities() {
    return this.#call('GET', '/api/identities');
  }

  endIdentity(issuer, subject, password) {
    return this.#call('POST', '/api/identities/end', { issuer, subject, password });
  }

  /** Whom a provider brought for the first time: {label, name, display}, a name that is free. */
  newcomer() {
    return this.#call('GET', '/api/newcomer');
  }

  arrive(name, display) {
    return this.#call('POST', '/api/newcomer', { name, display });
  }

  goAway() {
    return this.#call('DELETE', '/api/newcomer');
  }

  /** Where one is signed in: [{session, kind, label, address, created, seen, current}]. */
  async sessions() {
    return (await this.#call('GET', '/api/sessions')).sessions;
  }

  /** Ends one session, a token among them. */
  endSession(session) {
    return this.#call('POST', '/api/sessions/end', { session });
  }

  /** Ends all but this one. */
  endOthers() {
    return this.#call('POST', '/api/sessions/end', { others: true });
  }

  /** The first administrator, with the secret that the operator was shown. */
  setUp(secret, name, password) {
    return this.#call('POST', '/api/setup', { secret, name, password });
  }

  register(secret, name, password) {
    return this.#call('POST', '/api/register', { secret, name, password });
  }

  checkInvitation(secret) {
    return this.#call('POST', '/api/invitation/check', { secret });
  }

  /** A link to a new password by mail; the answer does not tell whether there is such an account. */
  askReset(who) {
    return this.#call('POST', '/api/reset/ask', { who });
  }

  /** {name, expires} */
  checkReset(secret) {
    return this.#call('POST', '/api/reset/check', { secret });
  }

  reset(secret, password) {
    return this.#call('POST', '/api/reset', { secret, password });
  }

  /** {email, mail}: the confirmed address or null, and whether this server sends mail. */
  email() {
    return this.#call('GET', '/api/email');
  }

  /** {sent}; "" for no address. */
  setEmail(email, password) {
    return this.#call('POST', '/api/email', { email, password });
  }

  /** {name, email} */
  confirmEmail(secret) {
    return this.#call('POST', '/api/email/confirm', { secret });
  }

  deleteAccount(password, erase) {
    return this.#call('POST', '/api/account/delete', { password, erase });
  }

  /** Which program waits with this code: {label, address, age}. */
  checkDevice(code) {
    return this.#call('POST', '/api/device/check', { user_code: code });
  }

  answerDevice(code, allow) {
    return this.#call('POST', '/api/device/answer', { user_code: code, allow });
  }

  /** {id, secret, expires, uses} */
  invite(uses) {
    return this.#call('POST', '/api/invitations', { uses });
  }

  /** All other sessions of one's own end. */
  changePassword(old, password) {
    return this.#call('POST', '/api/password', { old, new: password });
  }

  /** Keeps a picture, a Blob: {picture} is its id. */
  upload(picture) {
    return this.#call('PUT', '/api/pictures', picture);
  }

  /** What says who sends a file. */
  async proof() {
    if (!this.#csrf) await this.session();
    return { 'Accept-Language': spoken().language, 'X-CSRF-Token': this.#csrf };
  }

  async #call(method, path, body) {
    // The language in which the person is written to, by mail.
    const headers = { Accept: 'application/json', 'Accept-Language': spoken().language };
    if (method !== 'GET' && this.#csrf) headers['X-CSRF-Token'] = this.#csrf;
    if (body) headers['Content-Type'] = body instanceof Blob ? body.type : 'application/json';
    let response;
    let answer;
    try {
      response = await fetch(at(path), {
        method,
        headers,
        body: body instanceof Blob ? body : body && JSON.stringify(body),
        credentials: 'same-origin',
        cache: 'no-store',
        redirect: 'error',
        signal: AbortSignal.timeout(PATIENCE * 1000),
      });
      answer = await response.json();
    } catch {
      throw new Unreachable();
    }
    if (!response.ok) throw new Refused(answer);
    if ('signed_in' in answer) this.#csrf = answer.csrf ?? null;
    return answer;
  }
}
