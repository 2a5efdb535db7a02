// Times and numbers as people in this place write them.

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const dayOfYear = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const dayShort = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayShortOfYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

export function time(at) {
  return clock.format(at);
}

/** Without the half of the day, for a narrow place. */
export function shortTime(at) {
  const parts = clock.formatToParts(at).filter(({ type }) => type !== 'dayPeriod');
  return parts
    .map(({ value }) => value)
    .join('')
    .trim();
}

export function exactly(at) {
  return moment.format(at);
}

/** A word that is the same for all moments of one local day. */
export function dayOf(at) {
  return new Date(at).toDateString();
}

/** Today, Yesterday, Monday 3 March, 3 March 2024. */
export function dayName(at, now = Date.now()) {
  for (const ago of [0, 1]) {
    const then = new Date(now);
    then.setDate(then.getDate() - ago);
    if (dayOf(then) === dayOf(at)) return capital(relative.format(-ago, 'day'));
  }
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? day : dayOfYear).format(at);
}

/** 12 May, or 12 May 2024. */
export function shortDay(at, now = Date.now()) {
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? dayShort : dayShortOfYear).format(at);
}

/** "12 s", "3 min", "2 h": how long one waits. */
export function wait(seconds) {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  if (seconds < 7200) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.ceil(seconds / 3600)} h`;
}

/** "just now", "3 hours ago", "yesterday", and the day where it is longer ago than a week. */
export function ago(at, now = Date.now()) {
  const minutes = Math.round((now - at) / 60_000);
  if (minutes < 2) return 'just now';
  if (minutes < 60) return relative.format(-minutes, 'minute');
  const hours = Math.round(minutes / 60);
  if (hours < 24) return relative.format(-hours, 'hour');
  const days = Math.round(hours / 24);
  return days < 7 ? relative.format(-days, 'day') : `on ${dayName(at, now)}`;
}

/** Day and time in a line: "Today, 14:05". */
export function dayAndTime(at, now = Date.now()) {
  const tomorrow = new Date(now);
  tomorrow.setDate(tomorrow.getDate() + 1);
  const name = dayOf(tomorrow) === dayOf(at) ? capital(relative.format(1, 'day')) : dayName(at, now);
  return `${name}, ${time(at)}`;
}

/** When something ends, behind "until": "the end of today", "tomorrow, 14:05". */
export function end(at, now = Date.now()) {
  const small = (text) => text.charAt(0).toLocaleLowerCase() + text.slice(1);
  const then = new Date(at);
  const midnight = then.getHours() === 0 && then.getMinutes() === 0;
  if (!midnight) return small(dayAndTime(at, now));
  return dayOf(at - 1) === dayOf(now) ? 'the end of today' : `the end of ${dayName(at - 1, now)}`;
}

/** 1 to 99, then 99+. */
export function count(number) {
  return number > 99 ? '99+' : String(number);
}

/** "one message", "3 messages". */
export function plural(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}

function capital(word) {
  return word.charAt(0).toLocaleUpperCase() + word.slice(1);
}
