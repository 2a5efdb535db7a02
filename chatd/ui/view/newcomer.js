// Somebody whom a provider knows comes for the first time, and chooses a name.

import { parts, t } from '../words/words.js';
import { bdi, fill, h } from './dom.js';
import { brand } from './signin.js';

/** `done(session)` once there is an account; `back()` where they would rather not. */
export function newcomer(api, done, back) {
  const node = h('main', { class: 'front' });
  const show = (...inside) => {
    fill(node, h('div', { class: 'card' }, brand(), ...inside));
    node.querySelector('[autofocus]')?.focus();
  };
  show(h('p', { class: 'nothing' }, t('Looking…')));
  const leave = async () => {
    await api.goAway().catch(() => {});
    back();
  };
  api
    .newcomer()
    .then((found) => show(choose(api, found, done), h('button', { class: 'wide other', type: 'button', onclick: leave }, t('Back to signing in'))))
    .catch((error) =>
      show(
        h('h1', {}, t('That did not work')),
        h('p', { class: 'lead', role: 'alert' }, error.message),
        h('button', { class: 'main wide', type: 'button', onclick: back }, t('Back to signing in')),
      ),
    );
  return node;
}

function choose(api, found, done) {
  const name = h('input', {
    id: 'name',
    autocomplete: 'username',
    autocapitalize: 'none',
    spellcheck: 'false',
    required: true,
    maxlength: '64',
    autofocus: true,
    value: found.name,
    'aria-describedby': 'name-hint',
  });
  const display = h('input', { id: 'display', autocomplete: 'name', maxlength: '80', value: found.display });
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const button = h('button', { class: 'main wide', type: 'submit' }, t('Join'));
  const submit = async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    wrong.textContent = '';
    if (!name.value.trim()) {
      wrong.textContent = t('Enter your user name.');
      name.focus();
      return;
    }
    button.disabled = true;
    button.classList.add('busy');
    try {
      done(await api.arrive(name.value.trim(), display.value.trim()));
    } catch (error) {
      wrong.textContent = error.message;
      (error.field === 'display' ? display : name).focus();
    } finally {
      button.disabled = false;
      button.classList.remove('busy');
    }
  };
  return h(
    'form',
    { onsubmit: submit, novalidate: true },
    h('h1', {}, t('Choose your name here')),
    h('p', { class: 'lead' }, parts('You come from {label} for the first time.', { label: bdi(found.label, 'name') })),
    h('label', { for: 'name' }, t('User name')),
    name,
    h('p', { class: 'hint', id: 'name-hint' }, t('Others find and mention you by it.')),
    h('label', { for: 'display' }, t('Name that people see')),
    display,
    wrong,
    button,
  );
}
