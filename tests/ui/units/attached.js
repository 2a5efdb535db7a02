import { drawingOf, filesInWords, fitted, halves, inWords, isPicture, shortened } from '/ui/state/attached.js';
import { disposition } from '/ui/files/upload.js';
import { size } from '/ui/view/format.js';
import { equal, test } from '/units/harness.js';

const png = (width = 10) => ({ file: 'f1', name: 'a.png', type: 'image/png', size: 9, ...(width && { width, height: 10 }) });
const pdf = { file: 'f2', name: 'report.pdf', type: 'application/pdf', size: 9 };

test('a picture takes at most 360 by 320 pixels, in its own shape, and is never made larger', () => {
  equal(fitted({ width: 3600, height: 2400 }), { width: 360, height: 240 });
  equal(fitted({ width: 1000, height: 4000 }), { width: 80, height: 320 });
  equal(fitted({ width: 20, height: 10 }), { width: 20, height: 10 });
  equal(fitted({ width: 9000, height: 3 }), { width: 360, height: 1 });
  equal(fitted({}), { width: 360, height: 270 });
});

test('only what the server took for a picture is shown as one; before it said so, its type counts', () => {
  equal([png(), png(0), pdf].map(isPicture), [true, false, false]);
  equal(isPicture({ key: 'k', type: 'image/webp', answer: null }), true);
  equal(isPicture({ key: 'k', type: 'image/png', answer: png(0) }), false);
  equal(isPicture({ key: 'k', type: 'image/svg+xml', answer: null }), false);
});

test('a long name keeps its beginning and its end', () => {
  equal(shortened('short.txt'), 'short.txt');
  const long = shortened(`${'a'.repeat(60)}-final.docx`);
  equal([[...long].length, long.startsWith('aaaa'), long.endsWith('final.docx')], [36, true, true]);
  equal([...shortened('🫖'.repeat(50))].length, 36);
  equal([halves('a.png'), halves('holiday in may.png')], [['', 'a.png'], ['holiday ', 'in may.png']]);
});

test('a message without a text is called by its files, and one with a text by both for ears', () => {
  equal(filesInWords([]), '');
  equal(filesInWords([png()]), 'Picture');
  equal(filesInWords([png(), png()]), '2 pictures');
  equal(filesInWords([pdf]), 'File: report.pdf');
  equal(filesInWords([png(), pdf]), '2 files');
  equal([inWords({ text: 'look', files: [png()] }), inWords({ text: 'look' }), inWords({})], ['look · Picture', 'look', '']);
});

test('files have a drawing by their kind', () => {
  equal(['application/pdf', 'text/csv', 'image/heic', 'video/mp4', 'x'].map((type) => drawingOf({ type })), ['note', 'note', 'image', 'file', 'file']);
});

test('sizes are told as people say them', () => {
  equal([1, 8, 900, 823_456, 1_540_000, 25_000_000].map((one) => size(one)), ['1 byte', '8 bytes', '900 bytes', '823 kB', '1.5 MB', '25 MB']);
});

test('a limit is told as what goes for sure, and what is beyond it as more than that', () => {
  const most = 16 * 2 ** 20;
  equal([size(most, Math.floor), size(most + 1, Math.ceil)], ['16 MB', '17 MB']);
  equal([size(1_500_000, Math.floor), size(1_500_001, Math.ceil)], ['1.5 MB', '1.6 MB']);
});

test('a name goes into the header as RFC 8187 has it, whatever is in it', () => {
  equal(disposition('Grün (1).png'), "attachment; filename*=UTF-8''Gr%C3%BCn%20%281%29.png");
  equal(disposition("a'*;\"\r\n"), "attachment; filename*=UTF-8''a%27%2A%3B%22%0D%0A");
  equal(disposition('\ud800.png'), "attachment; filename*=UTF-8''%EF%BF%BD.png");
});
