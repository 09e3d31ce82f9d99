//! JSON over HTTP(S): an API whose records become tables.

mod answer;
mod auth;
mod client;
mod columns;
mod config;
mod error;
mod filter;
mod identity;
mod introspect;
mod json;
mod moment;
mod number;
mod page;
mod pager;
mod read;
mod retry;
mod settings;
mod value;

use std::time::{Duration, Instant};

use async_trait::async_trait;
use hyper::header::{HeaderMap, SERVER};
use url::Url;

use super::error::Stage;
use super::read::{UnderWay, not_offered};
use super::{
    Capability, Connector, ConnectorError, Context, Driver, ErrorKind, Outlet, Parts, QueryRead,
    Selection, ServerInfo, Session, Snapshot, TableEntry, TableRead, Target, Trace, limits,
};
use crate::schema::Schema;
use client::Client;
use pager::Pager;

pub use auth::{AuthInput, AuthKind, KeyPlace};
pub use config::{ApiInput, take};
pub use settings::{ApiSettings, By, Endpoint, Login, Method, Names, Pagination};

/// The engine.
pub static DRIVER: Driver = Driver {
    name: "api",
    title: "HTTP API",
    aliases: &["http", "https", "rest"],
    url_schemes: &["https", "http"],
    default_port: None,
    options: &[],
    capability: Capability {
        network: true,
        tls: true,
        schemas: false,
        query: false,
        sampled: true,
        strict_types: false,
        seeks: false,
    },
    identify: None,
    parameter: config::parameter,
    complete: config::complete,
    connector: &Api,
};

/// The longest that the first request is tried again; whoever connects waits for it.
const FIRST_REQUEST: Duration = Duration::from_secs(3);

struct Api;

#[async_trait]
impl Connector for Api {
    async fn connect(
        &self,
        context: &Context,
        target: &Target,
        trace: &Trace,
    ) -> Result<Box<dyn Session>, ConnectorError> {
        let api = target.settings.api.clone().ok_or_else(no_address)?;
        let base = Url::parse(&api.base_url).map_err(|_| no_address())?;
        let mut client = Client::new(&context.dialer, target, &base);
        let wanted = introspect::selected(&api.endpoints, &target.settings.selection);
        let in_order = |endpoint: &&Endpoint| wanted.iter().any(|wanted| wanted == endpoint);
        let first = api
            .endpoints
            .iter()
            .find(in_order)
            .or(api.endpoints.first());
        let mut pager = Pager::new(first.ok_or_else(no_address)?, &base, None)?;
        let ask = pager.ask().ok_or_else(no_address)?;
        client.connect(&ask.url, trace).await?;
        let tls = client.tls();
        let asking = async {
            match client.head(&ask, Some(FIRST_REQUEST)).await {
                // Who asks was no matter: the answer itself is none.
                Err(error) if error.server_code.is_some() && !is_of_login(&error) => Ok(Err(error)),
                head => head.map(Ok),
            }
        };
        let answered = trace.run(Stage::Authenticate, limits::TEST, asking).await?;
        let mut product = None;
        let reading = async {
            let head = answered?;
            product = server(&head.headers);
            pager.first(&mut client, head).await
        };
        trace
            .run(Stage::OpenDatabase, limits::TEST, reading)
            .await?;
        let server = ServerInfo {
            engine: DRIVER.name,
            product: product.unwrap_or_else(|| DRIVER.title.to_owned()),
            version: "HTTP/1.1".to_owned(),
            tls,
            notes: Vec::new(),
        };
        Ok(Box::new(OpenApi {
            client,
            base,
            endpoints: api.endpoints,
            server,
        }))
    }
}

fn is_of_login(error: &ConnectorError) -> bool {
    matches!(
        error.kind,
        ErrorKind::AuthenticationFailed | ErrorKind::PermissionDenied
    )
}

fn no_address() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::ServerError,
        "The source says of no API where it is.",
        "Connect it again with `base_url`.",
    )
}

/// What the server calls itself: its own words, and so bounded.
fn server(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(SERVER)?.to_str().ok()?;
    let text = &text[..text.floor_char_boundary(100)];
    (!text.is_empty()).then(|| text.to_owned())
}

struct OpenApi {
    client: Client,
    base: Url,
    endpoints: Vec<Endpoint>,
    server: ServerInfo,
}

impl OpenApi {
    /// How many records an endpoint has: all of them have to be read for it.
    async fn count(&mut self, table: &str) -> Result<u64, ConnectorError> {
        let endpoint = endpoint(&self.endpoints, table)?;
        let mut pager = Pager::new(endpoint, &self.base, None)?;
        let mut count = 0;
        while let Some(page) = pager.next(&mut self.client, None).await? {
            count += u64::try_from(page.len()).unwrap_or(0);
        }
        Ok(count)
    }
}

fn endpoint<'a>(endpoints: &'a [Endpoint], name: &str) -> Result<&'a Endpoint, ConnectorError> {
    let found = endpoints.iter().find(|endpoint| endpoint.table() == name);
    found.ok_or_else(|| {
        ConnectorError::new(
            ErrorKind::InvalidQuery,
            format!("The API has no endpoint '{name}'."),
            "Read its schema again; the source may have been connected with others since.",
        )
    })
}

#[async_trait]
impl Session for OpenApi {
    fn server(&self) -> &ServerInfo {
        &self.server
    }

    async fn list_tables(
        &mut self,
        selection: &Selection,
    ) -> Result<Vec<TableEntry>, ConnectorError> {
        let selected = introspect::selected(&self.endpoints, selection);
        Ok(selected.into_iter().map(introspect::entry).collect())
    }

    async fn read_schema(
        &mut self,
        selection: &Selection,
        parts: &Parts,
    ) -> Result<Schema, ConnectorError> {
        let endpoints = introspect::selected(&self.endpoints, selection);
        introspect::schema(&mut self.client, &self.base, &endpoints, selection, parts).await
    }

    /// One after the other: an API that counts its callers would count these too.
    async fn count_rows(&mut self, tables: &[TableEntry], deadline: Instant) -> Vec<Option<u64>> {
        let mut counts = Vec::with_capacity(tables.len());
        for table in tables {
            let counting = self.count(&table.name);
            let counted = tokio::time::timeout_at(deadline.into(), counting).await;
            counts.push(counted.ok().and_then(Result::ok));
        }
        counts
    }

    async fn begin_snapshot(&mut self, _: Option<&str>) -> Result<Snapshot, ConnectorError> {
        Ok(Snapshot {
            shared: None,
            under_way: UnderWay::Unknown,
        })
    }

    async fn largest(&mut self, _: &TableRead, _: &str) -> Result<Option<String>, ConnectorError> {
        Err(not_offered())
    }

    async fn read_table(
        &mut self,
        read: &TableRead,
        out: &mut Outlet,
    ) -> Result<(), ConnectorError> {
        let endpoint = endpoint(&self.endpoints, &read.table.name)?;
        read::table(&mut self.client, &self.base, endpoint, read, out).await
    }

    async fn query(&mut self, _: &QueryRead, _: &mut Outlet) -> Result<(), ConnectorError> {
        Err(ConnectorError::new(
            ErrorKind::InvalidQuery,
            "An API takes no statements.",
            "Copy it by a sync and ask the copies with \"source_id\": \"local\", or preview its tables.",
        ))
    }

    async fn close(self: Box<Self>) {}
}
