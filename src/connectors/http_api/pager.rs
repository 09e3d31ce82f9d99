//! From page to page, to an end that is sure to come.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{HeaderMap, LINK};
use serde_json::Value;
use url::Url;

use super::client::{Ask, Client, Head};
use super::config::address;
use super::page::Page;
use super::settings::{By, Endpoint, Method, Pagination};
use crate::connectors::{ConnectorError, ErrorKind};

/// The most pages of one reading, where nobody says.
const PAGES: u64 = 10_000;
/// The size of a page that goes by offset, where nobody says.
const SIZE: u64 = 100;

/// A way through the pages of an endpoint.
pub struct Pager<'a> {
    endpoint: &'a Endpoint,
    /// The endpoint's own address, with the parameters that all of its pages share.
    url: Url,
    next: Option<Next>,
    pages: u64,
    hasher: RandomState,
    seen: HashSet<u64>,
}

/// What tells a page.
#[derive(Debug, Clone)]
enum Next {
    First,
    Number(u64),
    Offset(u64),
    Cursor(String),
    Address(Url),
}

impl<'a> Pager<'a> {
    /// Begins at the first page; `since` is added to the parameters, where the endpoint has one for it.
    pub fn new(
        endpoint: &'a Endpoint,
        base: &Url,
        since: Option<&str>,
    ) -> Result<Self, ConnectorError> {
        let mut url = address(base, endpoint).map_err(|_| {
            ConnectorError::new(
                ErrorKind::ProtocolMismatch,
                "The endpoint's path makes no URL.",
                "Write it as /orders.",
            )
        })?;
        if let (Some(name), Some(value)) = (&endpoint.cursor_param, since) {
            url.query_pairs_mut().append_pair(name, value);
        }
        let first = endpoint.pagination.as_ref().map(|pages| match pages.by {
            By::Page => Next::Number(pages.start.unwrap_or(1)),
            By::Offset => Next::Offset(pages.start.unwrap_or(0)),
            By::Cursor | By::Link => Next::First,
        });
        Ok(Self {
            endpoint,
            url,
            next: Some(first.unwrap_or(Next::First)),
            pages: 0,
            hasher: RandomState::new(),
            seen: HashSet::new(),
        })
    }

    /// The request for the next page.
    pub fn ask(&self) -> Option<Ask> {
        let next = self.next.as_ref()?;
        let mut url = match next {
            Next::Address(url) => url.clone(),
            _ => self.url.clone(),
        };
        let mut params: Vec<(&str, Value)> = Vec::new();
        if let Some(pages) = &self.endpoint.pagination {
            let named = |name: &'a Option<String>, usual: &'a str| name.as_deref().unwrap_or(usual);
            match next {
                Next::Number(number) => {
                    params.push((named(&pages.page_param, "page"), (*number).into()));
                }
                Next::Offset(offset) => {
                    params.push((named(&pages.offset_param, "offset"), (*offset).into()));
                    let size = pages.size.unwrap_or(SIZE);
                    params.push((named(&pages.limit_param, "limit"), size.into()));
                }
                Next::Cursor(cursor) => {
                    params.push((named(&pages.cursor_param, "cursor"), cursor.as_str().into()));
                }
                Next::First | Next::Address(_) => {}
            }
            if let (Some(name), Some(size)) = (&pages.size_param, pages.size)
                && !matches!(next, Next::Address(_))
            {
                params.push((name, size.into()));
            }
        }
        let body = (self.endpoint.method == Some(Method::Post)).then(|| {
            let mut body = self
                .endpoint
                .body
                .clone()
                .unwrap_or_else(|| Value::Object(serde_json::Map::default()));
            // An API that is asked by a body takes its pages there.
            if let Value::Object(fields) = &mut body {
                fields.extend(
                    params
                        .drain(..)
                        .map(|(name, value)| (name.to_owned(), value)),
                );
            }
            Bytes::from(body.to_string())
        });
        for (name, value) in &params {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            url.query_pairs_mut().append_pair(name, &text);
        }
        Some(Ask { url, body })
    }

