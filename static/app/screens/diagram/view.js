// Which part of the drawing is in sight: moved by dragging, zoomed by wheel, pinch and keys. The picture is
// moved at once; the components hear of it only when other boxes come into sight or are drawn otherwise.

import { useLayoutEffect, useRef, useState } from "../../html.js";

const [SMALLEST, LARGEST] = [0.03, 2.5];
/** Below this zoom nobody can read columns. */
export const READABLE = 0.42;
/** So much more than what is in sight is drawn, in parts of it. */
const BEYOND = 0.3;

/**
 * @param {{current: SVGSVGElement}} svg
 * @param {{current: SVGGElement}} stage what is moved inside of it
 */
export function useView(svg, stage) {
  const at = useRef({ x: 0, y: 0, zoom: 1 });
  const frame = useRef(0);
  const [seen, setSeen] = useState({ near: true, left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity });
  const latest = useRef(seen);
  latest.current = seen;

  const draw = () => {
    frame.current = 0;
    if (!stage.current) return;
    const { x, y, zoom } = at.current;
    stage.current.setAttribute("transform", `translate(${x} ${y}) scale(${zoom})`);
    const { width, height } = svg.current.getBoundingClientRect();
    const [left, top, right, bottom] = [-x / zoom, -y / zoom, (width - x) / zoom, (height - y) / zoom];
    const before = latest.current;
    const near = zoom >= READABLE;
    const inside = left >= before.left && top >= before.top && right <= before.right && bottom <= before.bottom;
    const wasteful = near && before.right - before.left > (right - left) * 4;
    if (inside && !wasteful && near === before.near) return;
    const [more, down] = [(right - left) * BEYOND, (bottom - top) * BEYOND];
    setSeen({ near, left: left - more, top: top - down, right: right + more, bottom: bottom + down });
  };
  const soon = () => {
    frame.current ||= requestAnimationFrame(draw);
  };
  const zoomAt = (factor, px, py) => {
    const view = at.current;
    const zoom = Math.max(SMALLEST, Math.min(LARGEST, view.zoom * factor));
    const by = zoom / view.zoom;
    at.current = { zoom, x: px - (px - view.x) * by, y: py - (py - view.y) * by };
    soon();
  };
  const actions = {
    at,
    pan: (dx, dy) => {
      at.current = { ...at.current, x: at.current.x + dx, y: at.current.y + dy };
      soon();
    },
    zoomAt,
    zoom: (factor) => {
      const { width, height } = svg.current.getBoundingClientRect();
      zoomAt(factor, width / 2, height / 2);
    },
    /** All of a rectangle in sight, and no larger than life. */
    fit: ({ x, y, width, height }, least = SMALLEST) => {
      const box = svg.current.getBoundingClientRect();
      const zoom = Math.max(least, Math.min(1, (box.width - 48) / width, (box.height - 48) / height));
      at.current = { zoom, x: box.width / 2 - (x + width / 2) * zoom, y: box.height / 2 - (y + height / 2) * zoom };
      soon();
    },
    /** Moves only as far as it takes to have a rectangle in sight. */
    reveal: ({ x, y, width, height }) => {
      const box = svg.current.getBoundingClientRect();
      const view = at.current;
      const shift = (from, to, size) => (to - from > size - 32 || from < 16 ? 16 - from : to > size - 16 ? size - 16 - to : 0);
      const [left, top] = [x * view.zoom + view.x, y * view.zoom + view.y];
      actions.pan(shift(left, left + width * view.zoom, box.width), shift(top, top + height * view.zoom, box.height));
    },
  };
  useLayoutEffect(() => {
    const element = svg.current;
    const wheel = (event) => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      const size = event.deltaMode === 1 ? 16 : 1;
      // Two fingers that move sideways move the picture; a wheel, or a pinch, zooms.
      if (event.deltaX && !event.ctrlKey) actions.pan(-event.deltaX * size, -event.deltaY * size);
      else zoomAt(Math.exp(-event.deltaY * size * (event.ctrlKey ? 0.01 : 0.0015)), event.clientX - box.left, event.clientY - box.top);
    };
    element.addEventListener("wheel", wheel, { passive: false });
    const watcher = new ResizeObserver(soon);
    watcher.observe(element);
    return () => {
      element.removeEventListener("wheel", wheel);
      watcher.disconnect();
      cancelAnimationFrame(frame.current);
    };
  }, []);
  return { ...actions, seen };
}

/** Dragging by one pointer, and pinching by two. `grab` answers what a pointer that goes down takes hold of. */
export function usePointers({ view, grab, onMove, onTap }) {
  const pointers = useRef(new Map());
  const held = useRef(null);
  const down = (event) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    held.current = { what: grab(event), target: event.target, far: 0 };
  };
  const move = (event) => {
    const before = pointers.current.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const others = [...pointers.current].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    pointers.current.set(event.pointerId, now);
    const [dx, dy] = [now.x - before.x, now.y - before.y];
    held.current.far += Math.abs(dx) + Math.abs(dy);
    if (others.length > 0) {
      const [other] = others;
      const box = event.currentTarget.getBoundingClientRect();
      const apart = (point) => Math.hypot(point.x - other.x, point.y - other.y);
      view.zoomAt(apart(now) / Math.max(1, apart(before)), (now.x + other.x) / 2 - box.left, (now.y + other.y) / 2 - box.top);
      view.pan(dx / 2, dy / 2);
    } else if (held.current.what) onMove(held.current.what, dx / view.at.current.zoom, dy / view.at.current.zoom);
    else view.pan(dx, dy);
  };
  const up = (event) => {
    if (!pointers.current.delete(event.pointerId) || !held.current) return;
    if (held.current.far < 4 && event.type === "pointerup") onTap(held.current.what, held.current.target);
  };
  return { onPointerDown: down, onPointerMove: move, onPointerUp: up, onPointerCancel: up };
}
