// The screens. A new one is a file (or folder) beside this and a line here: its path (`:id` is a part that
// differs), its title, its place in the navigation where it has one, and how it is loaded. The module's default
// export is a component that gets `{params, query}`.

export const screens = [
  { path: "/", title: "Sources", load: () => import("./sources.js") },
  { path: "/sources", title: "Sources", nav: { icon: "sources" }, load: () => import("./sources.js") },
  { path: "/sources/add", title: "Add a source", load: () => import("./sources/add.js") },
  { path: "/sources/:id/edit", title: "Edit source", load: () => import("./sources/edit.js") },
  { path: "/projects", title: "Projects", nav: { icon: "projects" }, load: () => import("./projects.js") },
  { path: "/projects/:id", title: "Project", load: () => import("./project.js") },
  { path: "/sync", title: "Sync", nav: { icon: "jobs" }, load: () => import("./sync.js") },
  { path: "/sync/new", title: "New sync", load: () => import("./sync/new.js") },
  { path: "/sync/:id", title: "Sync", load: () => import("./sync/run.js") },
  { path: "/workspaces", title: "Workspaces", load: () => import("./workspaces.js") },
  { path: "/settings", title: "Settings", nav: { icon: "settings", apart: true }, load: () => import("./settings.js") },
];
