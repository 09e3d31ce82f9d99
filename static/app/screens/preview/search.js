import { html, useEffect, useState } from "../../html.js";

/** A pause in typing this long begins the search. */
const PAUSE_MS = 350;

/** A text that one of the columns contains. */
export function Search({ value, onChange }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onChange(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return html`<input class="input preview-search" type="search" aria-label="Search in all columns" placeholder="Search in all columns" spellcheck=${false}
    value=${text} onInput=${(event) => setText(event.target.value)} />`;
}
