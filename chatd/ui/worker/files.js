// What the server puts in place of this: the version of the page that came with this worker, and the
// paths of all that its shell consists of. Nothing is kept where this is served as it lies here.

export const VERSION = '';
export const FILES = [];
