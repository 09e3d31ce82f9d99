import { useEffect, useState } from "../html.js";

const NARROW = "(max-width: 48rem)";

/** Whether the window is too narrow for two panes beside each other, as the style has it. */
export function useNarrow() {
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const media = matchMedia(NARROW);
    const look = () => setNarrow(media.matches);
    media.addEventListener("change", look);
    return () => media.removeEventListener("change", look);
  }, []);
  return narrow;
}
