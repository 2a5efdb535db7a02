// Mentions: who is called by a message. The event says who; the text says where.

/** Names that call everyone in a room; as in `chatd/core/mentions.py`. */
const EVERYONE = new Set(['room', 'all', 'everyone', 'channel', 'here']);
/** Not within a word or an address (a@b), and without the full stop that ends a sentence. */
const MENTION = /(?<![\p{L}\p{M}\p{N}_@./-])@([\p{L}\p{N}](?:[._-]?[\p{L}\p{M}\p{N}_])*)/gu;

/** Whether a message calls `me`, an id, by name or with everyone. */
export function mentionsMe({ mentions, deleted }, me) {
  return !deleted && (mentions?.includes(me) || mentions?.includes('*') || false);
}

/**
 * The pieces of a text without links: {text} or {text, mention}, where a mention is the id of whom it
 * names, or "*". `name(user)` gives user names, undefined where one is not known.
 */
export function mentionPieces(text, mentions, name) {
  if (!mentions?.length) return [{ text }];
  const byName = new Map();
  let stranger = null;
  for (const user of mentions) {
    if (user === '*') continue;
    const called = name(user);
    if (called) byName.set(called.toLowerCase(), user);
    else stranger = user;
  }
  const found = [];
  let from = 0;
  for (const match of text.matchAll(MENTION)) {
    const word = match[1].toLowerCase();
    let mention = byName.get(word.normalize('NFKC')) ?? byName.get(word);
    if (!mention && EVERYONE.has(word)) mention = mentions.includes('*') ? '*' : null;
    else if (!mention) mention = stranger;
    if (!mention) continue;
    if (match.index > from) found.push({ text: text.slice(from, match.index) });
    found.push({ text: match[0], mention });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}
