// An OpenAPI document as this screen shows it: calls in groups, and schemas as flat lists of fields.

const TITLES = { auth: "Log in and tokens", users: "Users", workspaces: "Workspaces", projects: "Projects", data: "Sources, schemas, rows", admin: "The installation" };
const DEEPEST = 4;
const ANY_WORKSPACE = "/{workspace_id}";

/** Groups in the document's order: `{name, calls: {id, method, path, also, summary, operation, text}[]}`. */
export function groupsOf(document) {
  const groups = new Map();
  const long = new Map();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? "";
      const same = `${method} ${path.replace(ANY_WORKSPACE, "")} ${operation.summary}`;
      // The path for the default workspace is the same call: it stands beside the whole one.
      if (long.has(same)) {
        long.get(same).also.push(path);
        continue;
      }
      const call = { id: operation.operationId, method: method.toUpperCase(), path, also: [], summary: operation.summary, operation };
      call.text = `${call.method} ${path} ${operation.summary}`.toLowerCase();
      if (path.includes(ANY_WORKSPACE)) long.set(same, call);
      const name = TITLES[tag] ?? "The document itself";
      if (!groups.has(name)) groups.set(name, { name, calls: [] });
      groups.get(name).calls.push(call);
    }
  }
  return [...groups.values()];
}

/** What a reference leads to, what a choice of one and null means, and all parts of a sum as one. */
export function resolved(document, schema) {
  if (!schema) return {};
  if (schema.$ref) return { ...resolved(document, schema.$ref.split("/").slice(1).reduce((inside, name) => inside?.[name], document)), name: schema.$ref.split("/").at(-1) };
  const choices = (schema.oneOf ?? schema.anyOf)?.filter((one) => one.type !== "null");
  if (choices?.length === 1) return { ...resolved(document, choices[0]), description: schema.description ?? resolved(document, choices[0]).description };
  if (schema.allOf) {
    const parts = schema.allOf.map((one) => resolved(document, one));
    return { ...schema, type: "object", properties: Object.assign({}, ...parts.map((one) => one.properties)), required: parts.flatMap((one) => one.required ?? []) };
  }
  return schema;
}

/** The type in a word or two. */
export function typeOf(document, given) {
  const schema = resolved(document, given);
  const choices = (schema.oneOf ?? schema.anyOf)?.filter((one) => one.type !== "null");
  if (choices) return [...new Set(choices.map((one) => typeOf(document, one)))].join(" or ");
  if (schema.enum) return schema.enum.filter((value) => value !== null).map((value) => JSON.stringify(value)).join(" or ");
  const type = [schema.type ?? []].flat().filter((one) => one !== "null").join(" or ");
  if (type === "array") return `list of ${typeOf(document, schema.items)}`;
  return { string: "text", integer: "whole number", boolean: "true or false", "": "anything" }[type] ?? type;
}

/** The fields of a schema, those of its parts below them: `{path, depth, name, type, required, text}`. */
export function fieldsOf(document, given, { depth = 0, path = "", seen = [] } = {}) {
  let schema = resolved(document, given);
  if (schema.type === "array" || (Array.isArray(schema.type) && schema.type.includes("array"))) schema = resolved(document, schema.items);
  if (depth > DEEPEST || (schema.name && seen.includes(schema.name))) return [];
  const inside = schema.name ? [...seen, schema.name] : seen;
  const choices = (schema.oneOf ?? schema.anyOf ?? []).filter((one) => one.type !== "null");
  if (choices.length > 1) return choices.flatMap((one) => fieldsOf(document, one, { depth, path, seen: inside }));
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const at = `${path}.${name}`;
    const text = property.description ?? resolved(document, property).description ?? "";
    const field = { path: at, depth, name, type: typeOf(document, property), required: schema.required?.includes(name) ?? false, text };
    return [field, ...fieldsOf(document, property, { depth: depth + 1, path: at, seen: inside })];
  });
}

/** What a call sends, with a word in the place of each required value. */
export function exampleOf(document, given, depth = 0) {
  const schema = resolved(document, given);
  const choice = (schema.oneOf ?? schema.anyOf)?.find((one) => one.type !== "null");
  if (choice) return exampleOf(document, choice, depth);
  if (schema.enum) return schema.enum[0];
  const type = [schema.type].flat()[0];
  if (type === "array") return [exampleOf(document, schema.items, depth + 1)];
  if (type === "object" && depth < DEEPEST) return Object.fromEntries((schema.required ?? []).map((name) => [name, exampleOf(document, schema.properties?.[name], depth + 1)]));
  return { integer: 1, number: 1, boolean: true, object: {} }[type] ?? "…";
}
