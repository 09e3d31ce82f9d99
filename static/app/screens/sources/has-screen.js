import { screens } from "../index.js";

/** The screen of that path, where this version has one. */
export const screenOf = (path) => screens.find((screen) => screen.path === path);

/** Whether this version has a screen of that path. */
export const hasScreen = (path) => screenOf(path) !== undefined;
