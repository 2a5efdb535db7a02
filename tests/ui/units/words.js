import { ago, count, dayAndTime, dayName, exactly, shortTime, time, until, wait } from '/ui/view/format.js';
import { findEmoji } from '/ui/state/emoji.js';
import { whoReacted } from '/ui/state/reactions.js';
import { said, together, typists } from '/ui/view/notes.js';
import { seenWords } from '/ui/view/parts.js';
import { speak } from '/ui/words/speak.js';
import { Refused } from '/ui/net/commands.js';
import { compare, direction, list, listParts, many, number, parts, pick, spoken, t } from '/ui/words/words.js';
import { equal, test } from '/units/harness.js';

/** A Tuesday. */
const NOW = new Date(2026, 2, 3, 14, 5).getTime();
const DAY = 86_400_000;

/** Says something in a language, and goes back to English behind it. */
async function within(language, wanted, act) {
  await speak(language, wanted);
  try {
    await act();
  } finally {
    await speak('en', ['en-GB']);
  }
}

test('a language is chosen by what the reader wants first', () => {
  equal(pick(['fr-FR', 'de-AT', 'en']), 'de');
  equal([pick(['ar-EG']), pick(['EN-us']), pick(['fr', 'xx']), pick([])], ['ar', 'en', 'en', 'en']);
  equal(pick(['constructor', 'de']), 'de');
});

test('the region of the reader stays with another language', async () => {
  await within('en', ['de-AT', 'de'], () => equal(spoken().locale, 'en-AT'));
  await within('de', ['fr-CH', 'de-CH'], () => equal(spoken().locale, 'de-CH'));
  await within('en', ['no such tag!'], () => equal(spoken().locale, 'en'));
  await within('de', ['de-!!'], () => equal([spoken().locale, number(1000)], ['de', '1.000']));
});

test('English says what stands in the code', async () => {
  await within('en', ['en-GB'], () => {
    equal(t('Sign in'), 'Sign in');
    equal([many(1, 'one message', '{count} messages'), many(1200, 'one message', '{count} messages')], ['one message', '1,200 messages']);
    equal(document.documentElement.dir, 'ltr');
  });
});

test('German has its own words and two forms', async () => {
  await within('de', ['de-DE'], () => {
    equal([t('Sign in'), document.documentElement.lang, direction()], ['Anmelden', 'de', 'ltr']);
    const members = (n) => many(n, '{count} member', '{count} members');
    equal([members(0), members(1), members(2), members(1234)], ['0 Mitglieder', '1 Mitglied', '2 Mitglieder', '1.234 Mitglieder']);
    equal(t('Leave {room}?', { room: 'Tee' }), 'Tee verlassen?');
  });
});

test('Arabic has six forms, and is written from the right', async () => {
  await within('ar', ['ar-MA'], () => {
    equal([document.documentElement.lang, document.documentElement.dir], ['ar', 'rtl']);
    const members = (n) => many(n, '{count} member', '{count} members');
    equal(
      [0, 1, 2, 3, 11, 100].map(members),
      ['لا أعضاء', 'عضو واحد', 'عضوان', '3 أعضاء', '11 عضوًا', '100 عضو'],
    );
  });
});

test('digits are those of the reader’s region, everywhere alike', async () => {
  await within('ar', ['ar-EG'], () => {
    equal([number(12), t('{count} s', { count: 12 }), wait(12), count(150)], ['١٢', '١٢ ث', '١٢ ث', '٩٩+']);
    equal(/[0-9]/u.test(exactly(NOW) + time(NOW)), false);
  });
});

test('a name of the other direction turns nothing round', async () => {
  await within('ar', ['ar-MA'], () => {
    equal(t('Leave {room}?', { room: 'Tea' }), 'هل تريد مغادرة \u2068Tea\u2069؟');
    equal(t('Leave {room}?', { room: 'شاي' }), 'هل تريد مغادرة شاي؟');
  });
  equal([t('Leave {room}?', { room: 'Tea' }), t('Leave {room}?', { room: 'شاي' })], ['Leave Tea?', 'Leave \u2068شاي\u2069?']);
});

test('a node stands where the language puts it', async () => {
  const name = document.createElement('b');
  equal(parts('{name} joined', { name }).map((one) => (one === name ? '•' : one)), ['', '•', ' joined']);
  await within('ar', ['ar'], () => {
    equal(parts('{name} joined', { name }).map((one) => (one === name ? '•' : one)), ['انضم ', '•', '']);
  });
});

test('a sentence that lacks what it names fails at once', () => {
  let failed = false;
  try {
    t('Leave {room}?', {});
  } catch {
    failed = true;
  }
  equal(failed, true);
});

test('days and times are written as each language has them', async () => {
  const said = () => [dayName(NOW, NOW), dayName(NOW - 2 * DAY, NOW), dayAndTime(NOW + DAY, NOW), shortTime(NOW)];
  await within('en', ['en-GB'], () => equal(said(), ['Today', 'Sunday 1 March', 'Tomorrow, 14:05', '14:05']));
  await within('en', ['en-US'], () => equal([dayName(NOW - 2 * DAY, NOW), shortTime(NOW)], ['Sunday, March 1', '2:05']));
  await within('de', ['de-DE'], () => equal(said(), ['Heute', 'Sonntag, 1. März', 'Morgen, 14:05', '14:05']));
  await within('ar', ['ar-MA'], () => equal(said()[0], 'اليوم'));
});

