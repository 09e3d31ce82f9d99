// How jobs and their tables stand, in words.

import { html } from "../../html.js";
import { count, duration, plural } from "../../format.js";
import { Badge } from "../../ui/bits.js";

const STATES = {
  running: ["info", "Running"], succeeded: ["good", "Done"], partial: ["warn", "Partly done"], failed: ["bad", "Failed"],
  cancelled: ["", "Stopped"], interrupted: ["warn", "Interrupted"],
};
const PHASES = {
  waiting: ["", "Waiting"], copying: ["info", "Copying"], comparing: ["info", "Finding deletes"], finishing: ["info", "Finishing"], copied: ["good", "Copied"],
  skipped: ["", "Skipped"], failed: ["bad", "Failed"], unfinished: ["", "Not finished"],
};
const MODES = { full_refresh: "All rows anew", append: "New rows added", upsert: "What changed" };

const badge = (words, key) => {
  const [kind, text] = words[key] ?? ["", key];
  return html`<${Badge} kind=${kind}>${text}<//>`;
};

export const StateBadge = ({ state }) => badge(STATES, state);
export const PhaseBadge = ({ phase }) => badge(PHASES, phase);

/** `What changed, 3 tables`: what was asked for. */
export function requestText({ request }) {
  const { mode, incremental, tables, detect_deletes: deletes } = request?.sync_options ?? {};
  const how = MODES[mode] ?? (incremental ? MODES.upsert : MODES.full_refresh);
  return [how, tables ? plural(tables.length, "table") : "", deletes ? "with deletes" : ""].filter(Boolean).join(", ");
}

/** The names of the sources that a job is about; `known` are names by their ids. */
export function sourcesOf(job, known) {
  if (job.result?.sources?.length) return job.result.sources.map((source) => source.name).join(", ");
  const ids = job.request?.source_ids;
  if (!ids) return "All sources";
  const told = ids.map((id) => known?.get(id));
  const under = (job.progress?.tables ?? []).map((table) => table.source);
  return [...new Set([...told, ...under])].filter(Boolean).join(", ") || plural(ids.length, "table");
}

/** How many rows came of it, or are there so far. */
export const rowsOf = (job) => job.result?.records_processed ?? job.progress?.rows_done;

/** How long it took, or takes so far, in milliseconds. */
export const tookOf = (job) => (job.ended_at ? new Date(job.ended_at) - new Date(job.started_at) : (job.progress?.seconds ?? 0) * 1000);

/** `1,200 of 5,000 rows · 800 rows/s · 5 s left` */
export function progressText({ rows_done: done = 0, rows_estimate: of, rows_per_second: speed, seconds_left: left }) {
  const rows = of > done ? `${count(done)} of ${count(of)} rows` : plural(done, "row");
  return [rows, speed ? `${count(speed)} rows/s` : "", left ? `${duration(Math.max(1, left) * 1000)} left` : ""].filter(Boolean).join(" · ");
}

/** Why a job ended as it did, in a sentence; "" where it went well. */
export function failureOf(job) {
  const tables = (job.result?.sources ?? []).flatMap((source) => [source, ...(source.tables ?? [])]);
  const failed = tables.find((one) => one.error);
  return job.result?.error?.message ?? failed?.error?.message ?? "";
}
