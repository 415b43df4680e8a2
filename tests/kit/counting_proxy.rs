//! A TCP proxy that counts bytes, and after so many of them cuts a connection, or falls silent.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
};

/// What happens after so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The connection ends on both sides; those that come later pass.
    Cut,
    /// Nothing passes any more, and the connection stays.
    Silence,
    /// What is sent passes, and the connection ends with the first byte of an answer; those that come later pass.
    LoseAnswer,
}

/// A proxy before one port of this machine.
pub struct CountingProxy {
    /// Where it listens.
    pub port: u16,
    count: Arc<Mutex<Count>>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct Count {
    passed: u64,
    planned: Option<(u64, Then)>,
}

impl Count {
    /// How many of these bytes pass, and what happens then.
    fn pass(&mut self, bytes: u64, is_answer: bool) -> (u64, Option<Then>) {
        if !is_answer && self.planned.is_some_and(|(_, then)| then == Then::LoseAnswer) {
            self.passed += bytes;
            return (bytes, None);
        }
        let passing = self.planned.map_or(bytes, |(at, _)| bytes.min(at.saturating_sub(self.passed)));
        self.passed += passing;
        match self.planned {
            Some((at, then)) if self.passed >= at => {
                // Silence is for good.
                self.planned = self.planned.filter(|_| then == Then::Silence);
                (passing, Some(then))
            }
            _ => (passing, None),
        }
    }
}

impl CountingProxy {
    /// Starts one before a port.
    pub async fn start(before: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let count: Arc<Mutex<Count>> = Arc::default();
        let accepting = tokio::spawn({
            let count = Arc::clone(&count);
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    if let Ok(server) = TcpStream::connect(("127.0.0.1", before)).await {
                        connect(client, server, &count);
                    }
                }
            }
        });
        Self { port, count, accepting }
    }

    /// Begins to count anew; nothing happens.
    pub fn count(&self) {
        *self.count.lock().unwrap() = Count::default();
    }

    /// The bytes that passed, both ways, since then.
    pub fn passed(&self) -> u64 {
        self.count.lock().unwrap().passed
    }

    /// Begins to count anew; after so many bytes something happens.
    pub fn after(&self, bytes: u64, then: Then) {
        *self.count.lock().unwrap() = Count { passed: 0, planned: Some((bytes, then)) };
    }
}

impl Drop for CountingProxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn connect(client: TcpStream, server: TcpStream, count: &Arc<Mutex<Count>>) {
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let (cut, is_cut) = watch::channel(false);
    let cut = Arc::new(cut);
    tokio::spawn(pass(from_client, to_server, false, Arc::clone(count), Arc::clone(&cut), is_cut.clone()));
    tokio::spawn(pass(from_server, to_client, true, Arc::clone(count), cut, is_cut));
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    is_answer: bool,
    count: Arc<Mutex<Count>>,
    cut: Arc<watch::Sender<bool>>,
    mut is_cut: watch::Receiver<bool>,
) {
    let mut bytes = vec![0; 16 << 10];
    loop {
        let read = tokio::select! {
            read = from.read(&mut bytes) => read.unwrap_or(0),
            _ = is_cut.wait_for(|is_cut| *is_cut) => 0,
        };
        if read == 0 {
            break;
        }
        let (passing, then) = count.lock().unwrap().pass(read as u64, is_answer);
        let written = to.write_all(&bytes[..usize::try_from(passing).unwrap()]).await;
        match then {
            None if written.is_ok() => {}
            Some(Then::Silence) => std::future::pending().await,
            _ => break,
        }
    }
    cut.send_replace(true);
}
