import { screens } from "../index.js";

/** Whether this version has a screen of that path. */
export const hasScreen = (path) => screens.some((screen) => screen.path === path);
