// The drawing as a file of its own: all of it at full size, with its colours in it.

import { html, render } from "../../html.js";
import { save } from "../../files.js";
import { boxed, lined } from "./drawing.js";
import { around } from "./geometry.js";

const MARGIN = 24;
const COLOURS = ["ground", "surface", "sunken", "ink", "quiet", "line", "edge", "accent", "info"];

export function saveSvg(name, nodes, relations) {
  save(svgOf(name, nodes, relations), `${name}.svg`, "image/svg+xml");
}

/** The text of an SVG file. */
export function svgOf(name, nodes, relations) {
  const all = [...nodes.values()];
  const { x, y, width, height } = around(all);
  const [wide, high] = [Math.ceil(width + 2 * MARGIN), Math.ceil(height + 2 * MARGIN)];
  const holder = document.createElement("div");
  render(html`<svg xmlns="http://www.w3.org/2000/svg" width=${wide} height=${high} viewBox=${`${x - MARGIN} ${y - MARGIN} ${wide} ${high}`}>
    <title>${name}</title>
    <rect class="er-ground" x=${x - MARGIN} y=${y - MARGIN} width=${wide} height=${high} />
    ${relations.map((of) => lined(of, nodes.get(of.from.id), nodes.get(of.to.id), { feet: true }))}
    ${all.map((node) => boxed(node))}
  </svg>`, holder);
  const text = new XMLSerializer().serializeToString(holder.firstChild);
  render(null, holder);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${allowed(text).replace(">", `><style>${style()}</style>`)}\n`;
}

// What no XML may have (https://www.w3.org/TR/xml/#charsets), whatever a table is called.
function allowed(text) {
  return text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
}

function style() {
  const c = colours();
  return `text{font:13px system-ui,sans-serif;fill:${c.ink}}.er-ground{fill:${c.ground}}.er-frame{fill:${c.surface};stroke:${c.line}}.er-head{fill:${c.sunken}}`
    + `.er-name{font-weight:600}.er-row{font:12px ui-monospace,"DejaVu Sans Mono",monospace}.er-mark{font-size:9.5px;fill:${c.info}}.er-type{fill:${c.quiet};text-anchor:end}`
    + `.er-rest{text-anchor:start}.er-line path{fill:none;stroke:${c.edge};stroke-width:1.2}.er-line.supposed>path:first-child{stroke-dasharray:5 4}.er-line circle{fill:${c.ground};stroke:${c.edge}}`;
}

/** The colours of the page as they are now: a file knows nothing of light and dark. */
function colours() {
  const probe = document.createElement("span");
  document.body.append(probe);
  const found = Object.fromEntries(COLOURS.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  }));
  probe.remove();
  return found;
}
