//! A load balancer, as one stands before several intakes: each connection goes to one that says it is ready.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A load balancer; ended when dropped.
pub struct Balancer(JoinHandle<()>);

impl Balancer {
    /// Listens on a port, for processes that listen on other ones.
    pub async fn start(port: u16, processes: [u16; 2]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        Self(tokio::spawn(async move {
            loop {
                let Ok((connection, _)) = listener.accept().await else { return };
                tokio::spawn(pass_on(connection, processes));
            }
        }))
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// With no process ready the connection is closed, which its sender notices.
async fn pass_on(mut connection: TcpStream, processes: [u16; 2]) {
    static TURN: AtomicUsize = AtomicUsize::new(0);
    let first = TURN.fetch_add(1, Ordering::Relaxed);
    for process in [processes[first % 2], processes[(first + 1) % 2]] {
        let address = SocketAddr::from(([127, 0, 0, 1], process));
        if is_ready(address).await
            && let Ok(mut there) = TcpStream::connect(address).await
        {
            // Either end may hang up; the other one is then told.
            let _ = copy_bidirectional(&mut connection, &mut there).await;
            return;
        }
    }
}

async fn is_ready(address: SocketAddr) -> bool {
    let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    http.get(format!("http://{address}/readyz")).send().await.is_ok_and(|answer| answer.status().is_success())
}
