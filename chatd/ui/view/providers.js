// Signing in at a provider: the buttons that lead there, and the words for what comes back.

import { at } from '../net/base.js';
import { parts, t } from '../words/words.js';
import { bdi, fill, h } from './dom.js';

/**
 * A button for each provider, where there are any. `begin(name)` gives the address to go to;
 * `first` stands above them.
 */
export function providers(api, begin, first = null) {
  const node = h('div', { class: 'ways' });
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const go = async ({ name }) => {
    wrong.textContent = '';
    for (const button of node.querySelectorAll('button')) button.disabled = true;
    try {
      location.assign(await begin(name));
    } catch (error) {
      wrong.textContent = error.message;
      for (const button of node.querySelectorAll('button')) button.disabled = false;
    }
  };
  const button = (one) =>
    h('button', { class: 'wide', type: 'button', onclick: () => go(one) }, parts('Continue with {label}', { label: bdi(one.label, 'name') }));
  api
    .providers()
    .then((found) => found.length && fill(node, first, found.map(button), wrong))
    .catch(() => {
      // Whoever has a password signs in without.
    });
  // Who goes back in the browser's history may begin again.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) for (const one of node.querySelectorAll('button')) one.disabled = false;
  });
  return node;
}

/**
 * What a provider brought one back with, taken out of the address: {how, reason, back}; null where
 * one does not come from there. `how`: second, newcomer, linked, proven, failed.
 */
export function takeReturn() {
  const [, how, reason = null, back] = /^#login=([a-z]+)(?::([a-z]+))?;(.*)$/u.exec(location.hash) ?? [];
  if (!how) return null;
  history.replaceState(null, '', at(back ? `/#${back}` : '/'));
  return { how, reason };
}

/** Why somebody was not signed in, as chatd/auth/oidc/provider.py calls it. */
export function why(reason) {
  const words = {
    cancelled: t('You did not sign in there. Try again, or sign in another way.'),
    unreachable: t('The provider cannot be reached just now. Try again in a while, or sign in another way.'),
    stale: t('That took too long, or was begun elsewhere. Try again.'),
    uninvited: t('There is no account for you here yet. Ask somebody on this server for an invitation link; if you have an account, sign in to it and link the provider in its settings.'),
    unfit: t('That account may not come in here. Take another one, or ask whoever runs this server.'),
    disabled: t('Your account here is disabled; an administrator can enable it.'),
    taken: t('That account is linked with somebody else’s here already.'),
    other: t('At the provider you are somebody else. Take the account that is linked here.'),
    busy: t('The server is busy just now. Try again in a moment.'),
  };
  return words[reason] ?? t('Signing in there failed. Try again; if it fails again, tell whoever runs this server.');
}
