//! A wire to a server that is cut after so many bytes of the server.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

/// What becomes of the wire when its bytes have passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// All connections are closed.
    Close,
    /// The same without a farewell, as by a firewall that forgot them.
    Reset,
    /// The same, and who comes then is hung up on.
    Down,
    /// Nothing passes any more.
    Stall,
    /// Nothing: it is only told.
    Tell,
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    /// Bytes of the server that have passed.
    passed: u64,
    /// At how many of them what happens.
    armed: Option<(u64, Fault)>,
    /// How often something happened.
    strikes: u64,
    /// Connections of before the last cut are closed.
    cuts: u64,
    /// Whether they are closed without a farewell.
    resets: bool,
    stalled: bool,
    down: bool,
}

/// A wire to a server, for many connections.
pub struct Cutter {
    pub port: u16,
    state: watch::Sender<State>,
    /// Strikes that were told.
    told: Arc<Mutex<u64>>,
    task: AbortHandle,
}

impl Cutter {
    pub async fn to(port: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let local = listener.local_addr().unwrap().port();
        let server = SocketAddr::from(([127, 0, 0, 1], u16::try_from(port).unwrap()));
        let (state, _) = watch::channel(State {
            passed: 0,
            armed: None,
            strikes: 0,
            cuts: 0,
            resets: false,
            stalled: false,
            down: false,
        });
        let all = state.clone();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                if !all.borrow().down {
                    connections.spawn(carry(near, server, all.clone()));
                }
            }
        });
        Self {
            port: local,
            state,
            told: Arc::default(),
            task: task.abort_handle(),
        }
    }

    /// How many bytes of the server have passed.
    pub fn passed(&self) -> u64 {
        self.state.borrow().passed
    }

    /// What happens once so many more bytes of the server have passed.
    pub fn arm(&self, bytes: u64, fault: Fault) {
        self.state
            .send_modify(|state| state.armed = Some((state.passed + bytes, fault)));
    }

    /// Waits until it happens; once for each.
    pub async fn struck(&self) {
        let told = *self.told.lock().unwrap();
        let mut state = self.state.subscribe();
        let strikes = state.wait_for(|state| state.strikes > told).await;
        let strikes = strikes.unwrap().strikes;
        *self.told.lock().unwrap() = strikes;
    }

    /// What was held back goes on.
    pub fn go_on(&self) {
        self.state.send_modify(|state| state.stalled = false);
    }

    /// Closes what was held back, and is a plain wire from then on. Answers whether something had
    /// happened since it was armed.
    pub fn heal(&self) -> bool {
        let mut struck = false;
        self.state.send_modify(|state| {
            struck = state.armed.take().is_none();
            state.cuts += u64::from(state.stalled);
            state.stalled = false;
            state.down = false;
        });
        *self.told.lock().unwrap() = self.state.borrow().strikes;
        struck
    }
}

impl Drop for Cutter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl State {
    /// How many of so many bytes may pass.
    fn take(&mut self, count: usize) -> usize {
        let Some((at, fault)) = self.armed else {
            self.passed += count as u64;
            return count;
        };
        let left = usize::try_from(at - self.passed).unwrap_or(usize::MAX);
        let count = count.min(left);
        self.passed += count as u64;
        if self.passed == at {
            self.armed = None;
            self.strikes += 1;
            match fault {
                Fault::Tell => {}
                Fault::Stall => self.stalled = true,
                Fault::Close | Fault::Reset | Fault::Down => {
                    self.cuts += 1;
                    self.resets = fault == Fault::Reset;
                    self.down = fault == Fault::Down;
                }
            }
        }
        count
    }
}

/// Carries the bytes of one connection, until it is cut.
async fn carry(near: TcpStream, server: SocketAddr, state: watch::Sender<State>) {
    let mut seen = state.subscribe();
    let cuts = seen.borrow().cuts;
    let Ok(far) = TcpStream::connect(server).await else {
        return;
    };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let (mut near, mut far) = (near, far);
    {
        let (mut near_reads, mut near_writes) = near.split();
        let (mut far_reads, mut far_writes) = far.split();
        let mut watching = state.subscribe();
        let up = async {
            tokio::io::copy(&mut near_reads, &mut far_writes)
                .await
                .map(drop)
        };
        let down = async {
            let mut bytes = vec![0; 16 << 10];
            loop {
                let read = far_reads.read(&mut bytes).await?;
                let mut rest = &bytes[..read];
                if rest.is_empty() {
                    return std::io::Result::Ok(());
                }
                while !rest.is_empty() {
                    let _ = watching.wait_for(|state| !state.stalled).await;
                    if watching.borrow().cuts != cuts {
                        return Ok(());
                    }
                    let mut count = 0;
                    state.send_modify(|state| count = state.take(rest.len()));
                    near_writes.write_all(&rest[..count]).await?;
                    rest = &rest[count..];
                }
            }
        };
        let cut = async { seen.wait_for(|state| state.cuts != cuts).await.map(drop) };
        // The bytes before a cut arrive before it.
        tokio::select! {
            biased;
            _ = down => {}
            _ = up => {}
            _ = cut => {}
        }
    }
    if state.borrow().resets {
        let _ = (near.set_zero_linger(), far.set_zero_linger());
    }
}
