// Line icons of 16 by 16. Each stands beside a word or below an `aria-label`, so they are never read out.

import { html } from "../html.js";

const PATHS = {
  add: "M8 3.5v9M3.5 8h9",
  back: "M9.5 3.5 5 8l4.5 4.5",
  check: "M3.5 8.5 6.5 11.5 12.5 4.5",
  chevron: "M4.5 6.5 8 10l3.5-3.5",
  close: "M4 4l8 8M12 4l-8 8",
  code: "M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5",
  collection: "M6 3c-1.5 0-2 .7-2 2v1.5c0 .9-.5 1.5-1.5 1.5 1 0 1.5.6 1.5 1.5V11c0 1.3.5 2 2 2M10 3c1.5 0 2 .7 2 2v1.5c0 .9.5 1.5 1.5 1.5-1 0-1.5.6-1.5 1.5V11c0 1.3-.5 2-2 2",
  column: "M3 3h10v10H3zM8 3v10",
  copy: "M6 6h7v7H6zM3 10V3h7",
  dark: "M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z",
  diagram: "M2.5 3h4v3h-4zM9.5 10h4v3h-4zM4.5 6v5.5h5",
  download: "M8 2.5v8M4.5 7 8 10.5 11.5 7M3 13.5h10",
  edit: "M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3z",
  expand: "M6.5 4.5 10 8l-3.5 3.5",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  info: "M8 7.2v4M8 4.7v.1M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z",
  jobs: "M13.5 8A5.5 5.5 0 1 1 8 2.5M8 5v3l2 1.5",
  key: "M9.7 6.3a2.7 2.7 0 1 1-3.8 3.8 2.7 2.7 0 0 1 3.8-3.8zM9.5 6.5l4-4M11.5 4.5l2 2",
  light: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  link: "M6.5 9.5l3-3M7 5l1.5-1.5a2.5 2.5 0 0 1 4 4L11 9M9 11l-1.5 1.5a2.5 2.5 0 0 1-4-4L5 7",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  minus: "M3.5 8h9",
  more: "M3.5 8h.1M8 8h.1M12.5 8h.1",
  partition: "M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11",
  projects: "M2 4.5h4.5l1.2 1.5H14V13H2z",
  query: "M3 4.5 6.5 8 3 11.5M8 12h5",
  refresh: "M13 4v3h-3M12.7 7A5 5 0 1 0 13 9",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.3 10.3l3.2 3.2",
  settings: "M2.5 5h6M11.5 5h2M2.5 11h2M7.5 11h6M10 3.5v3M6 9.5v3",
  some: "M4 8h8",
  sources: "M3 4c0-1 2.2-1.7 5-1.7S13 3 13 4s-2.2 1.7-5 1.7S3 5 3 4zM3 4v8c0 1 2.2 1.7 5 1.7s5-.7 5-1.7V4M3 8c0 1 2.2 1.7 5 1.7S13 9 13 8",
  status: "M2 8.5h3l2-5 2.5 9 2-4H14",
  stop: "M4.5 4.5h7v7h-7z",
  system: "M2.5 3.5h11v7h-11zM6 13h4",
  table: "M2.5 3.5h11v9h-11zM2.5 6.5h11M6.5 6.5v6",
  transfer: "M2.5 5.5h10M10 3l2.5 2.5L10 8M13.5 10.5h-10M6 8l-2.5 2.5L6 13",
  trash: "M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5",
  upload: "M8 10.5v-8M4.5 6 8 2.5 11.5 6M3 13.5h10",
  user: "M8 2.8a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2zM3 13.5c.3-2.6 2.3-4 5-4s4.700 1.400 5 4",
  view: "M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6z",
  warn: "M8 2.5 14 13H2zM8 6.500v3.200M8 11.400v.1",
};

/** @param {{name: keyof PATHS}} props */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d=${PATHS[name]} /></svg>`;
}
