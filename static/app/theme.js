// Light and dark: the system's unless the reader chose.

import { signal } from "./html.js";

const KEY = "theme";
const ROUND = { system: "light", light: "dark", dark: "system" };

/** `system`, `light` or `dark`. */
export const theme = signal(localStorage.getItem(KEY) ?? "system");

/** The next of system, light and dark. */
export function nextTheme() {
  theme.value = ROUND[theme.value] ?? "system";
  if (theme.value === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme.value);
  document.documentElement.dataset.theme = theme.value;
}
