//! From a target to a connection that is logged in, stage by stage, over one connection: the
//! greeting tells whether TLS is offered, so the server sees neither a probe nor a broken handshake,
//! which it would count against this machine (`max_connect_errors`).

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::client::Client;
use super::error::{self, About};
use super::server::Server;
use super::wire::{
    Account, Failure, First, Greeting, LoginOutcome, Meeting, Stream, read_greeting,
};
use crate::connectors::config::{Host, Target};
use crate::connectors::detect::{self, Answer};
use crate::connectors::dial::Dialer;
use crate::connectors::error::{ConnectorError, ErrorKind, Stage};
use crate::connectors::tls::{Tls, TlsInfo};
use crate::connectors::{Context, Trace, limits};

/// How long a server may be silent before it is asked whether it is another engine's. A server that
/// looks up the client's name first can take longer, so it is not taken for an answer.
const SILENCE: Duration = Duration::from_millis(1500);

/// All that it takes to open one more connection to the same server.
pub struct Plan {
    dialer: Dialer,
    target: Target,
    host: Host,
    route: Route,
    tls: Option<Tls>,
}

enum Route {
    Tcp(Vec<SocketAddr>),
    Socket(String),
}

/// A connection that is logged in.
pub struct Opened {
    pub client: Client,
    pub tls: Option<TlsInfo>,
    /// What a person should know of it.
    pub notes: Vec<String>,
    /// What is said of later failures.
    pub about: About,
}

impl Plan {
    /// Resolves a host, and prepares TLS before anything is dialled.
    pub async fn make(
        context: &Context,
        target: &Target,
        host: &Host,
        trace: &Trace,
    ) -> Result<Self, ConnectorError> {
        let dialer = context.dialer.clone();
        let (route, tls) = if host.is_socket() {
            // What passes a socket stays within the machine: servers offer no TLS there.
            (Route::Socket(host.name.clone()), None)
        } else {
            let tls = Tls::prepare(&target.settings.tls, &target.credentials, &host.name)?;
            let port = target.driver.default_port.unwrap_or(3306);
            (Route::Tcp(dialer.resolve(host, port, trace).await?), tls)
        };
        Ok(Self {
            dialer,
            target: target.clone(),
            host: host.clone(),
            route,
            tls,
        })
    }

    /// Connects and logs in.
    pub async fn open(&self, trace: &Trace) -> Result<Opened, ConnectorError> {
        let mut about = self.about();
        let (mut stream, local): (Box<dyn Stream>, _) = match &self.route {
            Route::Socket(path) => (
                Box::new(self.dialer.connect_socket(path, trace).await?),
                true,
            ),
            Route::Tcp(addresses) => {
                let stream = self.dialer.connect(addresses, trace).await?;
                let local = stream.peer_addr().is_ok_and(|a| is_local(a.ip()));
                (Box::new(stream), local)
            }
        };
        let greeting = self.greeting(&mut stream, &about, trace).await?;
        // Not refused for it yet: a proxy may greet in the words of an older server than its own.
        if let Err(too_old) = Server::read(&greeting.version, "").check() {
            trace.blame(too_old);
        }
        if let Some(tls) = self.tls_to_use(&greeting, trace).await? {
            let ask = async {
                let mut driver = self.meet(&greeting, true).await?;
                driver.request_tls(&mut stream).await?;
                Ok(driver)
            };
            let ask = async { ask.await.map_err(|failure| self.explain(failure, &about)) };
            let driver = trace.run(Stage::Tls, limits::TLS, ask).await?;
            let (stream, info) = tls.handshake(stream, trace).await?;
            let login = Client::login(Box::new(stream), 2, driver, &greeting.method);
            let (client, _) = self.log_in(login, &about, trace).await?;
            return Ok(Opened {
                client,
                tls: Some(info),
                notes: Vec::new(),
                about,
            });
        }
        let socket = matches!(self.route, Route::Socket(_));
        about.tls_declined = !socket && greeting.offers_tls();
        let login = async {
            let driver = self.meet(&greeting, socket).await?;
            Client::login(stream, 1, driver, &greeting.method).await
        };
        let (client, outcome) = self.log_in(login, &about, trace).await?;
        let mut notes = Vec::new();
        if !local {
            notes.push(
                "The connection is not encrypted: all that is read can be seen on its way."
                    .to_owned(),
            );
        }
        if !local && outcome.trusted_key {
            notes.push(
                "The password was sealed with a key that the server handed over unproven: whoever \
                 stands in between could have read it. Use TLS with verify-full."
                    .to_owned(),
            );
        }
        Ok(Opened {
            client,
            tls: None,
            notes,
            about,
        })
    }

