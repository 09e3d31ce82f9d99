import { html, useEffect, useLayoutEffect, useRef } from "../html.js";
import { moved, route } from "../router.js";
import { ShowAs } from "./show-as.js";

/**
 * The frame of every screen: its heading, what can be done there, and at the end its calls. The heading
 * takes the focus where the reader came by a link.
 * @param {{title: string, about?: any, actions?: any, back?: {href: string, text: string}, fill?: boolean, call?: object}} props
 *   `fill` is for screens that scroll inside, such as a grid; `call` is the call behind it where none need be made
 */
export function Page({ title, about, actions, back, fill, call, children }) {
  const heading = useRef(null);
  const { path } = route.value;
  useLayoutEffect(() => {
    if (moved.peek()) heading.current?.focus({ preventScroll: true });
    document.getElementById("main")?.scrollTo(0, 0);
  }, [path]);
  useEffect(() => {
    document.title = `${title} · Headwater`;
  }, [title]);
  return html`<div class=${fill ? "page fill" : "page"}>
    ${back && html`<a class="page-back" href=${back.href}>${back.text}</a>`}
    <div class="page-head">
      <div class="grow"><h1 tabIndex=${-1} ref=${heading}>${title}</h1>${about && html`<p class="quiet">${about}</p>`}</div>
      ${actions && html`<div class="row">${actions}</div>`}
    </div>
    ${children}
    <${ShowAs} usual=${call} />
  </div>`;
}
