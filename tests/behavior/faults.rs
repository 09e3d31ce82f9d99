//! Servers that misbehave, and a wire that can be cut.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};

/// A port of this machine at which nothing listens.
pub fn dead_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// A wire to a server that can be cut.
pub struct Wire {
    pub port: u16,
    task: AbortHandle,
}

impl Wire {
    pub async fn to(port: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let local = listener.local_addr().unwrap().port();
        let server = SocketAddr::from(([127, 0, 0, 1], u16::try_from(port).unwrap()));
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                connections.spawn(async move {
                    if let Ok(mut far) = TcpStream::connect(server).await {
                        let _ = copy_bidirectional(&mut near, &mut far).await;
                    }
                });
            }
        });
        Self {
            port: local,
            task: task.abort_handle(),
        }
    }

    /// Nothing listens any more.
    pub fn cut(self) {
        self.task.abort();
    }
}

/// A way to a server that can be shut: who comes then waits before it.
pub struct Gate {
    pub port: u16,
    open: watch::Sender<bool>,
    /// Gets a message for each who waits.
    waiting: mpsc::UnboundedReceiver<()>,
    task: AbortHandle,
}

impl Gate {
    pub async fn to(port: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let local = listener.local_addr().unwrap().port();
        let server = SocketAddr::from(([127, 0, 0, 1], u16::try_from(port).unwrap()));
        let (open, _) = watch::channel(true);
        let (sender, waiting) = mpsc::unbounded_channel();
        let opened = open.clone();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let (mut opened, sender) = (opened.subscribe(), sender.clone());
                connections.spawn(async move {
                    if !*opened.borrow() {
                        let _ = sender.send(());
                    }
                    if opened.wait_for(|open| *open).await.is_ok()
                        && let Ok(mut far) = TcpStream::connect(server).await
                    {
                        let _ = copy_bidirectional(&mut near, &mut far).await;
                    }
                });
            }
        });
        Self {
            port: local,
            open,
            waiting,
            task: task.abort_handle(),
        }
    }

    pub fn shut(&self) {
        self.open.send_replace(false);
    }

    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// Waits until somebody waits before it.
    pub async fn somebody_waits(&mut self) {
        self.waiting.recv().await.unwrap();
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A server that accepts and never says a word; it tells when a caller has gone.
pub struct Silent {
    pub port: u16,
    /// Gets a message when a connection was made, and another when its caller closed it.
    pub events: mpsc::UnboundedReceiver<&'static str>,
    task: AbortHandle,
}

impl Silent {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, events) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let sender = sender.clone();
                connections.spawn(async move {
                    let _ = sender.send("opened");
                    let mut bytes = [0; 1024];
                    while stream.read(&mut bytes).await.is_ok_and(|read| read > 0) {}
                    let _ = sender.send("closed");
                });
            }
        });
        Self {
            port,
            events,
            task: task.abort_handle(),
        }
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        self.task.abort();
    }
}
