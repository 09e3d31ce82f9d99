// Before anything is drawn, so that no page flashes in the other theme.
document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "system";
// So that a tab that is logged in waits for nothing of what it shows.
if (sessionStorage.getItem("token")) document.head.append(document.getElementById("inside").content);
