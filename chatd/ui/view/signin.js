// Before the chat: signing in, making the first account, accepting an invitation.

import { t } from '../words/words.js';
import { brand as own, brandLinks } from './brand.js';
import { append, bdi, fill, h } from './dom.js';
import { offering } from './offered.js';
import { logo } from './parts.js';
import { providers } from './providers.js';
import { second } from './second.js';
import { asGuest, ways as otherWays } from './ways.js';

const ways = () => ({
  in: {
    title: t('Sign in'),
    text: '',
    button: t('Sign in'),
    password: 'current-password',
  },
  setup: {
    title: t('Welcome to your new server'),
    text: t('Make the first account. It will be the administrator of this server.'),
    button: t('Make the account'),
    password: 'new-password',
  },
  open: {
    title: t('Make an account'),
    text: t('Choose a user name and a password, and join the conversation.'),
    button: t('Make the account'),
    password: 'new-password',
  },
  invitation: {
    title: t('You are invited'),
    text: t('Choose a user name and a password, and join the conversation.'),
    button: t('Join'),
    password: 'new-password',
  },
});

/**
 * The page's front. `way`: in, setup or invitation, with the link's `secret` for the latter two;
 * `notice`: why one is here; `wrong`: why one is not in; `name`: who one was; `step`: the second step
 * that has begun already; `back()` tells where the page is. `done(session)` is called once signed in,
 * `forgot(name)` where the password is not known any more.
 */
export function signIn(api, { way = 'in', secret = null, notice = '', wrong = '', name = '', step = null, back = () => '' }, done, forgot) {
  const node = h('main', { class: 'front' });
  /** What has the browser offer passkeys, while there is a field for a name. */
  let offer = null;
  const show = (...next) => fill(node, h('div', { class: 'card' }, brand(), welcome(), ...next), links());
  const elsewhere = (which) =>
    providers(
      api,
      (name) => api.startProvider(name, { back: back(), ...(which === 'invitation' && { invitation: secret }) }),
      h('p', { class: 'or' }, t('or')),
    );
  const form = (which) => {
    offer?.stop();
    if (which === 'guest') show(asGuest(api, done, () => form('in')));
    else show(fields(api, which, secret, { notice, wrong, name }, go), which !== 'setup' && elsewhere(which));
  };
  const go = {
    done: (session) => entered(session),
    forgot: (who) => {
      offer?.stop();
      forgot(who);
    },
    to: (which) => form(which),
    offers: (made) => {
      offer = made;
    },
  };
  const entered = (session) => {
    offer?.stop();
    if (session.signed_in) done(session);
    else goOn(session.second);
  };
  const goOn = (begun) => {
    const place = h('div');
    show(place);
    second(api, begun, place, done, () => form('in'));
  };
  if (step) goOn(step);
  else form(way);
  if (way !== 'in' && secret !== null) {
    api.checkInvitation(secret).catch((error) => {
      if (error.name === 'Refused') show(stale(way, () => form('in')));
    });
  }
  return node;
}

export function brand() {
  return h(
    'p',
    { class: 'brand' },
    logo(28),
    bdi(own.name),
  );
}

/** The operator's words to whoever comes. */
function welcome() {
  return own.text && h('p', { class: 'welcome', dir: 'auto' }, own.text);
}

/** The operator's addresses, below the card. */
export function links() {
  const all = brandLinks();
  if (!all.length) return null;
  const link = ({ label, href }) => h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, label);
  return h('nav', { class: 'brand-links', 'aria-label': own.name }, all.map(link));
}

function fields(api, which, secret, { notice, wrong: failed, name }, { done, forgot, to, offers }) {
  const way = ways()[which];
  const user = h('input', {
    id: 'name',
    name: 'username',
    autocomplete: 'username',
    autocapitalize: 'none',
    spellcheck: 'false',
    required: true,
    maxlength: '64',
    autofocus: !name,
    value: name,
  });
  const password = h('input', {
    id: 'password',
    name: 'password',
    type: 'password',
    autocomplete: way.password,
    required: true,
    autofocus: Boolean(name),
    'aria-describedby': which === 'in' ? null : 'password-hint',
  });
  const wrong = h('p', { class: 'wrong', role: 'alert' }, failed);
  const button = h('button', { class: 'main wide', type: 'submit' }, way.button);

  const offer = offering(api, user, done, wrong);
  if (which === 'in') {
    offers(offer);
    offer.start();
  }

  const submit = async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    wrong.textContent = '';
    const missing = [user, password].find((input) => !input.value.trim());
    if (missing) {
      wrong.textContent = missing === user ? t('Enter your user name.') : t('Enter your password.');
      missing.focus();
      return;
    }
    button.disabled = true;
    button.classList.add('busy');
    try {
      done(await enter(api, which, secret, user.value.trim(), password.value));
    } catch (error) {
      wrong.textContent = error.message;
      (error.field === 'name' ? user : password).focus();
    } finally {
      button.disabled = false;
      button.classList.remove('busy');
    }
  };

  return h(
    'form',
    { onsubmit: submit, novalidate: true },
    h('h1', {}, way.title),
    (notice || way.text) && h('p', { class: 'lead' }, notice || way.text),
    h('label', { for: 'name' }, t('User name')),
    user,
    h('label', { for: 'password' }, t('Password')),
    h('div', { class: 'field' }, password, reveal(password)),
    which !== 'in' &&
      h('p', { class: 'hint', id: 'password-hint' }, t('At least 8 characters; a few words do well.')),
    wrong,
    button,
    which === 'in' &&
      h(
        'button',
        { class: 'wide other', type: 'button', onclick: () => forgot(user.value.trim()) },
        t('Forgotten your password?'),
      ),
    which === 'in' && otherWays(api, to, done, wrong, offer),
    which === 'open' && h('button', { class: 'wide', type: 'button', onclick: () => to('in') }, t('Back to signing in')),
  );
}

function enter(api, which, secret, name, password) {
  if (which === 'setup') return api.setUp(secret, name, password);
  if (which === 'invitation' || which === 'open') return api.register(secret ?? '', name, password);
  return api.signIn(name, password);
}

export function reveal(password) {
  const button = h(
    'button',
    {
      type: 'button',
      class: 'reveal',
      'aria-pressed': 'false',
      'aria-label': t('Show the password'),
      onclick: () => {
        const show = password.type === 'password';
        password.type = show ? 'text' : 'password';
        button.textContent = show ? t('Hide') : t('Show');
        button.setAttribute('aria-pressed', String(show));
        password.focus();
      },
    },
    t('Show'),
  );
  return button;
}

function stale(way, toSignIn) {
  const what =
    way === 'setup'
      ? t('It was used already or is too old. Ask whoever runs this server for a new one.')
      : t('It was used already or is too old. Ask whoever sent it for a new one.');
  return append(h('div'), [
    h('h1', {}, t('This link does not work any more')),
    h('p', { class: 'lead' }, what),
    h('button', { class: 'main wide', type: 'button', onclick: toSignIn }, t('Sign in instead')),
  ]);
}
