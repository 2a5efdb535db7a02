"""Modules written to mislead whoever joins them: each says in `found` what it came to.

As modules of their own and joined, they come to the same; tests/ui runs both in a browser.
"""

MODULES: dict[str, bytes] = {
    "main.js": rb"""// import { nothing } from './nothing.js';
/* export default 1; import './gone.js' */
import { found, say as tell } from './found.js';
import {
  // a comment with } and 'quotes'
  plain,
  renamed as other, /* } from './x.js' */
  class_ as Class,
} from './kinds.js';
import * as everything from './lists.js';
import './effect.js'
import { strings } from './strings.js'; import { slashes } from './slashes.js';
import { late } from './below.js';
tell('main', plain, other(), new Class().told(), late);
tell('everything', Object.keys(everything).sort().join(), everything.one(), everything.$two);
tell('strings', ...strings);
tell('slashes', ...slashes);
globalThis.found = found;
""",
    "found.js": b"""export const found = [];
export function say(...what) { found.push(what.map(String).join(' ')) }
""",
    "kinds.js": rb"""export const plain = 'import { a } from "b"';
export function renamed() { return typeof renamed }
export class class_ {
  #import = 'private import';
  static keys = { import: 1, export: 2 };
  told() { return this.#import + ('#import' in this) + (#import in this) + class_.keys.export }
}
export async function* unused() { yield await 1 }
export async function unused_too() {}
export function* generator() {}
""",
    "lists.js": b"""import { found as those, say } from './found.js';
const one = () => 1;
function two() { return those.length > 0 }
export { two as $two, say, }
const three = 3, four = 4;
export
{ one, }
export
const size = [three,
  four].length;
class Last {} export { Last };
""",
    "effect.js": b"""import { say } from './found.js';
say('effect')
// the last line is a comment, and has no end""",
    "below.js": b"""export const late = before() + also;
function before() { return also }
import { also } from './deep/er/also.js';
""",
    "deep/er/also.js": b"""import { say } from '../../found.js';
export const also = '../';
say('also');
""",
    "strings.js": rb"""const inner = 'in';
export const strings = [
  'it\'s; export { strings }', "\"import './x.js'\"", 'a\
b', `
import { a } from './template.js';
export default ${`${inner} \` \${ ${{ a: '}' }.a} // no comment`} /* none */
   spaces stay \x20
`, '/*', "*/", '//', `}${'`'}{`, String.raw`\n`.length, `$${inner}$`,
];
""",
    "slashes.js": rb"""const x = 8, g = 2, o = { return: 4, if: (n) => n };
let n = 4;
const halves = [x / 2 / g, o.return / 2 /g, o.if(8) / 2 / g, [8][0] / 2 / g, (x) / 2 / g];
export const slashes = [
  /import .* from '\/[/"'`]+/.test(`import a from '//`), /[\]/}]/g.source, ...halves,
  'a/b'.split(/\//u).length, n / 2, ((s) => { if (s) /[{(]/.exec(s); return /}/y.flags })('('),
  typeof /'/ + `${/`/.source}`, [/"/].length, 0x1e+1, 1e-1, .5 / 5, 1_0 / 10, 5.0.toFixed(1) / 5,
];
for (const y of [1]) /"/.test(y);
while (n) /[/]/.test(n -= 4);
""",
}
