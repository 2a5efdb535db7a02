// "Let this program act as you?": the answer to a program that shows a code (RFC 8628).

import { openDialog } from './dialogs/dialog.js';
import { bdi, fill, h } from './dom.js';

/** The dialog for `code`, or one that asks for it first. `name` is who one is here. */
export function device(api, code, name) {
  const inside = h('div', { class: 'device' });
  const dialog = openDialog('Let a program in', inside);
  const close = () => dialog.close();
  if (code) ask(api, inside, code, name, close);
  else type(api, inside, name, close);
}

function type(api, inside, name, close) {
  const input = h('input', {
    id: 'device-code',
    autocomplete: 'off',
    autocapitalize: 'characters',
    spellcheck: 'false',
    maxlength: '12',
    placeholder: 'XXXX-XXXX',
    class: 'code',
  });
  const submit = (event) => {
    event.preventDefault();
    if (input.value.trim()) ask(api, inside, input.value.trim(), name, close);
  };
  fill(
    inside,
    h(
      'form',
      { onsubmit: submit },
      h('label', { for: 'device-code' }, 'The code that the program shows'),
      input,
      h('div', { class: 'actions' }, h('button', { type: 'submit', class: 'main' }, 'Go on')),
    ),
  );
  input.focus();
}

async function ask(api, inside, code, name, close) {
  fill(inside, h('p', { class: 'nothing' }, 'Looking…'));
  let found;
  try {
    found = await api.checkDevice(code);
  } catch (error) {
    fill(inside, h('p', { class: 'wrong', role: 'alert' }, error.message), closing(close));
    return;
  }
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const answer = async (allow) => {
    for (const button of inside.querySelectorAll('button')) button.disabled = true;
    try {
      await api.answerDevice(code, allow);
      const said = allow
        ? 'Done. The program goes on by itself; you can close this page.'
        : 'It was not let in.';
      fill(inside, h('p', { role: 'status' }, said), closing(close));
    } catch (error) {
      wrong.textContent = error.message;
      for (const button of inside.querySelectorAll('button')) button.disabled = false;
    }
  };
  fill(
    inside,
    h('p', {}, 'Let ', bdi(found.label, 'name'), ' act as ', bdi(name, 'name'), '?'),
    h('p', { class: 'code' }, shown(code)),
    h(
      'p',
      { class: 'hint' },
      `It asked ${ago(found.age)} from ${found.address}. Allow it only if you have just started it`
        + ' yourself and it shows this very code: it will read and write everything you can.',
    ),
    wrong,
    h(
      'div',
      { class: 'actions' },
      h('button', { type: 'button', onclick: () => answer(false) }, 'Don’t allow'),
      h('button', { type: 'button', class: 'main', onclick: () => answer(true) }, 'Allow'),
    ),
  );
}

function closing(close) {
  return h('div', { class: 'actions' }, h('button', { type: 'button', class: 'main', onclick: close }, 'Close'));
}

function shown(code) {
  const letters = code.toUpperCase().replaceAll(/[^A-Z]/gu, '');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

function ago(seconds) {
  if (seconds < 90) return 'just now';
  return `${Math.round(seconds / 60)} minutes ago`;
}