    /// A failure in words, without the login's secrets.
    pub fn explain(&self, failure: Failure, about: &About) -> ConnectorError {
        // With TLS 1.3 a server refuses the client's certificate only after the handshake.
        if let (Failure::Io(io), Some(tls)) = (&failure, &self.tls)
            && io
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<rustls::Error>())
                .is_some()
        {
            return tls.refusal(io);
        }
        error::explain(failure, about).scrubbed(self.target.credentials.password())
    }

    /// As [`Plan::explain`], of a statement of the caller's own.
    pub fn explain_query(&self, failure: Failure, about: &About) -> ConnectorError {
        error::explain_query(failure, about).scrubbed(self.target.credentials.password())
    }

    /// The database that was asked for, by either of its names.
    pub fn database(&self) -> Option<&str> {
        let settings = &self.target.settings;
        let database = settings.database.as_deref();
        database.or(settings.selection.schema.as_deref())
    }

    fn about(&self) -> About {
        let port = self.host.port.or(self.target.driver.default_port);
        let name = self.host.name.clone();
        About {
            place: Host { name, port }.to_string(),
            user: self.target.settings.username.clone().unwrap_or_default(),
            database: self.database().map(str::to_owned),
            passwordless: self.target.credentials.password().is_empty(),
            tls_declined: false,
        }
    }

    /// Reads the greeting. Whoever stays silent meanwhile is asked, on connections of its own,
    /// whether it is a server that waits for its client.
    async fn greeting(
        &self,
        stream: &mut impl Stream,
        about: &About,
        trace: &Trace,
    ) -> Result<Greeting, ConnectorError> {
        let work = async {
            let mut reading = std::pin::pin!(read_greeting(stream));
            let early = tokio::select! {
                first = &mut reading => Some(first),
                answer = self.another_engine() => match answer {
                    Some(who) => return Err(self.mismatch(Some(who))),
                    None => None,
                },
            };
            let first = match early {
                Some(first) => first,
                None => reading.await,
            };
            match first {
                Ok(First::Greeting(greeting)) => Ok(greeting),
                Ok(First::Foreign(bytes)) if bytes.is_empty() => Err(self.hung_up()),
                Ok(First::Foreign(bytes)) => {
                    Err(self.mismatch(detect::recognise(&bytes).described()))
                }
                Err(failure) => Err(self.explain(failure, about)),
            }
        };
        trace
            .begin(Stage::Authenticate, limits::AUTHENTICATE, work)
            .await
    }

    async fn another_engine(&self) -> Option<String> {
        tokio::time::sleep(SILENCE).await;
        let Route::Tcp(_) = self.route else {
            return None;
        };
        let port = self.target.driver.default_port.unwrap_or(3306);
        let asked = detect::identify(&self.dialer, &self.host, port, &Trace::default()).await;
        match asked.ok()? {
            Answer::Engine(driver) if is_ours(driver.name) => None,
            answer => answer.described(),
        }
    }

    fn hung_up(&self) -> ConnectorError {
        ConnectorError::new(
            ErrorKind::ConnectionLost,
            format!(
                "{} took the connection and closed it without a word.",
                self.about().place
            ),
            "A proxy or a container's published port without a server behind it does so, and what \
             refuses this machine's address. A server that has no connection to spare would say \
             so. Check the port and the server's log.",
        )
    }

    fn mismatch(&self, who: Option<String>) -> ConnectorError {
        let place = self.about().place;
        let message = match who {
            Some(who) => format!("{who} answers at {place}, not MySQL or MariaDB."),
            None => {
                format!("What answers at {place} speaks neither MySQL's nor MariaDB's protocol.")
            }
        };
        let mut chars = message.chars();
        let first = chars.next().map(|c| c.to_ascii_uppercase());
        ConnectorError::new(
            ErrorKind::ProtocolMismatch,
            first.into_iter().chain(chars).collect::<String>(),
            "Check the port: MySQL and MariaDB listen on 3306 (33060 is MySQL's X protocol, \
             which is another one), or choose the engine that answers.",
        )
    }

    /// TLS, where it is wanted and offered.
    async fn tls_to_use(
        &self,
        greeting: &Greeting,
        trace: &Trace,
    ) -> Result<Option<&Tls>, ConnectorError> {
        match &self.tls {
            Some(tls) if greeting.offers_tls() => Ok(Some(tls)),
            Some(tls) if !tls.is_optional() => {
                let refused = async {
                    Err(ConnectorError::new(
                        ErrorKind::TlsNotOffered,
                        format!("The server at {} offers no TLS.", self.about().place),
                        "Give the server a certificate (ssl_cert, ssl_key); or, on a network that \
                         is trusted, use options.tls = prefer or disable.",
                    ))
                };
                trace.run(Stage::Tls, limits::TLS, refused).await
            }
            _ => Ok(None),
        }
    }

    /// Starts the driver and greets it.
    async fn meet(&self, greeting: &Greeting, closed: bool) -> Result<Meeting, Failure> {
        let account = Account {
            user: self.target.settings.username.as_deref().unwrap_or_default(),
            password: self.target.credentials.password(),
        };
        Meeting::arrange(account, greeting, closed).await
    }

    async fn log_in(
        &self,
        login: impl Future<Output = Result<(Client, LoginOutcome), Failure>>,
        about: &About,
        trace: &Trace,
    ) -> Result<(Client, LoginOutcome), ConnectorError> {
        let work = async { login.await.map_err(|failure| self.explain(failure, about)) };
        let logged_in = trace
            .run(Stage::Authenticate, limits::AUTHENTICATE, work)
            .await?;
        trace.acquit();
        Ok(logged_in)
    }
}

fn is_local(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

fn is_ours(engine: &str) -> bool {
    matches!(engine, "mysql" | "mariadb")
}
