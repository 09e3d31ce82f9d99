import { html, useId, useLayoutEffect, useRef } from "../html.js";
import { Button } from "./button.js";
import { placeToasts } from "./toast.js";

/**
 * A modal dialog; there while it is rendered. Escape, the cross and a click beside it call `onClose`;
 * the focus goes back to where it was.
 * @param {{title: string, onClose: () => void, wide?: boolean, plain?: boolean}} props `plain` has no head of its own
 */
export function Dialog({ title, onClose, wide, plain, children, class: extra = "" }) {
  const element = useRef(null);
  const id = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    const dialog = element.current;
    dialog.showModal();
    placeToasts();
    return () => {
      placeToasts(dialog);
      dialog.close();
      if (before?.isConnected) before.focus();
    };
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    onClose();
  };
  const beside = (event) => event.target === element.current && onClose();
  const size = wide ? "wide" : "";
  return html`<dialog class=${`dialog ${size} ${extra}`} ref=${element} aria-labelledby=${plain ? undefined : id} aria-label=${plain ? title : undefined}
    onCancel=${cancel} onMouseDown=${beside}>
    <div class="dialog-inside">
      ${!plain && html`<div class="dialog-head"><h2 id=${id}>${title}</h2><${Button} kind="quiet" icon="close" label="Close" onClick=${onClose} /></div>`}
      ${children}
    </div>
  </dialog>`;
}
