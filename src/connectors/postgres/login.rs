//! Logging in: the stages `authenticate` and `open_database`, and what may be tried when a server
//! does not let a user in by the first way.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use secrecy::ExposeSecret;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::config::{SslMode, SslNegotiation};
use tokio_postgres::{Client, Config, Connection};

use super::config;
use super::error::{About, tls_inside};
use super::hello::{hello, too_old};
use super::product::is_too_old;
use super::route::Route;
use super::watch::{Method, Watch};
use super::wire::{AsItIs, Wire};
use crate::connectors::dial::Dialer;
use crate::connectors::{
    ConnectorError, ErrorKind, Host, ServerInfo, Stage, Target, Trace, limits,
};

/// A connection that is logged in.
pub struct Connected {
    pub client: Client,
    pub watch: Arc<Watch>,
    pub about: About,
    pub info: ServerInfo,
    /// Whether a transaction is open that lasts until another snapshot is begun.
    pub in_snapshot: AtomicBool,
    route: Route,
    login: Login,
    task: Task,
}

/// What a login needs beside the way to the server.
#[derive(Clone)]
struct Login {
    config: Config,
    /// Which of several servers will do.
    wanted: Option<String>,
}

/// The driver's end of the connection. Dropped, it has a moment for its goodbye and ends.
struct Task {
    running: JoinHandle<()>,
    _wanted: oneshot::Sender<Infallible>,
}

/// How long a polite goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);
/// How long to find out whether TLS would have helped.
const WOULD_TLS_HELP: Duration = Duration::from_secs(3);

/// Connects to one host of the target and logs in.
pub async fn log_in(
    dialer: &Dialer,
    target: &Target,
    host: &Host,
    trace: &Trace,
) -> Result<Connected, ConnectorError> {
    let route = Route::find(dialer, target, host, trace).await?;
    let login = Login::of(target);
    let error = match by(&route, &login, trace).await {
        Ok(connected) => return Ok(connected),
        Err(error) => error,
    };
    if route.tls_is_optional() && may_want_less(&error) {
        // `prefer`, as libpq does it: once more without TLS. Where that fails too, the first
        // failure says more.
        let note = match error.stage {
            Some(Stage::Tls) => "TLS was tried and failed",
            _ => "The server refuses this login over TLS",
        };
        let plainly = Trace::default();
        let mut connected = by(&route.plain(), &login, &plainly)
            .await
            .map_err(|_| error)?;
        trace.next_attempt();
        trace.adopt(&plainly);
        connected
            .info
            .notes
            .push(format!("{note}: nothing on this connection is encrypted."));
        return Ok(connected);
    }
    if route.is_plain_tcp() && may_want_tls(&error) {
        let asked = timeout(WOULD_TLS_HELP, is_let_in_by_tls(&route, target));
        if asked.await.unwrap_or(false) {
            return Err(tls_required(&error, &route.about));
        }
    }
    Err(error)
}

impl Connected {
    /// One more connection like this.
    pub async fn another(&self) -> Result<Self, ConnectorError> {
        by(&self.route, &self.login, &Trace::default()).await
    }

    /// Whether the session is in a snapshot that lasts until it begins another one.
    pub fn is_in_snapshot(&self) -> bool {
        self.in_snapshot.load(Ordering::Relaxed)
    }

    /// What is needed to stop a statement of this connection while it runs.
    pub fn route(&self) -> &Route {
        &self.route
    }

    /// Says goodbye.
    pub async fn close(self) {
        let Self { client, task, .. } = self;
        drop(client);
        let _ = timeout(GOODBYE, task.running).await;
    }
}

impl Login {
    fn of(target: &Target) -> Self {
        let settings = &target.settings;
        let mut config = nameless(target);
        config
            .application_name(config::application_name(settings))
            .channel_binding(config::channel_binding(settings));
        if let Some(password) = &target.credentials.password {
            config.password(password.expose_secret());
        }
        let wanted = config::target_session_attrs(settings).map(str::to_owned);
        Self { config, wanted }
    }
}

/// A login without any secret.
fn nameless(target: &Target) -> Config {
    let settings = &target.settings;
    let mut config = Config::new();
    config
        .user(settings.username.as_deref().unwrap_or_default())
        .dbname(settings.database.as_deref().unwrap_or_default())
        // The stream that the driver gets speaks TLS already, or never will.
        .ssl_mode(SslMode::Require)
        .ssl_negotiation(SslNegotiation::Direct);
    config
}

