//! A TCP proxy that makes trouble: it lets bytes pass, late or not at all, cuts connections, or lets a request be done and loses the
//! answer.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// What happens to bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// They pass.
    None,
    /// They pass, each piece that much later.
    Late(Duration),
    /// Connections end, and new ones end at once.
    Cut,
    /// Half-open: connections are accepted, and nothing comes back, nor does anything arrive.
    Silent,
    /// What is sent arrives, and the connection ends with the first byte of an answer.
    AnswersLost,
}

/// A proxy before one port of this machine.
pub struct Proxy {
    /// Where it listens.
    pub port: u16,
    trouble: watch::Sender<Trouble>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Proxy {
    /// Starts one before a port.
    pub async fn start(before: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (trouble, watched) = watch::channel(Trouble::None);
        let accepting = tokio::spawn(async move {
            loop {
                if let Ok((client, _)) = listener.accept().await {
                    tokio::spawn(pass(client, before, watched.clone()));
                }
            }
        });
        Self { port, trouble, accepting }
    }

    /// Changes what happens from now on, to connections that are there as well.
    pub fn make(&self, trouble: Trouble) {
        self.trouble.send_replace(trouble);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Carries one connection until either side ends it, or trouble does.
async fn pass(mut client: TcpStream, to: u16, mut trouble: watch::Receiver<Trouble>) {
    if *trouble.borrow() == Trouble::Cut {
        return;
    }
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", to)).await else { return };
    let (mut up, mut down) = (vec![0; 16 << 10], vec![0; 16 << 10]);
    loop {
        let now = *trouble.borrow_and_update();
        match now {
            Trouble::Cut => return,
            Trouble::Silent => {
                // Who was silent for a while does not come back: the bytes between are gone.
                while *trouble.borrow_and_update() == Trouble::Silent {
                    if trouble.changed().await.is_err() {
                        return;
                    }
                }
                return;
            }
            Trouble::None | Trouble::Late(_) | Trouble::AnswersLost => {}
        }
        let carried = tokio::select! {
            changed = trouble.changed() => changed.is_ok(),
            read = client.read(&mut up) => carry(read, &up, &mut server, now).await,
            read = server.read(&mut down) => {
                // The end of a connection is no answer.
                let answers = read.as_ref().is_ok_and(|count| *count > 0);
                !(now == Trouble::AnswersLost && answers) && carry(read, &down, &mut client, now).await
            }
        };
        if !carried {
            return;
        }
    }
}

async fn carry(read: std::io::Result<usize>, bytes: &[u8], to: &mut TcpStream, trouble: Trouble) -> bool {
    let Ok(count) = read else { return false };
    if let Trouble::Late(by) = trouble {
        tokio::time::sleep(by).await;
    }
    count > 0 && to.write_all(&bytes[..count]).await.is_ok()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    /// A server that answers each piece with itself, and a proxy before it.
    async fn echo() -> (Proxy, tokio::sync::mpsc::UnboundedReceiver<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (heard, hears) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let heard = heard.clone();
                tokio::spawn(async move {
                    let mut bytes = vec![0; 100];
                    while let Ok(count @ 1..) = client.read(&mut bytes).await {
                        heard.send(bytes[..count].to_vec()).unwrap();
                        client.write_all(&bytes[..count]).await.unwrap();
                    }
                });
            }
        });
        (Proxy::start(port).await, hears)
    }

    /// What comes back of a word; nothing where the connection ends or stays silent.
    async fn said(client: &mut TcpStream) -> Option<Vec<u8>> {
        client.write_all(b"word").await.ok()?;
        let mut bytes = vec![0; 100];
        let read = tokio::time::timeout(Duration::from_millis(300), client.read(&mut bytes)).await;
        let count = read.ok()?.ok()?;
        (count > 0).then(|| bytes[..count].to_vec())
    }

    #[tokio::test]
    async fn each_trouble_is_what_it_is_called() {
        let (proxy, mut heard) = echo().await;
        let connect = async || TcpStream::connect(("127.0.0.1", proxy.port)).await.unwrap();
        let mut client = connect().await;
        assert_eq!(said(&mut client).await.as_deref(), Some(&b"word"[..]));
        proxy.make(Trouble::Late(Duration::from_millis(50)));
        let started = Instant::now();
        assert!(said(&mut client).await.is_some() && started.elapsed() >= Duration::from_millis(100));
        proxy.make(Trouble::AnswersLost);
        while heard.try_recv().is_ok() {}
        assert_eq!(said(&mut client).await, None);
        assert_eq!(heard.recv().await.unwrap(), b"word", "the request was done");
        proxy.make(Trouble::Silent);
        assert_eq!(said(&mut connect().await).await, None);
        assert!(heard.try_recv().is_err(), "nothing arrives");
        proxy.make(Trouble::Cut);
        assert_eq!(said(&mut connect().await).await, None);
        proxy.make(Trouble::None);
        assert!(said(&mut connect().await).await.is_some());
    }
}
