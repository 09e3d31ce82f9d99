// Elements from text: names and messages come from strangers, so they only ever become text nodes.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export function show(...children) {
  document.getElementById("main").replaceChildren(...children);
  document.querySelector("#main input")?.focus();
}

// A form whose fields are [name, label, attributes, help]; `send` gets their values. What it throws
// is shown below the form, with what to do about it.
export function form(fields, action, send) {
  const problem = element("p", { class: "bad", role: "alert" });
  const inputs = fields.map(([name, label, attributes, help]) =>
    element("label", {}, label, element("input", { name, required: "", ...attributes }), ...(help ? [element("small", {}, help)] : [])));
  const button = element("button", { type: "submit" }, action);
  const made = element("form", {}, ...inputs, button, problem);
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    problem.replaceChildren();
    try {
      await send(Object.fromEntries(new FormData(made)));
    } catch (error) {
      problem.replaceChildren([error.message, error.hint, error.requestId && `(request ${error.requestId})`].filter(Boolean).join(" "));
    } finally {
      button.disabled = false;
    }
  });
  return made;
}
