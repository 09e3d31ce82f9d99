import { html, useEffect, useState } from "../html.js";
import { notLoaded } from "../api-error.js";
import { href, route } from "../router.js";
import { ErrorBox } from "../ui/error-box.js";
import { Button } from "../ui/button.js";
import { Empty, Skeleton } from "../ui/bits.js";
import { Page } from "../ui/page.js";

/** The screen of the route, loaded when it is first wanted. */
export function Screen() {
  const { screen, params, query } = route.value;
  const [loaded, setLoaded] = useState({});
  const [round, setRound] = useState(0);
  useEffect(() => {
    let gone = false;
    const set = (next) => gone || setLoaded({ screen, ...next });
    screen?.load().then((module) => set({ Component: module.default }), () => set({ error: notLoaded() }));
    return () => {
      gone = true;
    };
  }, [screen, round]);
  if (!screen) {
    return html`<${Page} title="Nothing here"><${Empty} icon="search" title="There is no such screen" actions=${html`<${Button} href=${href("/sources")}>Go to sources<//>`}>
      The address names a screen that this version does not have.<//><//>`;
  }
  if (loaded.screen !== screen) return html`<${Skeleton} lines=${6} />`;
  if (loaded.error) return html`<${ErrorBox} error=${loaded.error} retry=${() => setRound(round + 1)} />`;
  const { Component } = loaded;
  return html`<${Component} params=${params} query=${query} />`;
}
