// The server replaces this with the version of the page that came with this worker, and the paths of
// everything in its shell. Nothing is kept if this is served as it stands here.

export const VERSION = '';
export const FILES = [];
