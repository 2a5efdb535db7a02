// Code in a text: lines between two lines of ```, and `what` stands between backticks within a line. It
// is a matter of drawing alone: a text stays what was written, and so is copied and edited.

/**
 * The pieces of a text: {text}, or {code, block} without its marks, in order; a block without the line
 * ends around it. Marks that nothing closes are text. One pass, whatever the text.
 */
export function codePieces(text) {
  if (!text.includes('`')) return text ? [{ text }] : [];
  const found = [];
  let plain = '';
  const flush = () => {
    if (plain) found.push({ text: plain });
    plain = '';
  };
  const lines = text.split('\n');
  const ends = closings(lines);
  for (let at = 0; at < lines.length; at += 1) {
    const end = ends[at];
    const [, info] = (end > 0 && /^```+([^`]*)$/u.exec(lines[at])) || [];
    const code = info === undefined ? '' : within(info, lines.slice(at + 1, end + 1));
    if (code.trim()) {
      if (plain.endsWith('\n')) plain = plain.slice(0, -1);
      flush();
      found.push({ code, block: true });
      at = end;
      continue;
    }
    for (const piece of inLine(lines[at])) {
      if (piece.code === undefined) {
        plain += piece.text;
        continue;
      }
      flush();
      found.push({ code: piece.code, block: false });
    }
    if (at < lines.length - 1) plain += '\n';
  }
  flush();
  return found;
}

/** For each line, the next one below it that closes a block, -1 for none. */
function closings(lines) {
  const found = lines.map(() => -1);
  for (let at = lines.length - 2; at >= 0; at -= 1) {
    found[at] = lines[at + 1].trimEnd().endsWith('```') ? at + 1 : found[at + 1];
  }
  return found;
}

/** What is between the marks: `info` is the rest of the first line, a language or code already. */
function within(info, rest) {
  const last = rest.at(-1).trimEnd();
  let end = last.length;
  while (last[end - 1] === '`') end -= 1;
  const lines = [...rest.slice(0, -1), ...(end ? [last.slice(0, end)] : [])];
  if (!/^[\w+#.-]{0,24}$/u.test(info.trim())) lines.unshift(info);
  return lines.join('\n');
}

/** The pieces of a line: as many backticks close as opened (CommonMark 6.1). */
function inLine(line) {
  const runs = [...line.matchAll(/`+/gu)];
  const next = new Map();
  const closedBy = runs.map(() => -1);
  for (let at = runs.length - 1; at >= 0; at -= 1) {
    const { length } = runs[at][0];
    closedBy[at] = next.get(length) ?? -1;
    next.set(length, at);
  }
  const found = [];
  let from = 0;
  for (let at = 0; at < runs.length; at += 1) {
    const close = runs[closedBy[at]];
    const begin = runs[at].index + runs[at][0].length;
    const code = close ? line.slice(begin, close.index) : '';
    if (!code.trim()) continue;
    found.push({ text: line.slice(from, runs[at].index) }, { code: /^ .* $/u.test(code) ? code.slice(1, -1) : code });
    from = close.index + close[0].length;
    at = closedBy[at];
  }
  found.push({ text: line.slice(from) });
  return found;
}
