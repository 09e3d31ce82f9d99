// The screens. A new one is a file (or folder) beside this and a line here: its path (`:id` is a part that
// differs), its title, its place in the navigation where it has one (`admin`: for admins alone), and how it is
// loaded. The module's default export is a component that gets `{params, query}`.

export const screens = [
  { path: "/", title: "Sources", load: () => import("./sources.js") },
  { path: "/sources", title: "Sources", nav: { icon: "sources" }, load: () => import("./sources.js") },
  { path: "/sources/add", title: "Add a source", load: () => import("./sources/add.js") },
  { path: "/sources/:id", title: "Source", load: () => import("./source.js") },
  { path: "/sources/:id/edit", title: "Edit source", load: () => import("./sources/edit.js") },
  { path: "/sources/:id/diagram", title: "Diagram", load: () => import("./source-diagram.js") },
  { path: "/sources/:id/changes", title: "Changes", load: () => import("./source-changes.js") },
  { path: "/preview", title: "Rows", load: () => import("./preview.js") },
  { path: "/query", title: "Query", nav: { icon: "query" }, load: () => import("./query.js") },
  { path: "/sync", title: "Sync", nav: { icon: "jobs" }, load: () => import("./sync.js") },
  { path: "/sync/new", title: "New sync", load: () => import("./sync/new.js") },
  { path: "/sync/:id", title: "Sync", load: () => import("./sync/run.js") },
  { path: "/projects", title: "Projects", nav: { icon: "projects" }, load: () => import("./projects.js") },
  { path: "/projects/:id", title: "Project", load: () => import("./project.js") },
  { path: "/transfer", title: "Export and import", nav: { icon: "transfer" }, load: () => import("./transfer.js") },
  { path: "/workspaces", title: "Workspaces", load: () => import("./workspaces.js") },
  { path: "/api", title: "API", load: () => import("./api-reference.js") },
  { path: "/status", title: "Status", nav: { icon: "status", apart: true, admin: true }, load: () => import("./status.js") },
  { path: "/settings", title: "Settings", nav: { icon: "settings", apart: true }, load: () => import("./settings.js") },
];
