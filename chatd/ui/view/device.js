// "Let this program act as you?": the answer to a program that shows a code (RFC 8628).

import { made, parts, t } from '../words/words.js';
import { openDialog } from './dialogs/dialog.js';
import { bdi, fill, h } from './dom.js';

/** The dialog for `code`, or one that asks for it first. `name` is who one is here. */
export function device(api, code, name) {
  const inside = h('div', { class: 'device' });
  const dialog = openDialog(t('Let a program in'), inside);
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
      h('label', { for: 'device-code' }, t('The code that the program shows')),
      input,
      h('div', { class: 'actions' }, h('button', { type: 'submit', class: 'main' }, t('Go on'))),
    ),
  );
  input.focus();
}

async function ask(api, inside, code, name, close) {
  fill(inside, h('p', { class: 'nothing' }, t('Looking…')));
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
        ? t('Done. The program goes on by itself; you can close this page.')
        : t('It was not let in.');
      fill(inside, h('p', { role: 'status' }, said), closing(close));
    } catch (error) {
      wrong.textContent = error.message;
      for (const button of inside.querySelectorAll('button')) button.disabled = false;
    }
  };
  const deny = h('button', { type: 'button', onclick: () => answer(false) }, t('Don’t allow'));
  fill(
    inside,
    h('p', {}, parts('Let “{program}” act as {name}?', { program: bdi(found.label, 'name'), name: bdi(name, 'name') })),
    h('p', { class: 'code' }, shown(code)),
    h(
      'p',
      { class: 'warning' },
      t(
        'It asked {ago} from {address}. Allow it only if you have just started it yourself and it shows this very code: it will read and write everything you can.',
        { ago: ago(found.age), address: found.address },
      ),
    ),
    wrong,
    h('div', { class: 'actions' }, deny, h('button', { type: 'button', class: 'main', onclick: () => answer(true) }, t('Allow'))),
  );
  // Whoever presses Enter unread has let nobody in.
  deny.focus();
}

function closing(close) {
  return h('div', { class: 'actions' }, h('button', { type: 'button', class: 'main', onclick: close }, t('Close')));
}

function shown(code) {
  const letters = code.toUpperCase().replaceAll(/[^A-Z]/gu, '');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

function ago(seconds) {
  return seconds < 90 ? t('just now') : made(Intl.RelativeTimeFormat, {}).format(-Math.round(seconds / 60), 'minute');
}
