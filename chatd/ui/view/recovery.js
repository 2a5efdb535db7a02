// Back in without the password: asking for a link, choosing a new password, confirming an address.

import { parts, t } from '../words/words.js';
import { bdi, fill, h } from './dom.js';
import { second } from './second.js';
import { brand, reveal } from './signin.js';

/** Asks for a link by mail. `name` is who one may be; `back()` leads to signing in. */
export function forgotten(api, name, back) {
  const who = h('input', {
    id: 'who',
    autocomplete: 'username',
    autocapitalize: 'none',
    spellcheck: 'false',
    required: true,
    maxlength: '254',
    autofocus: true,
    value: name,
  });
  const node = front();
  const toSignIn = (look) => h('button', { ...look, type: 'button', onclick: back }, t('Back to signing in'));
  const submit = async () => {
    await api.askReset(who.value.trim());
    show(
      node,
      h('h1', {}, t('Look into your mail')),
      h(
        'p',
        { class: 'lead', role: 'status' },
        t('If there is such an account with a confirmed address, a link is on its way there. It works for an hour.'),
      ),
      h('p', { class: 'hint' }, t('Nothing came? An administrator of this server can make you a link, too.')),
      toSignIn({ class: 'main wide' }),
    );
  };
  const asked = form(
    {
      title: t('A new password'),
      lead: t('Tell us who you are, and we mail you a link to choose one.'),
      button: t('Mail me a link'),
      input: who,
      empty: t('Enter your user name or mail address.'),
      submit,
    },
    h('label', { for: 'who' }, t('User name or mail address')),
    who,
  );
  const mailed = () => show(node, asked, toSignIn({ class: 'wide other' }));
  const unmailed = () =>
    show(
      node,
      h('h1', {}, t('A new password')),
      h('p', { class: 'lead', role: 'status' }, t('This server sends no mail. Its administrator can make you a link for a new password.')),
      toSignIn({ class: 'main wide' }),
    );
  show(node, h('p', { class: 'nothing' }, t('Looking…')));
  // Whoever cannot be told asks, and is told then.
  api.ways().then(({ mail }) => (mail === false ? unmailed() : mailed()), mailed);
  return node;
}

/** A new password by the link's `secret`; then `done(session)`. `back()` leads to signing in. */
export function reset(api, secret, done, back) {
  const node = front();
  show(node, h('p', { class: 'nothing' }, t('Looking…')));
  api
    .checkReset(secret)
    .then(({ name }) => {
      const onward = (next) => {
        const place = h('div');
        show(node, place);
        second(api, next, place, done, back);
      };
      show(node, choose(api, secret, name, done, onward));
    })
    .catch((error) => show(node, ...failed(error, back)));
  return node;
}

/** Confirms an address by the link's `secret`; `on()` leads to where one was. */
export function confirmed(api, secret, on) {
  const node = front();
  show(node, h('p', { class: 'nothing' }, t('Looking…')));
  api
    .confirmEmail(secret)
    .then(({ name, email }) =>
      show(
        node,
        h('h1', {}, t('Your address is confirmed')),
        h('p', { class: 'lead', role: 'status' }, parts('Mail for {name} goes to {email} now.', { name: bdi(name, 'name'), email: bdi(email) })),
        h('button', { class: 'main wide', type: 'button', onclick: on }, t('Go on')),
      ),
    )
    .catch((error) => show(node, ...failed(error, on)));
  return node;
}

function choose(api, secret, name, done, onward) {
  const password = h('input', {
    id: 'password',
    type: 'password',
    autocomplete: 'new-password',
    required: true,
    autofocus: true,
    'aria-describedby': 'password-hint',
  });
  return form(
    {
      title: t('Choose a new password'),
      lead: null,
      button: t('Set it and sign in'),
      input: password,
      empty: t('Enter your new password.'),
      submit: async () => {
        const session = await api.reset(secret, password.value);
        if (session.signed_in) done(session);
        else onward(session.second);
      },
    },
    // For the browser's memory of passwords, which goes by the name.
    h('label', { for: 'name' }, t('User name')),
    h('input', { id: 'name', autocomplete: 'username', value: name, readonly: true }),
    h('label', { for: 'password' }, t('New password')),
    h('div', { class: 'field' }, password, reveal(password)),
    h(
      'p',
      { class: 'hint', id: 'password-hint' },
      t('At least 8 characters; a few words do well. You are signed out everywhere else.'),
    ),
  );
}

function form({ title, lead, button: label, input, empty, submit }, ...fields) {
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const button = h('button', { class: 'main wide', type: 'submit' }, label);
  const onsubmit = async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    wrong.textContent = '';
    if (!input.value.trim()) {
      wrong.textContent = empty;
      input.focus();
      return;
    }
    button.disabled = true;
    button.classList.add('busy');
    try {
      await submit();
    } catch (error) {
      wrong.textContent = error.message;
      input.focus();
    } finally {
      button.disabled = false;
      button.classList.remove('busy');
    }
  };
  return h(
    'form',
    { onsubmit, novalidate: true },
    h('h1', {}, title),
    lead && h('p', { class: 'lead' }, lead),
    ...fields,
    wrong,
    button,
  );
}

function failed(error, back) {
  const old = error.name === 'Refused' && error.code === 'gone';
  return [
    h('h1', {}, old ? t('This link does not work any more') : t('That did not work')),
    h('p', { class: 'lead', role: 'alert' }, error.message),
    h('button', { class: 'main wide', type: 'button', onclick: back }, t('Go on without it')),
  ];
}

function front() {
  return h('main', { class: 'front' });
}

function show(node, ...parts) {
  fill(node, h('div', { class: 'card' }, brand(), ...parts));
  node.querySelector('[autofocus]')?.focus();
}
