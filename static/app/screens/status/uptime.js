import { count, plural } from "../../format.js";

/** `3 days 4 h`, `12 min`: of long times the two largest parts. */
export function uptime(seconds) {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return `${plural(days, "day")} ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}

const UNITS = [[604_800, "week"], [86_400, "day"], [3_600, "hour"], [60, "minute"], [1, "second"]];

/** `day`, `12 hours`, `90 seconds`: what stands behind "every", in the largest unit that says it whole. */
export function interval(seconds) {
  const [length, unit] = UNITS.find(([size]) => seconds % size === 0);
  return seconds === length ? unit : `${count(seconds / length)} ${unit}s`;
}
