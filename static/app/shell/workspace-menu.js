import { html } from "../html.js";
import { href, route } from "../router.js";
import { scope, workspace, workspaceId, workspaces } from "../workspace.js";
import { me } from "../session.js";
import { Icon } from "../ui/icon.js";
import { Menu } from "../ui/menu.js";

/** Which workspace is open, and the way to the others: one's own and the organization's told apart. */
export function WorkspaceMenu() {
  const all = workspaces.value ?? [];
  const name = workspace.value?.name ?? workspaceId.value;
  const shared = scope.value === "organization";
  const items = [
    { heading: "Yours" },
    ...all.filter((one) => one.scope === "user").map(item),
    { heading: `Shared in ${me.value.organization}` },
    ...all.filter((one) => one.scope === "organization").map(item),
    !all.some((one) => one.scope === "organization") && { text: "The organization's default", href: link({ scope: "organization" }) },
    { heading: "" },
    { text: "Manage workspaces", icon: "settings", href: href("/workspaces") },
  ];
  return html`<${Menu} class="workspace-menu" items=${items}>
    <span class="truncate">${name}</span><span class="badge">${shared ? "Shared" : "Yours"}</span><${Icon} name="chevron" />
  <//>`;
}

// The screen stays where it has a meaning in another workspace: a single source has none there.
function link({ id, scope: of }) {
  const first = `/${route.value.path.split("/")[1] || "sources"}`;
  return href(first, { workspace: id ?? "", scope: of === "organization" ? of : "" });
}

function item(one) {
  return {
    text: one.name,
    note: one.source_count ? String(one.source_count) : "",
    current: one.id === workspace.value?.id && one.scope === scope.value,
    href: link(one),
  };
}
