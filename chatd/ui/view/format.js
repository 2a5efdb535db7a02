// Times and numbers as people in this place write them.

import { made, number, spoken, t } from '../words/words.js';

const clock = () => made(Intl.DateTimeFormat, { hour: 'numeric', minute: '2-digit' });
const day = () => made(Intl.DateTimeFormat, { weekday: 'long', day: 'numeric', month: 'long' });
const dayOfYear = () => made(Intl.DateTimeFormat, { day: 'numeric', month: 'long', year: 'numeric' });
const dayShort = () => made(Intl.DateTimeFormat, { day: 'numeric', month: 'short' });
const dayShortOfYear = () => made(Intl.DateTimeFormat, { day: 'numeric', month: 'short', year: 'numeric' });
const moment = () => made(Intl.DateTimeFormat, { dateStyle: 'full', timeStyle: 'short' });
const relative = (value, unit) => made(Intl.RelativeTimeFormat, { numeric: 'auto' }).format(value, unit);

export function time(at) {
  return clock().format(at);
}

/** Without the half of the day, for a narrow place. */
export function shortTime(at) {
  const parts = clock().formatToParts(at).filter(({ type }) => type !== 'dayPeriod');
  return parts
    .map(({ value }) => value)
    .join('')
    .trim();
}

export function exactly(at) {
  return moment().format(at);
}

/** A word that is the same for all moments of one local day. */
export function dayOf(at) {
  return new Date(at).toDateString();
}

/** Today, Yesterday, Monday 3 March, 3 March 2024. */
export function dayName(at, now = Date.now()) {
  return capital(dayWords(at, now));
}

/** As `dayName`, within a sentence; and tomorrow. */
function dayWords(at, now) {
  for (const days of [0, -1, 1]) {
    const then = new Date(now);
    then.setDate(then.getDate() + days);
    if (dayOf(then) === dayOf(at)) return relative(days, 'day');
  }
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? day : dayOfYear)().format(at);
}

/** 12 May, or 12 May 2024. */
export function shortDay(at, now = Date.now()) {
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? dayShort : dayShortOfYear)().format(at);
}

/** "12 May, 14:05" */
export function shortMoment(at, now = Date.now()) {
  return t('{day}, {time}', { day: shortDay(at, now), time: time(at) });
}

/** "12 s", "3 min", "2 h": how long one waits. */
export function wait(seconds) {
  if (seconds < 120) return t('{count} s', { count: Math.ceil(seconds) });
  if (seconds < 7200) return t('{count} min', { count: Math.ceil(seconds / 60) });
  return t('{count} h', { count: Math.ceil(seconds / 3600) });
}

/** "just now", "3 hours ago", "yesterday", and the day where it is longer ago than a week. */
export function ago(at, now = Date.now()) {
  const minutes = Math.round((now - at) / 60_000);
  if (minutes < 2) return t('just now');
  if (minutes < 60) return relative(-minutes, 'minute');
  const hours = Math.round(minutes / 60);
  if (hours < 24) return relative(-hours, 'hour');
  const days = Math.round(hours / 24);
  return days < 7 ? relative(-days, 'day') : t('on {day}', { day: dayWords(at, now) });
}

/** Day and time in a line: "Today, 14:05". */
export function dayAndTime(at, now = Date.now()) {
  return t('{day}, {time}', { day: capital(dayWords(at, now)), time: time(at) });
}

/** As `dayAndTime`, within a sentence and as short as can be: "14:05", "yesterday, 14:05". */
export function momentWithin(at, now = Date.now()) {
  return dayOf(at) === dayOf(now) ? time(at) : t('{day}, {time}', { day: dayWords(at, now), time: time(at) });
}

/** When something ends: "until the end of today", "until tomorrow, 14:05". */
export function until(at, now = Date.now()) {
  const then = new Date(at);
  const midnight = then.getHours() === 0 && then.getMinutes() === 0;
  if (!midnight) return t('until {day}, {time}', { day: dayWords(at, now), time: time(at) });
  if (dayOf(at - 1) === dayOf(now)) return t('until the end of today');
  return t('until the end of {day}', { day: dayWords(at - 1, now) });
}

/**
 * "8 bytes", "824 kB", "1.5 MB": how large a file is. `round`: Math.floor for a limit, so that it holds as it
 * is told, and Math.ceil for what is beyond one.
 */
export function size(bytes, round = Math.round) {
  const [unit, one] = bytes < 1e3 ? ['byte', 1] : bytes < 1e6 ? ['kilobyte', 1e3] : bytes < 1e9 ? ['megabyte', 1e6] : ['gigabyte', 1e9];
  const steps = one < 1e6 || bytes >= 10 * one ? 1 : 10;
  const unitDisplay = one === 1 ? 'long' : 'short';
  return made(Intl.NumberFormat, { style: 'unit', unit, unitDisplay, maximumFractionDigits: 1 }).format(round((bytes / one) * steps) / steps);
}

/** 1 to 99, then 99+. */
export function count(amount) {
  return amount > 99 ? `${number(99)}+` : number(amount);
}

function capital(word) {
  return word.charAt(0).toLocaleUpperCase(spoken().locale) + word.slice(1);
}