async fn by(route: &Route, login: &Login, trace: &Trace) -> Result<Connected, ConnectorError> {
    let opened = route.open(trace).await?;
    let watch = opened.watch;
    let about = About {
        secured: opened.tls.is_some(),
        ..route.about.clone()
    };
    let mut driver = pin!(login.config.connect_raw(opened.wire, AsItIs));
    // The driver has one future for both stages; the stream knows when the first is over.
    let authenticated = async {
        let done = tokio::select! {
            biased;
            done = &mut driver => done,
            () = watch.authenticated() => return Ok(None),
        };
        match done {
            Err(error) if !watch.is_authenticated() => {
                Err(explain(&error, route, &about, &watch).await)
            }
            done => Ok(Some(done)),
        }
    };
    let done = trace
        .run(Stage::Authenticate, limits::AUTHENTICATE, authenticated)
        .await?;
    let open = async {
        let done = if let Some(done) = done {
            done
        } else {
            tokio::select! {
                biased;
                done = &mut driver => done,
                version = watch.version() => {
                    blame_the_old(trace, &about, &version);
                    driver.await
                }
            }
        };
        let (client, connection) = match done {
            Ok(open) => open,
            Err(error) => return Err(explain(&error, route, &about, &watch).await),
        };
        let version = connection.parameter("server_version").unwrap_or_default();
        let version = version.to_owned();
        blame_the_old(trace, &about, &version);
        let task = spawned(connection);
        let wanted = login.wanted.as_deref();
        let hello = hello(&client, &about, &watch, &version, wanted).await?;
        Ok((client, task, hello))
    };
    let (client, task, hello) = trace
        .run(Stage::OpenDatabase, limits::OPEN_DATABASE, open)
        .await?;
    let bare = read_on_the_way(route, &watch, opened.tls.is_some());
    let info = ServerInfo {
        engine: super::DRIVER.name,
        product: hello.product.to_owned(),
        version: hello.version,
        tls: opened.tls,
        notes: hello.note.into_iter().chain(bare).collect(),
    };
    Ok(Connected {
        client,
        about: About {
            database: hello.database,
            ..about
        },
        watch,
        info,
        in_snapshot: AtomicBool::new(false),
        route: opened.route,
        login: login.clone(),
        task,
    })
}

/// A version is not refused before it is known whose it is: products that only speak the protocol
/// call themselves an old PostgreSQL.
fn blame_the_old(trace: &Trace, about: &About, version: &str) {
    if is_too_old(version) {
        trace.blame(too_old(about, version));
    }
}

fn spawned(connection: Connection<Wire, Wire>) -> Task {
    let (wanted, mut unwanted) = oneshot::channel();
    // Its failure reaches whoever waits for an answer.
    let running = tokio::spawn(async move {
        let mut connection = pin!(connection);
        tokio::select! {
            _ = &mut connection => {}
            _ = &mut unwanted => drop(timeout(GOODBYE, connection).await),
        }
    });
    Task {
        running,
        _wanted: wanted,
    }
}

async fn explain(
    error: &tokio_postgres::Error,
    route: &Route,
    about: &About,
    watch: &Watch,
) -> ConnectorError {
    if let (Some(tls), Some(cause)) = (route.tls(), tls_inside(error)) {
        return tls.refusal(cause);
    }
    match about.login(error, watch) {
        Some(error) => error,
        None => route.who_says(&watch.opening()).await,
    }
}

/// A refused handshake, or a rule of the server's (`hostnossl`) that admits no TLS.
fn may_want_less(error: &ConnectorError) -> bool {
    match error.stage {
        Some(Stage::Tls) => error.kind == ErrorKind::TlsFailed,
        Some(Stage::Authenticate) => error.server_code.as_deref() == Some("28000"),
        _ => false,
    }
}

/// Codes by which a server, or a service before it, refuses a login that lacks TLS.
fn may_want_tls(error: &ConnectorError) -> bool {
    error.stage == Some(Stage::Authenticate)
        && matches!(
            error.server_code.as_deref(),
            Some("28000" | "08P01" | "0A000")
        )
}

/// Whether a server that refused a login without TLS goes on with it over TLS. Nothing secret is
/// sent: as soon as the server asks for a password, the answer is known.
async fn is_let_in_by_tls(route: &Route, target: &Target) -> bool {
    let Some(route) = route.with_any_tls(target) else {
        return false;
    };
    let Ok(opened) = route.open(&Trace::default()).await else {
        return false;
    };
    let _ = nameless(target).connect_raw(opened.wire, AsItIs).await;
    opened.watch.is_authenticated() || opened.watch.method().is_some()
}

fn tls_required(refusal: &ConnectorError, about: &About) -> ConnectorError {
    let error = ConnectorError::new(
        ErrorKind::TlsRequired,
        format!(
            "{} lets the user '{}' in over TLS only.",
            about.place, about.username
        ),
        "Set options.tls to require, or better to verify-full.",
    );
    ConnectorError {
        server_code: refusal.server_code.clone(),
        server_message: refusal.server_message.clone(),
        ..error
    }
    .at(Stage::Authenticate)
}

/// Whether the password went over the network as it is.
fn read_on_the_way(route: &Route, watch: &Watch, secured: bool) -> Option<String> {
    let bare = watch.method() == Some(Method::Password) && !secured && route.is_tcp();
    bare.then(|| {
        "The server asked for the password in clear text and the connection has no TLS: it could \
         be read on the way."
            .to_owned()
    })
}