test('ends and what is long ago fit into their sentences', async () => {
  const midnight = new Date(2026, 2, 4).getTime();
  const said = () => [until(midnight, NOW), until(NOW + DAY, NOW), until(midnight + 3 * DAY, NOW), ago(NOW - 9 * DAY, NOW), ago(NOW, NOW)];
  await within('en', ['en-GB'], () =>
    equal(said(), ['until the end of today', 'until tomorrow, 14:05', 'until the end of Friday 6 March', 'on Sunday 22 February', 'just now']),
  );
  await within('de', ['de-DE'], () =>
    equal(said(), ['bis heute Abend', 'bis morgen, 14:05', 'bis Freitag, 6. März einschließlich', 'am Sonntag, 22. Februar', 'gerade eben']),
  );
});

test('lists are joined, and names sorted, as the language does', async () => {
  const who = () => whoReacted({ users: ['a', 'b'], count: 4, mine: true }, 'me', (user) => ({ a: 'anna', b: 'ben' })[user]);
  equal([list(['anna']), who()], ['anna', 'You, anna, ben and 1 other']);
  await within('de', ['de'], () => {
    equal(who(), 'Du, anna, ben und 1 weitere Person');
    equal(['Zebra', 'Ärger', 'Apfel'].sort(compare), ['Apfel', 'Ärger', 'Zebra']);
  });
});

test('nodes are joined as words are', async () => {
  const names = ['a', 'b', 'c'].map((name) => Object.assign(document.createElement('b'), { textContent: name }));
  const joined = () => listParts([...names]).map((one) => one.textContent ?? one).join('');
  equal([joined(), listParts(names.slice(0, 1))[0] === names[0]], ['a, b and c', true]);
  await within('de', ['de'], () => equal(joined(), 'a, b und c'));
  await within('ar', ['ar-MA'], () => equal(joined(), 'a وb وc'));
});

test('who comes or goes one after the other is one sentence, and one person is one', async () => {
  const came = (...names) => names.map((user_name) => ({ type: 'membership', change: 'added', user_name }));
  const told = (...names) => {
    const node = document.createElement('p');
    node.append(...[said(together(came(...names))[0], {})].flat());
    return node.textContent;
  };
  const all = () => [told('a', 'b'), told('a', 'b', 'c'), told('a', 'b', 'c', 'd'), told('a', 'a')];
  equal(all(), ['a and b were added', 'a, b and c were added', 'a, b and 2 others were added', 'a was added']);
  await within('de', ['de'], () =>
    equal(all(), ['a und b wurden hinzugefügt', 'a, b und c wurden hinzugefügt', 'a, b und 2 weitere wurden hinzugefügt', 'a wurde hinzugefügt']),
  );
});

test('when something was seen is as short as can be, within its sentence', async () => {
  const today = new Date().setHours(14, 5, 0, 0);
  const yesterday = new Date(today);
  yesterday.setDate(yesterday.getDate() - 1);
  equal([seenWords(null), seenWords(today), seenWords(yesterday.getTime())], ['Seen', 'Seen 14:05', 'Seen yesterday, 14:05']);
  await within('de', ['de-DE'], () => equal(seenWords(yesterday.getTime()), 'Gesehen gestern, 14:05'));
});

test('who types is told in one sentence', async () => {
  const users = [{ name: 'anna' }, { name: 'ben' }];
  const said = (count) => {
    const node = document.createElement('p');
    node.append(...typists({ users: users.slice(0, count), count }).flat());
    return node.textContent;
  };
  equal([said(0), said(1), said(2), said(3), said(5)], [
    '',
    'anna is typing…',
    'anna and ben are typing…',
    'anna, ben and 1 other are typing…',
    'anna, ben and 3 others are typing…',
  ]);
  await within('ar', ['ar-MA'], () => equal(said(4), 'anna وben وشخصان آخران يكتبون…'));
});

test('an emoji is found by its name in the language of the page, and in English', async () => {
  equal(findEmoji('rocket')[0].emoji, '🚀');
  await within('de', ['de'], () => equal([findEmoji('rak')[0].emoji, findEmoji('rocket')[0].emoji], ['🚀', '🚀']));
});

test('what the server refuses is said in the language, with what is known beside it', async () => {
  const said = (frame) => new Refused(frame).message;
  const wrong = { code: 'unauthorized', detail: 'The name or the password is wrong.' };
  const long = { code: 'too-long', message: 'This has 5000 characters; the limit is 4096.' };
  const slow = { code: 'rate-limited', message: 'Something nobody translated.', retry_after: 2.4 };
  const broken = { code: 'internal', message: 'Oh.', reference: 'abcdef' };
  const strange = { code: 'of-tomorrow', message: 'A code from the future.' };
  equal([wrong, long, slow].map(said), ['The name or the password is wrong.', long.message, slow.message]);
  await within('de', ['de-DE'], () => {
    equal(said(wrong), 'Der Name oder das Passwort ist falsch.');
    equal(said(long), 'Das hat 5.000 Zeichen; höchstens 4.096 sind erlaubt.');
    equal(said(slow), 'Zu viel in zu kurzer Zeit. Versuche es in 3 Sekunden noch einmal.');
    equal(said(broken).endsWith('Kennung: abcdef.'), true);
    equal(said({ code: 'bad-field', message: 'x y', field: 'topic' }), 'Eine Angabe fehlt oder ist so nicht erlaubt. Feld: topic.');
    equal(said(strange), strange.message);
  });
});
