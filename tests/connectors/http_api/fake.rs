//! An API of a few lines: each request is answered by a function of the test.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use crate::support::fake;

/// A request as it arrived.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub method: String,
    /// Path and parameters.
    pub target: String,
    /// Headers, as `name: value` with names in small letters.
    pub headers: Vec<String>,
    pub body: String,
    /// How many requests there were before it.
    pub number: usize,
}

impl Asked {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The value of a parameter, as it is written.
    pub fn param(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: String,
    pub body: Vec<u8>,
}

/// A success with this body.
pub fn json(body: impl Into<Vec<u8>>) -> Reply {
    Reply {
        status: 200,
        headers: "Content-Type: application/json\r\n".to_owned(),
        body: body.into(),
    }
}

/// An answer without a body that matters.
pub fn status(status: u16, headers: &str) -> Reply {
    Reply {
        status,
        headers: headers.to_owned(),
        body: b"{}".to_vec(),
    }
}

/// An API that listens.
pub struct Api {
    pub port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Api {
    /// Starts one; it ends with the test's runtime.
    pub async fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (all, answer) = (Arc::clone(&asked), Arc::new(answer));
        let port = fake::server(move |stream, _| {
            let (all, answer) = (Arc::clone(&all), Arc::clone(&answer));
            async move {
                let mut stream = BufReader::new(stream);
                while let Some(mut request) = read(&mut stream).await {
                    {
                        let mut all = all.lock().unwrap();
                        request.number = all.len();
                        all.push(request.clone());
                    }
                    let Reply {
                        status,
                        headers,
                        body,
                    } = answer(&request);
                    let head = format!(
                        "HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\n\r\n",
                        body.len()
                    );
                    if stream.write_all(head.as_bytes()).await.is_err()
                        || stream.write_all(&body).await.is_err()
                    {
                        return;
                    }
                }
            }
        })
        .await;
        Self { port, asked }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// All requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The paths and parameters of all requests so far.
    pub fn targets(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.target).collect()
    }
}

async fn read(stream: &mut BufReader<tokio::net::TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let mut asked = Asked {
        method: words.next()?,
        target: words.next()?,
        ..Asked::default()
    };
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':')?;
        asked
            .headers
            .push(format!("{}: {}", name.to_lowercase(), value.trim()));
    }
    let length = asked
        .header("content-length")
        .and_then(|text| text.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    asked.body = String::from_utf8(body).ok()?;
    Some(asked)
}
