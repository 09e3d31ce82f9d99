//! What the terminal shows at a start: a few calm lines.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::SocketAddr;

use secrecy::ExposeSecret;

use super::demo::Demo;
use crate::config::Settings;
use crate::services::setup::FirstStart;

/// Prints where to go and what to do there.
pub fn print(
    settings: &Settings,
    address: SocketAddr,
    first_start: &FirstStart,
    demo: Option<&Demo>,
) {
    let url = url(address);
    let mut lines = format!("Headwater {} listens on {url}\n", env!("CARGO_PKG_VERSION"));
    match first_start {
        FirstStart::NeedsSetup(link) => {
            let token = link.token.expose_secret();
            line(
                &mut lines,
                "set up",
                &format!("{url}/#setup={token}  (works once, for 30 minutes)"),
            );
        }
        FirstStart::AdminMade(user) => {
            line(
                &mut lines,
                "admin",
                &format!(
                    "{} of {}, made from the settings",
                    user.name, user.organization
                ),
            );
        }
        FirstStart::Ready => {}
    }
    if settings.demo && demo.is_none() {
        line(
            &mut lines,
            "demo",
            "not made: this data folder has users of its own",
        );
    }
    if let Some(demo) = demo {
        // A fragment stays in the browser: no log and no proxy sees the password.
        let link = format!("{url}/#/login?user={}", demo.user);
        match &demo.password {
            Some(password) => line(
                &mut lines,
                "demo",
                &format!("{link}&password={}", password.expose_secret()),
            ),
            None => line(
                &mut lines,
                "demo",
                &format!("{link}  (with the password of the first start)"),
            ),
        }
    }
    line(&mut lines, "data", &settings.data_dir.display().to_string());
    line(&mut lines, "API", &format!("{url}/api/v1/openapi.json"));
    line(
        &mut lines,
        "stop",
        "Ctrl-C; nothing is sent anywhere, there is no telemetry",
    );
    if let Some(demo) = demo {
        let token = demo.token.expose_secret();
        let _ = write!(
            lines,
            "\nTry it:\n\n  curl -H 'Authorization: Bearer {token}' \\\n    '{url}/api/v1/data/default/list?tables=true'\n"
        );
    }
    // Where nobody reads them the server serves all the same.
    let _ = writeln!(std::io::stdout(), "{lines}");
}

fn line(lines: &mut String, name: &str, text: &str) {
    let _ = writeln!(lines, "  {name:<7} {text}");
}

/// The address as a browser takes it: one that listens everywhere is reached here by loopback.
fn url(address: SocketAddr) -> String {
    let port = address.port();
    match address.ip() {
        ip if ip.is_unspecified() => format!("http://127.0.0.1:{port}"),
        ip if ip.is_ipv6() => format!("http://[{ip}]:{port}"),
        ip => format!("http://{ip}:{port}"),
    }
}
