// The emoji that the page offers, with the names by which they are found; Unicode's own names, shortened.

import { emojiName } from '../words/words.js';

/** Offered first. */
export const QUICK = ['👍', '❤️', '😂', '🎉', '😮', '😢'];

const TABLE = {
  Faces: `😀 grinning|😃 smiley|😄 happy|😁 beaming|😆 laughing|😅 sweat smile|😂 tears of joy|🤣 rolling|🙂 slight smile|
    😉 wink|😊 blush|😇 halo|🥰 in love|😍 heart eyes|😘 kiss|😋 yum|😜 winking tongue|🤪 zany|🤗 hug|🤭 giggle|🤔 thinking|
    🤨 raised eyebrow|😐 neutral|😏 smirk|🙄 rolling eyes|😬 grimace|😌 relieved|😴 sleeping|🤒 sick|🤯 mind blown|🥳 party face|
    😎 cool|🤓 nerd|😕 confused|😟 worried|😮 surprised|😳 flushed|🥺 pleading|😢 crying|😭 sobbing|😱 scream|😤 huffing|
    😡 angry|🤬 cursing|💀 skull|🤖 robot|👀 eyes`,
  Hands: `👍 thumbs up|👎 thumbs down|👌 ok hand|✌️ victory|🤞 fingers crossed|🤟 love you|👈 point left|👉 point right|
    👆 point up|👇 point down|✋ raised hand|👋 wave|🤝 handshake|👏 clap|🙌 raising hands|🙏 please thanks|💪 strong|✍️ writing|
    🤷 shrug|🤦 facepalm|🙋 me`,
  Hearts: `❤️ heart|🧡 orange heart|💛 yellow heart|💚 green heart|💙 blue heart|💜 purple heart|🖤 black heart|💔 broken heart|
    💯 hundred|✨ sparkles|⭐ star|🔥 fire|💥 boom|🎉 tada party|🎊 confetti|🎁 gift|🏆 trophy|🥇 gold medal`,
  Nature: `☀️ sun|🌧️ rain|❄️ snow|🌈 rainbow|⚡ lightning|🌱 seedling|🌳 tree|🌹 rose|🌻 sunflower|🐶 dog|🐱 cat|🐭 mouse|🦊 fox|
    🐻 bear|🐼 panda|🐧 penguin|🐢 turtle|🐝 bee|🦄 unicorn`,
  Food: `☕ coffee|🍵 tea|🍺 beer|🍷 wine|🥂 cheers|🍰 cake|🍪 cookie|🍕 pizza|🍔 burger|🍎 apple|🍌 banana|🍓 strawberry|🥐 croissant|
    🍞 bread|🧀 cheese`,
  Things: `✅ done|❌ no|❓ question|❗ exclamation|⚠️ warning|⏳ hourglass|⏰ alarm|📌 pin|📎 paperclip|📅 calendar|📈 chart up|
    📉 chart down|💡 idea|🔧 wrench|🔨 hammer|🐛 bug|🚀 rocket|🚢 ship|🚲 bicycle|✈️ plane|🏠 home|💻 laptop|📱 phone|🔒 lock|
    🔑 key|💰 money|🎵 music|⚽ football|🎲 dice`,
};

/** [{name, emoji: [{emoji, name}]}] */
export const GROUPS = Object.entries(TABLE).map(([name, lines]) => ({
  name,
  emoji: lines.split('|').map((line) => {
    const [emoji, ...words] = line.trim().split(' ');
    return { emoji, name: words.join(' ') };
  }),
}));

const ALL = GROUPS.flatMap((group) => group.emoji);

/**
 * Those with a word that begins with `query`, in the language of the page or in English; whole names
 * that begin with it come first.
 */
export function findEmoji(query, most = Infinity) {
  const wanted = query.toLowerCase().replaceAll(/[_\s]+/gu, ' ').trim();
  const names = ({ name }) => [emojiName(name).toLowerCase(), name];
  const begins = ALL.filter((one) => names(one).some((name) => name.startsWith(wanted)));
  const within = ALL.filter((one) => !begins.includes(one) && names(one).some((name) => name.includes(` ${wanted}`)));
  return [...begins, ...within].slice(0, most);
}
