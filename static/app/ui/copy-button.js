import { html, useState } from "../html.js";
import { Button } from "./button.js";
import { toast } from "./toast.js";

/**
 * Copies a text, or what `text()` answers. With children it says them, else it is an icon named `label`.
 * @param {{text: string | (() => string), label?: string, small?: boolean}} props
 */
export function CopyButton({ text, label = "Copy", children, ...rest }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    try {
      await write(typeof text === "function" ? text() : text);
      setDone(true);
      toast("Copied");
      setTimeout(() => setDone(false), 1500);
    } catch {
      toast.bad("The browser did not let the text be copied.");
    }
  };
  return html`<${Button} kind=${children ? "" : "quiet"} icon=${done ? "check" : "copy"} label=${children ? undefined : label} onClick=${copy} ...${rest}>${children}<//>`;
}

/** Copies what `text()` answers, such as an answer of the API, and says so. */
export async function copyText(text) {
  try {
    await write(await text());
    toast("Copied");
  } catch (error) {
    toast.bad(error.hint ? error.message : "The browser did not let the text be copied.");
  }
}

// Browsers have a clipboard for pages over HTTPS and of this machine alone.
async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = Object.assign(document.createElement("textarea"), { value: text });
  const before = document.activeElement;
  (before?.closest("dialog") ?? document.body).append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  before?.focus();
  if (!copied) throw new Error("not copied");
}
