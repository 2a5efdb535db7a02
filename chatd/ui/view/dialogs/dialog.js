// What all dialogs are made of: the dialog itself, forms that may fail in words, fields.

import { t } from '../../words/words.js';
import { waiting } from '../away.js';
import { fill, focusLater, h, icon, iconButton } from '../dom.js';

let made = 0;

/** A word that no other element of the page is called. */
function unique(word) {
  made += 1;
  return `${word}-${made}`;
}

/** A dialog over the page. Esc, a tap beside it and the way to another page close it. */
export function openDialog(title, ...content) {
  const id = unique('dialog-title');
  const back = focusLater();
  const node = h(
    'dialog',
    {
      'aria-labelledby': id,
      onclose: () => {
        removeEventListener('popstate', left);
        node.remove();
        back();
      },
    },
    h(
      'div',
      { class: 'inside' },
      h('header', {}, h(title ? 'h2' : 'span', { id }, title), iconButton('close', t('Close'), { onclick: () => node.close() })),
      content,
    ),
  );
  node.addEventListener('pointerdown', (event) => {
    if (event.target === node) node.close();
  });
  const left = () => node.close();
  addEventListener('popstate', left);
  document.body.append(node);
  node.showModal();
  return node;
}

/**
 * A form whose `act` may fail in words. It is busy meanwhile; on success its dialog is closed, and
 * `then` gets what came of it: the keyboard's focus is the page's again.
 */
export function form(act, then, label, ...fields) {
  const close = (result) => {
    node.closest('dialog')?.close();
    then(result);
  };
  const node = staying(act, close, label, ...fields);
  return node;
}

/** A form that stays after success: `then(result, say)`, where `say(text)` puts a word beside it. */
export function staying(act, then, label, ...fields) {
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const said = h('p', { class: 'said', role: 'status' });
  const button = h('button', { type: 'submit', class: 'main' }, label);
  const submit = async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    wrong.textContent = said.textContent = '';
    button.disabled = true;
    try {
      const result = await waiting(said, act);
      then(result, (text) => {
        said.textContent = text;
      });
    } catch (error) {
      wrong.textContent = error.message;
    } finally {
      button.disabled = false;
    }
  };
  return h('form', { onsubmit: submit }, fields, wrong, h('div', { class: 'actions' }, said, button));
}

/** A line to write in: {node, parts}. `props.tag` for another element, `props.id` where the label is no name of its own. */
export function input(label, { tag = 'input', id = `field-${label.toLowerCase().replaceAll(/[^\p{L}]+/gu, '-')}`, ...props }, hint = null) {
  const about = hint && unique('hint');
  const node = h(tag, { id, autocomplete: 'off', 'aria-describedby': about, ...props });
  if (tag === 'textarea') node.value = props.value ?? '';
  return { node, parts: [h('label', { for: id }, label), node, hint && h('p', { class: 'hint', id: about }, hint)] };
}

/** A choice among a few words: {node, parts}. `options`: [value, label] pairs. */
export function select(label, options, value, props = {}, hint = null) {
  const id = `field-${label.toLowerCase().replaceAll(/[^\p{L}]+/gu, '-')}`;
  const node = h(
    'select',
    { id, ...props },
    options.map(([one, word]) => h('option', { value: one, selected: one === value }, word)),
  );
  return { node, parts: [h('label', { for: id }, label), node, hint && h('p', { class: 'hint' }, hint)] };
}

/** A switch with a sentence on what it does: {node, parts}. */
export function toggle(label, hint, props = {}) {
  const id = unique('switch');
  const node = h('input', { type: 'checkbox', role: 'switch', id, ...props });
  const parts = h('label', { class: 'switch', for: id }, h('span', {}, label, hint && h('small', {}, hint)), node);
  return { node, parts };
}

/** A few words side by side, one of which holds. `options`: [value, label] pairs. */
export function segments(legend, options, value, choose, props = {}) {
  const name = unique('segment');
  return h(
    'fieldset',
    { class: 'segments', ...props },
    h('legend', {}, legend),
    options.map(([one, word]) =>
      h(
        'label',
        {},
        h('input', { type: 'radio', name, value: one, checked: one === value, onchange: () => choose(one) }),
        h('span', {}, word),
      ),
    ),
  );
}

/** A place for what goes wrong: `attempt(act)` runs something and puts its failure there. */
export function problem() {
  const node = h('p', { class: 'wrong', role: 'alert' });
  const attempt = async (act) => {
    node.textContent = '';
    try {
      return await waiting(node, act);
    } catch (error) {
      node.textContent = error.message;
      return undefined;
    }
  };
  return { node, attempt };
}

/** A button that copies `text`, and says so. */
export function copying(text, box = null, label = t('Copy the link')) {
  const button = h('button', { type: 'button', class: 'main' }, label);
  button.addEventListener('click', async () => {
    box?.select();
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = t('Copied');
    } catch {
      button.textContent = t('Press Ctrl C');
    }
  });
  return button;
}

/**
 * A dialog of several sections: names on the left and one of them beside; on a phone first the names.
 * `sections`: {label, icon, show(place)} where `show` fills `place`; `end`: nodes below the names. `first`:
 * the label of the one to begin with.
 */
export function sectioned(title, sections, { end = null, first = null } = {}) {
  const place = h('div', { class: 'section' });
  const heading = h('h3', { tabindex: '-1' });
  const node = h('div', { class: 'sections' });
  const buttons = sections.map((one) =>
    h('button', { type: 'button', class: 'entry', onclick: () => show(one, true) }, one.icon && icon(one.icon), one.label),
  );
  const show = ({ label, show: draw }, chosen) => {
    heading.textContent = label;
    for (const button of buttons) {
      const on = button.textContent === label;
      button.classList.toggle('active', on);
      if (on) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    }
    fill(place);
    draw(place);
    node.classList.toggle('inner', chosen);
    if (chosen && !matchMedia('(min-width: 720px)').matches) heading.focus();
  };
  const back = () => {
    node.classList.remove('inner');
    buttons.find((button) => button.classList.contains('active'))?.focus();
  };
  node.append(
    h('nav', { class: 'names', 'aria-label': title }, buttons, end && h('div', { class: 'end' }, end)),
    h(
      'div',
      { class: 'panel' },
      h('div', { class: 'panel-head' }, iconButton('back', t('Back'), { class: 'to-names', onclick: back }), heading),
      place,
    ),
  );
  show(sections.find((one) => one.label === first) ?? sections[0], first !== null);
  // What an answer brings above the place of the keyboard pushes it down: it stays in view.
  new ResizeObserver(() => {
    const at = document.activeElement;
    if (place.contains(at) && at.matches(':focus-visible')) at.scrollIntoView({ block: 'nearest' });
  }).observe(place);
  const dialog = openDialog(title, node);
  dialog.classList.add('wide');
  return dialog;
}
