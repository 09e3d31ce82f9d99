// Which of many rows are in sight: the others are not there.

import { useLayoutEffect, useState } from "../html.js";

const BEYOND = 6;

/**
 * @param {{current: HTMLElement | null}} element what scrolls
 * @param {{count: number, size: number, before?: number}} rows `size` is a row's height, `before` what stands above the first
 * @returns {{first: number, last: number, view: {left: number, width: number}, show: (index: number) => void}}
 */
export function useVirtual(element, { count, size, before = 0 }) {
  const [view, setView] = useState({ top: 0, height: 600, left: 0, width: 1200 });
  useLayoutEffect(() => {
    const box = element.current;
    const look = () => setView({ top: box.scrollTop, height: box.clientHeight, left: box.scrollLeft, width: box.clientWidth });
    const watcher = new ResizeObserver(look);
    watcher.observe(box);
    box.addEventListener("scroll", look, { passive: true });
    return () => {
      watcher.disconnect();
      box.removeEventListener("scroll", look);
    };
  }, []);
  const show = (index) => {
    const box = element.current;
    const top = index * size;
    const height = box.clientHeight - before;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + size > box.scrollTop + height) box.scrollTop = top + size - height;
  };
  const first = Math.max(0, Math.floor((view.top - before) / size) - BEYOND);
  const last = Math.min(count, Math.ceil((view.top + view.height) / size) + BEYOND);
  return { first, last, view, show };
}

/** How many pixels a length of the style is, such as `--row`: it grows with the reader's letters. */
export function pixels(rem) {
  return rem * parseFloat(getComputedStyle(document.documentElement).fontSize);
}
