// Naming somebody: by typing a user name, or by choosing among those who are found.

import { t } from '../../words/words.js';
import { bdi, fill, h } from '../dom.js';
import { avatar } from '../parts.js';
import { form, input, openDialog } from './dialog.js';

/** Seconds of rest after which what one types is looked for. */
const REST = 0.25;

/**
 * A field for a person with those who are found below it: {parts, person(), empty()}. `submit()` is
 * called when one of them is chosen. `person()` is whom the field means, an id or "@name"; an Error
 * in words where it means nobody. A form around it does not validate: who is chosen needs no name.
 */
export function finding(chat, submit, hint) {
  let chosen = null;
  const taken = (person) => {
    chosen = person.user;
    submit();
  };
  const list = h('div', { class: 'choose small-choose', 'aria-live': 'polite', hidden: true });
  const name = input(
    t('User name'),
    { required: true, maxlength: '64', autofocus: true, autocapitalize: 'none', spellcheck: 'false' },
    hint,
  );
  const show = (people) => {
    fill(list, people.map((one) => choice(one, () => taken(one))));
    list.hidden = people.length === 0;
  };
  let timer = null;
  let asked = 0;
  const look = async () => {
    const round = (asked += 1);
    const query = name.node.value.trim();
    let people = [];
    if (query) {
      try {
        ({ people } = await chat.people.find(query));
      } catch {
        // Nobody can be looked up here, or there is no connection: a whole name does as well.
      }
    }
    if (round === asked) show(people);
  };
  name.node.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(look, REST * 1000);
  });
  return {
    parts: [name.parts, list],
    person: () => {
      const user = chosen ?? `@${name.node.value.trim().replace(/^@/u, '')}`;
      chosen = null;
      if (user === '@') throw new Error(t('Enter a user name.'));
      return user;
    },
    empty: () => {
      name.node.value = '';
      show([]);
    },
  };
}

/** Somebody by user name: `act(reference)` may fail in words; then `then` gets what came of it. */
export function pick(chat, title, label, hint, act, then) {
  const field = finding(chat, () => node.requestSubmit(), hint);
  const node = form(async () => act(field.person()), then, label, field.parts);
  node.noValidate = true;
  openDialog(title, node);
}

function choice(person, onclick) {
  return h(
    'button',
    { type: 'button', class: 'choice', onclick },
    avatar(person.user, person.display),
    h('span', { class: 'about' }, bdi(person.display, 'name'), h('small', {}, bdi(`@${person.name}`))),
  );
}

export function write(chat, go) {
  const hint = t('Begin to type a name, such as anna.');
  pick(chat, t('Write to somebody'), t('Start'), hint, (user) => chat.direct(user), go);
}

export function add(chat, room) {
  const hint = t('They see this room at once. To ask them first, invite them in the room’s settings.');
  pick(chat, t('Add somebody'), t('Add'), hint, (user) => chat.addMember(room.id, user), () => {});
}