    /// The next page; `None` behind the last.
    pub async fn next(
        &mut self,
        client: &mut Client,
        time: Option<Duration>,
    ) -> Result<Option<Page>, ConnectorError> {
        let Some(ask) = self.ask() else {
            return Ok(None);
        };
        let most = self
            .pagination()
            .and_then(|pages| pages.max_pages)
            .unwrap_or(PAGES);
        if self.pages == most {
            return Err(ConnectorError::new(
                ErrorKind::LimitExceeded,
                format!("The endpoint has more than {most} pages."),
                "Ask for larger pages, or set `pagination.max_pages` higher.",
            ));
        }
        match client.whole(&ask, time).await {
            Ok((url, headers, text)) => {
                let page = self.took(&url, &headers, text).await;
                page.map(Some).map_err(|error| client.scrub(error))
            }
            // As some APIs answer where a page is behind the last one.
            Err(error)
                if self.pages > 0
                    && matches!(self.next, Some(Next::Number(_)))
                    && error.server_code.as_deref() == Some("404") =>
            {
                self.next = None;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The first page, of whose answer the beginning was read already.
    pub async fn first(&mut self, client: &mut Client, head: Head) -> Result<Page, ConnectorError> {
        let (url, headers) = (head.url.clone(), head.headers.clone());
        let text = client.text(head).await?;
        let page = self.took(&url, &headers, text).await;
        page.map_err(|error| client.scrub(error))
    }

    fn pagination(&self) -> Option<&'a Pagination> {
        self.endpoint.pagination.as_ref()
    }

    async fn took(
        &mut self,
        from: &Url,
        headers: &HeaderMap,
        text: String,
    ) -> Result<Page, ConnectorError> {
        let next_path = self
            .pagination()
            .and_then(|pages| match (pages.by, &pages.cursor_path) {
                (By::Cursor, path) => {
                    Some(path.clone().unwrap_or_else(|| "next_cursor".to_owned()))
                }
                (By::Link, path) => path.clone(),
                _ => None,
            });
        let record_path = self.endpoint.record_path.clone();
        // A page may be large, and finding its records takes as long as reading it.
        let reading = move || Page::read(text, record_path.as_deref(), next_path.as_deref());
        let page = tokio::task::spawn_blocking(reading).await;
        let page = page.map_err(|_| super::error::lost(from.host_str().unwrap_or_default()))??;
        self.pages += 1;
        self.next = self.after(from, headers, &page)?;
        if self.next.is_some()
            && page.len() > 0
            && !self.seen.insert(self.hasher.hash_one(page.all()))
        {
            return Err(endless("answered the same page twice"));
        }
        Ok(page)
    }

    fn after(
        &mut self,
        from: &Url,
        headers: &HeaderMap,
        page: &Page,
    ) -> Result<Option<Next>, ConnectorError> {
        let Some(pages) = self.pagination() else {
            return Ok(None);
        };
        let count = u64::try_from(page.len()).unwrap_or(u64::MAX);
        let next = match (pages.by, self.next.take()) {
            // A short page may be one that the API made shorter: only an empty one is the end.
            (By::Page | By::Offset, _) if count == 0 => None,
            (_, Some(Next::Number(number))) => Some(Next::Number(number.saturating_add(1))),
            (_, Some(Next::Offset(offset))) => Some(Next::Offset(offset.saturating_add(count))),
            (By::Cursor, _) => page.next.clone().map(Next::Cursor),
            (By::Link, _) => {
                let link = match &pages.cursor_path {
                    Some(_) => page.next.clone(),
                    None => next_link(headers),
                };
                match link {
                    Some(link) => Some(Next::Address(linked(from, &link)?)),
                    None => None,
                }
            }
            (By::Page | By::Offset, _) => None,
        };
        let told = match &next {
            Some(Next::Cursor(cursor)) => Some(self.hasher.hash_one(("cursor", cursor))),
            Some(Next::Address(url)) => Some(self.hasher.hash_one(("address", url.as_str()))),
            _ => None,
        };
        if told.is_some_and(|told| !self.seen.insert(told)) {
            return Err(endless("gave the same cursor twice"));
        }
        Ok(next)
    }
}

fn endless(what: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::ProtocolMismatch,
        format!("The API {what}, so that its pages have no end."),
        "Check `pagination`: the API may not know its parameters.",
    )
}

/// The address of the next page. One at another host is asked without the login, as a redirect is.
fn linked(from: &Url, link: &str) -> Result<Url, ConnectorError> {
    let wrong = || {
        ConnectorError::new(
            ErrorKind::ProtocolMismatch,
            "The address of the API's next page is none of http or https.",
            "Check `pagination`.",
        )
    };
    let mut url = from.join(link).map_err(|_| wrong())?;
    url.set_fragment(None);
    let bare = url.username().is_empty() && url.password().is_none();
    // An API behind a proxy may not know that it is reached by TLS.
    if from.scheme() == "https"
        && url.scheme() == "http"
        && url.host_str() == from.host_str()
        && url.port().is_none()
    {
        let _ = url.set_scheme("https");
        let _ = url.set_port(from.port());
    }
    let as_safe = url.scheme() == "https" || (url.scheme() == "http" && from.scheme() == "http");
    if bare && as_safe {
        Ok(url)
    } else {
        Err(wrong())
    }
}

/// The target of `Link: <target>; rel="next"` (RFC 8288, §3).
fn next_link(headers: &HeaderMap) -> Option<String> {
    for header in headers.get_all(LINK) {
        let mut rest = header.to_str().ok()?;
        while let Some((_, behind)) = rest.split_once('<') {
            let (target, behind) = behind.split_once('>')?;
            let (parameters, after) = match behind.find(",<").or_else(|| behind.find(", <")) {
                Some(at) => behind.split_at(at),
                None => (behind, ""),
            };
            let is_next = parameters
                .split(';')
                .filter_map(|part| part.split_once('='))
                .any(|(name, value)| {
                    name.trim().eq_ignore_ascii_case("rel")
                        && value
                            .trim()
                            .trim_matches('"')
                            .split(' ')
                            .any(|rel| rel.eq_ignore_ascii_case("next"))
                });
            if is_next {
                return Some(target.trim().to_owned());
            }
            rest = after;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_among_links() {
        for (text, expected) in [
            (
                "</a?page=2>; rel=\"next\", </a?page=9>; rel=\"last\"",
                Some("/a?page=2"),
            ),
            (
                "</a,b>; rel=prev,</c>; title=x; REL=\"last next\"",
                Some("/c"),
            ),
            ("</a>; rel=\"prev\"", None),
            ("<broken", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(LINK, text.parse().unwrap());
            assert_eq!(next_link(&headers).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_next_page_is_never_asked_for_with_less_than_tls() {
        let from = Url::parse("https://api.example/v1/a?page=1").unwrap();
        for (link, expected) in [
            ("?page=2", Some("https://api.example/v1/a?page=2")),
            (
                "http://api.example/v1/a?page=2",
                Some("https://api.example/v1/a?page=2"),
            ),
            ("http://other.example/", None),
            ("https://u:p@api.example/", None),
            ("ftp://api.example/", None),
        ] {
            let found = linked(&from, link).ok();
            assert_eq!(found.as_ref().map(Url::as_str), expected, "{link}");
        }
    }
}
