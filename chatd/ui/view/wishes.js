// What the buttons of the list, of the people and of the talk ask for: dialogs, menus, and rooms to go to.

import { t } from '../words/words.js';
import { brandLinks } from './brand.js';
import { invite } from './dialogs/invite.js';
import { add, write } from './dialogs/pick.js';
import { roomSettings } from './dialogs/room_settings.js';
import { rooms } from './dialogs/rooms.js';
import { schedule, scheduled } from './dialogs/schedule.js';
import { settings } from './dialogs/settings.js';
import { shortcuts } from './dialogs/shortcuts.js';
import { sure } from './dialogs/sure.js';
import { openMenu } from './menu.js';
import { personCard } from './person.js';
import { roomMenu } from './room_menu.js';

/** What a key does is told to whoever has keys. */
const keyed = (words) => (matchMedia('(pointer: coarse)').matches ? null : words);

/**
 * `shell`: go(room), back(), away(), say(text), giveBack(item), switch(). `api` is null where a site around the
 * page knows who one is: then nothing of one's account is set here.
 */
export function wishes({ store, chat, api, drafts, signOut, shell, bell }) {
  const { go, say } = shell;
  const upload = api && ((picture) => api.upload(picture));
  const attempt = async (act) => {
    try {
      return await act();
    } catch (error) {
      say(error.message);
      return undefined;
    }
  };
  const profile = (first = null, returned = null) => settings({ store, chat, api, upload, signOut, bell, first, returned });
  const all = {
    ...shell,
    // The account is ours, and so is the newcomer.
    hints: api !== null,
    sure,
    attempt,
    drafted: (room) => drafts.save(room),
    rooms: () => rooms(chat, store, go),
    person: () => write({ chat, store }, go),
    invite: () => invite(api),
    settings: () => profile(),
    signingIn: (returned) => profile(t('Security'), returned),
    notes: () => attempt(async () => go(await chat.direct(store.me.user))),
    schedule: (room, text, replyTo) => schedule(chat, room, text, replyTo),
    add: (room) => add({ chat, store }, room),
    roomSettings: (room) => roomSettings({ chat, store, upload }, room),
    card: (user) => personCard({ chat, store, wish: { go, say, profile: api && (() => profile(t('Profile'))) } }, user),
    accept: (room) =>
      attempt(async () => {
        await chat.rooms.accept(room);
        await chat.known(room);
        go(room);
      }),
    decline: (room) => attempt(() => chat.rooms.decline(room)),
    leave: (room) =>
      attempt(async () => {
        if (!(await sure(t('Leave {room}?', { room: room.name }), t('You get no more messages from it.'), t('Leave')))) return;
        await chat.leave(room.id);
        store.removed(room.id);
      }),
  };
  const unseen = (room) => {
    if (store.active === room.id) shell.away();
  };
  const roomWish = { attempt, leave: all.leave, settings: all.roomSettings, away: unseen };
  return {
    ...all,
    personCard: all.card,
    roomMenu: (room, at) => roomMenu({ chat, store, wish: roomWish }, room, at),
    menu: (at) =>
      openMenu(
        t('More'),
        [
          { label: t('Go to a room…'), icon: 'search', hint: keyed(t('Ctrl K')), act: shell.switch },
          null,
          store.me.mayJoin && { label: t('Join or create a room'), icon: 'hash', act: all.rooms },
          { label: t('Write to somebody'), icon: 'edit', act: all.person },
          { label: t('Notes to self'), icon: 'note', act: all.notes },
          { label: t('Scheduled messages'), icon: 'clock', act: () => scheduled(chat, store, shell.giveBack) },
          api && null,
          api && { label: t('Set a status'), icon: 'smile', act: () => profile(t('Status')) },
          api && store.me.mayInvite && { label: t('Invite people'), icon: 'invite', act: all.invite },
          api && { label: t('Settings'), icon: 'gear', act: all.settings },
          null,
          { label: t('Keyboard shortcuts'), icon: 'keys', hint: keyed(t('Ctrl /')), act: shortcuts },
          api && { label: t('Hints'), icon: 'star', act: shell.hints },
          ...brandLinks().map(({ label, href }) => ({ label, icon: 'link', act: () => open(href, '_blank', 'noopener') })),
        ].map((item) => (api === null && item === null ? false : item)),
        at,
      ),
  };
}
