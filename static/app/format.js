// Figures and times as people read them.

const counts = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** `12,345`; of what is not known a dash. */
export const count = (value) => (value === null || value === undefined ? "–" : counts.format(value));
/** `3.1M` */
export const short = (value) => (value === null || value === undefined ? "–" : compact.format(value));
/** `1 table`, `12 tables` */
export const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

/** `1.4 MB`: steps of 1000, as disks are sold. */
export function bytes(value) {
  if (value === null || value === undefined) return "–";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  let left = value;
  while (left >= 999.5 && at < units.length - 1) {
    left /= 1000;
    at += 1;
  }
  return `${at === 0 || left >= 100 ? Math.round(left) : left.toFixed(1)} ${units[at]}`;
}

/** `12 ms`, `1.4 s`, `3 min 20 s` */
export function duration(ms) {
  if (ms === null || ms === undefined) return "–";
  if (ms < 1000) return `${ms < 10 && ms % 1 ? ms.toFixed(1) : Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const ENGINES = { postgresql: "PostgreSQL", mysql: "MySQL", mariadb: "MariaDB", mongodb: "MongoDB", sqlite: "SQLite", file: "Files", api: "HTTP API" };
/** An engine as it calls itself. */
export const engineName = (engine) => ENGINES[engine] ?? engine;

const STEPS = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3_600], ["minute", 60]];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** `5 minutes ago`, `in 3 days`, `just now` */
export function ago(instant, now = Date.now()) {
  const seconds = Math.round((new Date(instant).getTime() - now) / 1000);
  for (const [unit, length] of STEPS) {
    const many = seconds / length;
    // 23 h 40 min are a day, not 24 hours.
    if (Math.abs(many) >= 0.979) return relative.format(Math.round(many), unit);
  }
  return "just now";
}

/** `2026-11-22 16:30:36 UTC+1`: in the reader's zone, which is told. */
export function instant(value) {
  const date = new Date(value);
  const pad = (part) => String(part).padStart(2, "0");
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())} ${zone(date)}`;
}

/** In which zone instants of data stand, beside the reader's own. */
export const inWhichZone = () => (zone() === "UTC" ? "Times are in UTC" : `Times are in UTC; you are at ${zone()}`);

/** The reader's own zone at an instant, such as `UTC+1`. */
export function zone(date = new Date()) {
  const minutes = -date.getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const hours = Math.trunc(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? "−" : "+"}${hours}${rest ? `:${String(rest).padStart(2, "0")}` : ""}`;
}
