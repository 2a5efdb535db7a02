// Making a room.

import { t } from '../../words/words.js';
import { form, input, openDialog, toggle } from './dialog.js';

/** `go(room)` shows it; `called`: the name to begin with. */
export function newRoom(chat, go, called = '') {
  const name = input(t('Name'), { required: true, maxlength: '64', value: called, autofocus: true });
  const topic = input(t('Topic'), { maxlength: '500', placeholder: t('What is it about? (optional)') });
  const secret = toggle(t('Private'), t('Only people who are added or invited can find and read it.'));
  const news = toggle(t('Announcements'), t('Everybody reads; only moderators and owners write.'));
  const act = async () => {
    const kind = secret.node.checked ? 'private' : 'public';
    const room = await chat.create(name.node.value.trim(), kind, topic.node.value.trim());
    if (news.node.checked) await chat.rooms.change(room, { posting: 'moderator' });
    return room;
  };
  openDialog(t('Create a room'), form(act, go, t('Create the room'), name.parts, topic.parts, secret.parts, news.parts));
}
