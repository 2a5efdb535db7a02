// A short sound, made here: two soft notes. Browsers let a page sound once somebody has pressed
// something in it.

/** Hertz, and when each begins, in seconds. */
const NOTES = [[659.3, 0], [880, 0.11]];
const SECONDS = 0.35;
const LOUD = 0.12;
/** Milliseconds between two sounds. */
const PACE = 2000;

let context = null;
let last = -Infinity;

export async function chime() {
  const now = performance.now();
  if (!window.AudioContext || now - last < PACE) return;
  last = now;
  context ??= new AudioContext();
  if (context.state === 'suspended') await context.resume();
  // It may have waited for a press: then it is too late.
  if (performance.now() - now > PACE) return;
  for (const [pitch, wait] of NOTES) note(pitch, context.currentTime + wait);
}

function note(pitch, at) {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUD, at + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + SECONDS);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + SECONDS);
}
