// What one can do with a room of the list: its menu.

import { isMuted, isUnread, level } from '../state/keeping.js';
import { moved, sections } from '../state/sections.js';
import { t } from '../words/words.js';
import { openMenu } from './menu.js';
import { morning } from './dialogs/schedule.js';
import { mayLeave } from './parts.js';

const HOUR = 3_600_000;
const levels = () => [
  ['all', t('All messages')],
  ['mentions', t('Mentions only')],
  ['none', t('Nothing')],
];

/** `wish`: attempt(act), leave(room), settings(room), away(room) shows it no more. */
export function roomMenu({ chat, store, wish }, room, at) {
  const { rooms } = chat;
  const act = (run) => () => wish.attempt(run);
  const set = (fields) => act(() => rooms.set(room.id, fields));
  const order = (by) =>
    moved(sections([...store.rooms.values()], store.me.user, (one) => store.titleOf(one)), room.id, by);
  const [up, down] = [order(-1), order(1)];
  const notes = room.other === store.me.user;
  const unread = act(async () => {
    wish.away(room);
    if (!(await rooms.markUnread(room))) throw new Error(t('There is no message in this room yet.'));
  });
  openMenu(
    store.titleOf(room),
    [
      isUnread(room)
        ? { label: t('Mark as read'), icon: 'check', act: act(() => rooms.markRead(room)) }
        : { label: t('Mark as unread'), icon: 'chat', act: unread },
      {
        label: room.favourite ? t('No favourite any more') : t('Make it a favourite'),
        icon: 'star',
        act: set({ favourite: !room.favourite }),
      },
      up !== null && { label: t('Move up'), icon: 'up', act: act(() => rooms.order(up)) },
      down !== null && { label: t('Move down'), icon: 'down', act: act(() => rooms.order(down)) },
      !notes && { label: t('Notifications…'), icon: 'bell', hint: notified(room), act: () => openMenu(t('Notifications'), notifications(room, set), at) },
      room.kind !== 'direct' && null,
      room.kind !== 'direct' && { label: t('Settings of this room'), icon: 'gear', act: () => wish.settings(room) },
      mayLeave(room, store.me) && { label: t('Leave'), icon: 'leave', danger: true, act: () => wish.leave(room) },
    ],
    at,
  );
}

function notified(room) {
  if (isMuted(room, Date.now())) return t('Muted');
  return levels().find(([value]) => value === level(room))[1];
}

function notifications(room, set) {
  const now = Date.now();
  const muted = isMuted(room, now);
  return [
    ...levels().map(([value, label]) => ({
      label,
      checked: !muted && level(room) === value,
      act: set({ notify: value, clear: ['muted_until'] }),
    })),
    null,
    muted && { label: t('Mute no more'), icon: 'bell', act: set({ clear: ['muted_until'] }) },
    { label: t('Mute for an hour'), icon: 'muted', act: set({ muted_until: now + HOUR }) },
    { label: t('Mute until tomorrow'), icon: 'muted', act: set({ muted_until: morning(now, 1) }) },
    { label: t('Mute for good'), icon: 'muted', checked: room.mutedUntil === 0 ? true : undefined, act: set({ muted_until: 0 }) },
  ];
}
