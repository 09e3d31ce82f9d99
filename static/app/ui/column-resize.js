import { html, useRef } from "../html.js";

/** The edge of a column, to be dragged. By keyboard the grid does the same. */
export function Dragged({ width, onWidth }) {
  const from = useRef(null);
  const down = (event) => {
    event.preventDefault();
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { x: event.clientX, width };
  };
  const move = (event) => from.current && onWidth(from.current.width + event.clientX - from.current.x);
  const up = () => {
    from.current = null;
  };
  return html`<span class="grid-resize" aria-hidden="true" onClick=${(event) => event.stopPropagation()} onPointerDown=${down} onPointerMove=${move} onPointerUp=${up} onLostPointerCapture=${up}></span>`;
}
