// Brings a file to the server, and tells how far it got, which fetch() does not. Loaded by files.js, and
// needs no module.

/** Seconds without any progress after which the connection counts as gone. */
const SILENCE = 30;

/** The name of a file as RFC 8187 writes it, where letters are percent-encoded UTF-8. */
export function disposition(name) {
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(/['()*]/gu, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename*=UTF-8''${encoded}`;
}

/**
 * The server's answer, {file, name, type, size, width?, height?}. `headers`: who it is; `progress(done)`, 0
 * to 1. Fails as the API does: Unreachable, or Refused.
 */
export function upload({ at, Refused, t, Unreachable }, blob, { name, type }, headers, progress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let silence;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), SILENCE * 1000);
    };
    const ended = () => {
      clearTimeout(silence);
      reject(new Unreachable());
    };
    request.open('POST', at('/api/files'));
    const all = { Accept: 'application/json', 'Content-Type': type, 'Content-Disposition': disposition(name), ...headers };
    for (const [header, value] of Object.entries(all)) request.setRequestHeader(header, value);
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => {
      listen();
      progress(total ? loaded / total : 0);
    };
    request.onerror = request.onabort = ended;
    request.onload = () => {
      clearTimeout(silence);
      const answer = request.response;
      if (request.status === 201 && answer?.file) resolve(answer);
      else if (answer?.code) reject(new Refused(answer));
      else if (request.status === 413) reject(new Refused({ code: 'too-large', message: t('This file is too large.') }));
      else reject(new Unreachable());
    };
    signal.addEventListener('abort', () => request.abort());
    listen();
    request.send(blob);
  });
}
