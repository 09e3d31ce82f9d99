// Style sheets of single screens, loaded with them.

const loaded = new Map();

/** Loads `new URL("diagram.css", import.meta.url)` once, and waits until it counts. */
export function loadStyle(url) {
  const key = String(url);
  if (!loaded.has(key)) {
    loaded.set(key, new Promise((resolve, reject) => {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: key, onload: resolve, onerror: reject });
      document.head.append(link);
    }));
  }
  return loaded.get(key);
}
