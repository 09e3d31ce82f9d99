import { html, useRef, useState } from "../html.js";

const SMALLEST = 140;

/**
 * Two panes beside each other, and a bar between them that is dragged, or moved by arrow keys. Its place is kept by `name`.
 * @param {{name: string, label: string, side: any, children: any, width?: number}} props
 */
export function Splitter({ name, label, side, children, width: first = 260 }) {
  const key = `splitter.${name}`;
  const [width, setWidth] = useState(() => Number(localStorage.getItem(key)) || first);
  const from = useRef(null);
  const set = (next) => {
    const kept = Math.round(Math.max(SMALLEST, Math.min(next, innerWidth * 0.6)));
    setWidth(kept);
    localStorage.setItem(key, String(kept));
  };
  const down = (event) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { x: event.clientX, width };
  };
  const move = (event) => from.current && set(from.current.width + event.clientX - from.current.x);
  const up = () => {
    from.current = null;
  };
  const keys = (event) => {
    const step = { ArrowLeft: -24, ArrowRight: 24 }[event.key];
    if (!step) return;
    event.preventDefault();
    set(width + step);
  };
  return html`<div class="splitter">
    <div class="splitter-side" style=${{ width: `${width}px` }}>${side}</div>
    <div class="splitter-bar" role="separator" aria-orientation="vertical" aria-label=${label} aria-valuenow=${width} aria-valuemin=${SMALLEST} aria-valuemax="2000" tabIndex="0"
      onPointerDown=${down} onPointerMove=${move} onPointerUp=${up} onLostPointerCapture=${up} onKeyDown=${keys}></div>
    <div class="splitter-rest">${children}</div>
  </div>`;
}
