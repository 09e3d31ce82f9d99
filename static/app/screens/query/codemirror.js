// The editor itself: CodeMirror in a shadow root, where its styles are adopted sheets that the content
// security policy allows. Loaded with the first editor.

import { autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap } from "../../../vendor/codemirror-autocomplete.js";
import { defaultKeymap, history, historyKeymap } from "../../../vendor/codemirror-commands.js";
import { json } from "../../../vendor/codemirror-lang-json.js";
import { MariaSQL, MySQL, PostgreSQL, SQLite, keywordCompletionSource } from "../../../vendor/codemirror-lang-sql.js";
import { bracketMatching, indentOnInput, syntaxHighlighting } from "../../../vendor/codemirror-language.js";
import { EditorState, Prec, StateEffect, StateField } from "../../../vendor/codemirror-state.js";
import { Decoration, EditorView, drawSelection, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers, placeholder } from "../../../vendor/codemirror-view.js";
import { highlighting, look } from "./look.js";
import { statementAt } from "./statement.js";

const DIALECTS = { postgresql: PostgreSQL, mysql: MySQL, mariadb: MariaSQL, sqlite: SQLite };

/** A place that the server objected to, until the text changes. */
const setMark = StateEffect.define();
const marked = StateField.define({
  create: () => Decoration.none,
  update(marks, change) {
    const given = change.effects.find((effect) => effect.is(setMark));
    if (given) return given.value === null ? Decoration.none : Decoration.set(wrong.range(...given.value));
    return change.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});
const wrong = Decoration.mark({ class: "cm-wrong" });

/**
 * An editor in `host`.
 * @param {HTMLElement} host
 * @param {{label: string, hint: string, text: string, engine: string, onChange: (text: string) => void, onRun: () => void, complete: import("./completion.js").Source}} props
 */
export function makeEditor(host, { label, hint, text, engine, onChange, onRun, complete }) {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const run = (of) => {
    closeCompletion(of);
    onRun();
    return true;
  };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), highlightSpecialChars(), history(), drawSelection(), highlightActiveLine(), indentOnInput(), bracketMatching(), closeBrackets(),
        autocompletion({ icons: false, maxRenderedOptions: 60 }), syntaxHighlighting(highlighting), look, marked,
        EditorView.lineWrapping, placeholder(hint), EditorView.contentAttributes.of({ "aria-label": label }), typingOver,
        Prec.highest(keymap.of([{ key: "Mod-Enter", run }])),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap]),
        EditorView.updateListener.of((update) => update.docChanged && onChange(update.state.doc.toString())),
        speak(engine, attended(complete)),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    set: (next) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next }, selection: { anchor: next.length } }),
    insert: (words) => view.dispatch(view.state.replaceSelection(words), { scrollIntoView: true }),
    /** What is chosen, else the statement at the cursor: its text, and where it begins. */
    statement: () => statementAt(view.state),
    /** Marks the word at a place, and shows it. */
    mark(at) {
      const from = Math.min(at, Math.max(0, view.state.doc.length - 1));
      const word = view.state.wordAt(from) ?? { from, to: Math.min(view.state.doc.length, from + 1) };
      if (word.from === word.to) return;
      view.dispatch({ effects: [setMark.of([word.from, word.to]), EditorView.scrollIntoView(word.from)] });
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}

// Who types over a selection has Chromium keep its look by inline styles, which the policy refuses. So the
// editor puts the letter there itself.
const typingOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main } = view.state.selection;
    if (event.inputType !== "insertText" || !event.data || main.empty || view.composing) return false;
    event.preventDefault();
    const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    const handled = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, main.from, main.to, event.data, insert));
    if (!handled) view.dispatch(insert());
    return true;
  },
});

// Who has left the editor meanwhile is offered nothing.
function attended(source) {
  return async (context) => {
    const found = await source(context);
    return context.view?.hasFocus === false ? null : found;
  };
}

function speak(engine, complete) {
  if (engine === "mongodb") return [json(), EditorState.languageData.of(() => [{ autocomplete: complete }])];
  const dialect = DIALECTS[engine] ?? SQLite;
  const all = keywordCompletionSource(dialect, true);
  const keywords = attended((context) => (context.matchBefore(/\.\s*[\w$]*/) ? null : all(context)));
  return [dialect.extension, EditorState.languageData.of(() => [{ autocomplete: complete }, { autocomplete: keywords }])];
}
