import { html, useEffect, useRef, useState } from "../../html.js";
import { ApiError } from "../../api.js";
import { bytes } from "../../format.js";
import { Button } from "../../ui/button.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Icon } from "../../ui/icon.js";
import { useAction } from "../../ui/work.js";
import { formatOf } from "./formats.js";
import { Moving } from "./moving.js";
import { Done, Plan } from "./outcome.js";
import { Where } from "./where.js";
import { importFile } from "./request.js";

/** A file is chosen, then where it goes; what would happen is told before anything does. */
export function Import() {
  const [file, setFile] = useState(null);
  const [plan, setPlan] = useState(null);
  const [done, setDone] = useState(null);
  const [moving, setMoving] = useState(null);
  const aborter = useRef(null);
  useEffect(() => () => aborter.current?.abort(), []);
  const reading = useAction(async (chosen) => {
    const format = await formatOf(chosen);
    if (!format) throw notExported();
    setFile(await read(chosen, format));
    setPlan(null);
    setDone(null);
  });
  const look = async (options) => {
    setPlan({ options, answer: await sent({ ...options, dry_run: true }) });
  };
  const sent = async (options) => {
    aborter.current = new AbortController();
    setMoving({ done: 0, total: file.size });
    try {
      return await importFile(file, options, { signal: aborter.current.signal, onProgress: (sentBytes, total) => setMoving({ done: sentBytes, total }) });
    } finally {
      setMoving(null);
    }
  };
  const carry = useAction(async () => {
    setDone({ options: plan.options, answer: await sent(plan.options) });
    setPlan(null);
    setFile(null);
  });
  const again = () => {
    carry.clear();
    setPlan(null);
  };
  if (done) return html`<${Done} ...${done} onAgain=${() => setDone(null)} />`;
  if (!file) return html`<${Drop} busy=${reading.busy} onFile=${reading.run} />${reading.error && html`<${ErrorBox} error=${reading.error} />`}`;
  return html`
    <div class="row"><span class="grow truncate"><strong>${file.name}</strong> <span class="quiet">${bytes(file.size)}</span></span>
      <${Button} small disabled=${moving !== null} onClick=${() => { setFile(null); setPlan(null); }}>Another file<//></div>
    ${plan ? html`<${Plan} ...${plan} busy=${carry.busy} error=${carry.error} onImport=${carry.run} onBack=${again} />` : html`<${Where} file=${file} onSend=${look} />`}
    ${moving && html`<${Moving} label="Sending the file" ...${moving} words=${wordsOf(moving)} onCancel=${() => aborter.current.abort()} />`}`;
}

function Drop({ busy, onFile }) {
  const input = useRef(null);
  const [over, setOver] = useState(false);
  const dropped = (event) => {
    event.preventDefault();
    setOver(false);
    if (event.dataTransfer.files[0]) onFile(event.dataTransfer.files[0]);
  };
  const dragged = (event) => {
    event.preventDefault();
    setOver(true);
  };
  return html`<div class=${over ? "drop over" : "drop"} onDragOver=${dragged} onDragLeave=${() => setOver(false)} onDrop=${dropped}>
    <${Icon} name="upload" />
    <p>Drop an exported workspace here</p>
    <input type="file" hidden ref=${input} onChange=${() => input.current.files[0] && onFile(input.current.files[0])} />
    <${Button} busy=${busy} onClick=${() => input.current.click()}>Choose a file<//>
    <p class="quiet small-text">It is looked at first, and nothing happens before you say so.</p>
  </div>`;
}

const wordsOf = ({ done, total }) => (done < total ? `${bytes(done)} of ${bytes(total)} sent` : "The server looks through it");

// Of a document the page tells the name and what is in it; the server checks the rest.
async function read(chosen, format) {
  const file = { name: chosen.name, size: chosen.size, content: chosen, format };
  if (format.id !== "document") return file;
  if (chosen.size > format.limit) throw tooLarge();
  try {
    const whole = JSON.parse(await chosen.text());
    const document = whole?.data?.format ? whole.data : whole;
    if (document.format !== "headwater-workspace") throw notExported();
    return { ...file, document };
  } catch (error) {
    throw error instanceof ApiError ? error : notExported();
  }
}

const tooLarge = () => new ApiError({ message: "A document has at most 50 MiB.", hint: "Export the workspace as an archive, which may have any size." });
const notExported = () => new ApiError({ message: "This file is no exported workspace.", hint: "Choose the file that an export made; a project is imported under Projects." });
