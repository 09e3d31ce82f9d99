//! Servers of a few lines, for what no real one shows on demand.

use std::future::Future;

use tokio::net::{TcpListener, TcpStream};

/// Listens on a free port and gives each connection, with its number from 0, to `serve`. Answers
/// the port. Ends with the test's runtime.
pub async fn server<F, Fut>(serve: F) -> u16
where
    F: Fn(TcpStream, usize) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream, number));
        }
    });
    port
}
