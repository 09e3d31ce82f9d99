import { html, useState } from "../../html.js";
import { get, post } from "../../api.js";
import { me } from "../../session.js";
import { Badge, RelativeTime, Skeleton } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Field, Form, Select } from "../../ui/form.js";
import { Menu } from "../../ui/menu.js";
import { toast } from "../../ui/toast.js";
import { useAction, useLoad } from "../../ui/work.js";

const ROLES = [
  { value: "viewer", label: "Viewer", help: "Reads what is shared, and writes in workspaces of their own." },
  { value: "editor", label: "Editor", help: "Writes in shared workspaces too." },
  { value: "admin", label: "Admin", help: "Rules the users besides, and may take credentials along." },
];
const PASSWORD = "12 characters or more; a few words do well.";

/** The users of the organization, for its admins. */
export function Users() {
  const { data, error, reload } = useLoad((signal) => get("/users/list", undefined, { signal }), []);
  const [open, setOpen] = useState(null);
  const done = (words) => {
    setOpen(null);
    toast(words);
    reload();
  };
  const shared = { onDone: done, onClose: () => setOpen(null) };
  return html`<section class="section">
    <div class="section-head"><h2 class="grow">Users of ${me.value.organization}</h2><${Button} icon="add" onClick=${() => setOpen({ what: "add" })}>Add a user<//></div>
    ${error && html`<${ErrorBox} error=${error} retry=${reload} />`}
    ${!data && !error && html`<${Skeleton} />`}
    ${data && html`<div class="table-wrap" tabIndex="0" role="region" aria-label="Users"><table class="table">
      <thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col" class="wide-only">Last login</th><th scope="col" class="wide-only">Added</th><th scope="col"><span class="unseen">Actions</span></th></tr></thead>
      <tbody>${data.map((user) => html`<${Row} key=${user.id} user=${user} only=${isOnlyAdmin(data, user)} onOpen=${setOpen} onDone=${done} />`)}</tbody>
    </table></div>`}
    ${open?.what === "add" && html`<${Add} ...${shared} />`}
    ${open?.what === "role" && html`<${Role} user=${open.user} ...${shared} />`}
    ${open?.what === "password" && html`<${Password} user=${open.user} ...${shared} />`}
    ${open?.what === "disable" && html`<${Disable} user=${open.user} ...${shared} />`}
  </section>`;
}

const isOnlyAdmin = (all, user) => user.role === "admin" && !user.disabled && all.filter((one) => one.role === "admin" && !one.disabled).length === 1;

function Row({ user, only, onOpen, onDone }) {
  const self = user.id === me.value.id;
  const enabling = useAction(async () => {
    await post("/users/enable", { username: user.name });
    onDone(`${user.name} can log in again`);
  });
  const items = [
    { text: only ? "Change role (the only admin)" : "Change role", icon: "edit", disabled: only, onClick: () => onOpen({ what: "role", user }) },
    { text: "Set a new password", icon: "key", disabled: self, onClick: () => onOpen({ what: "password", user }) },
    user.disabled ? { text: "Enable", icon: "check", onClick: enabling.run }
      : { text: self ? "Disable (not yourself)" : only ? "Disable (the only admin)" : "Disable", icon: "stop", danger: !self && !only, disabled: self || only, onClick: () => onOpen({ what: "disable", user }) },
  ];
  return html`<tr>
    <th scope="row">${user.name} ${self && html`<${Badge} kind="info">You<//>`} ${user.disabled && html`<${Badge} kind="warn">Disabled<//>`}${enabling.error && html`<${ErrorBox} error=${enabling.error} />`}</th>
    <td class="fit">${ROLES.find((one) => one.value === user.role)?.label ?? user.role}</td>
    <td class="fit wide-only"><${RelativeTime} at=${user.last_login_at} /></td>
    <td class="fit wide-only"><${RelativeTime} at=${user.created_at} /></td>
    <td class="fit"><${Menu} kind="quiet" small icon="more" label=${`More of ${user.name}`} items=${items} /></td>
  </tr>`;
}

function RoleSelect({ value, onChange }) {
  return html`<${Select} label="Role" path="role" options=${ROLES} value=${value} help=${ROLES.find((one) => one.value === value).help} onChange=${(event) => onChange(event.target.value)} />`;
}

function Add({ onDone, onClose }) {
  const [role, setRole] = useState("viewer");
  const send = async ({ username, password }) => {
    await post("/users/save", { username, role, password });
    onDone(`${username} added`);
  };
  return html`<${Dialog} title="Add a user" onClose=${onClose}>
    <${Form} onSend=${send} submit="Add user" onCancel=${onClose} places=${{ weak_password: "password", conflict: "username" }}>
      <${Field} label="User name" name="username" autocomplete="off" spellcheck=${false} autocapitalize="none" autofocus />
      <${RoleSelect} value=${role} onChange=${setRole} />
      <${Field} label="First password" name="password" type="password" autocomplete="new-password" help=${`${PASSWORD} They can change it under Settings.`} />
    <//>
  <//>`;
}

function Role({ user, onDone, onClose }) {
  const [role, setRole] = useState(user.role);
  const send = async () => {
    await post("/users/save", { username: user.name, role });
    if (user.id === me.value.id) me.value = { ...me.value, role };
    onDone(`${user.name} is ${role} now`);
  };
  return html`<${Dialog} title=${`Role of ${user.name}`} onClose=${onClose}>
    <${Form} onSend=${send} submit="Change role" onCancel=${onClose}><${RoleSelect} value=${role} onChange=${setRole} /><//>
  <//>`;
}

function Password({ user, onDone, onClose }) {
  const send = async ({ password }) => {
    await post("/users/set-password", { username: user.name, password });
    onDone(`Password of ${user.name} set`);
  };
  return html`<${Dialog} title=${`New password of ${user.name}`} onClose=${onClose}>
    <${Form} onSend=${send} submit="Set password" onCancel=${onClose} places=${{ weak_password: "password" }}>
      <input type="hidden" autocomplete="username" value=${user.name} />
      <${Field} label="New password" name="password" type="password" autocomplete="new-password" help=${PASSWORD} autofocus />
      <p class="quiet">All tokens of ${user.name} end with it, those of programs too.</p>
    <//>
  <//>`;
}

function Disable({ user, onDone, onClose }) {
  const send = async () => {
    await post("/users/disable", { username: user.name });
    onDone(`${user.name} disabled`);
  };
  return html`<${Dialog} title=${`Disable ${user.name}?`} onClose=${onClose}>
    <${Form} onSend=${send} submit="Disable" danger onCancel=${onClose}>
      <p>All tokens of ${user.name} end at once, those of programs too. What they have made stays, and they can be enabled again.</p>
    <//>
  <//>`;
}
