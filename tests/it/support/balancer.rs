//! A load balancer, as one stands before several intakes: it asks now and then which are ready, and gives each connection to one
//! that was when it last asked.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

const ASKS_EVERY: Duration = Duration::from_millis(200);

/// A load balancer; ended when dropped.
pub struct Balancer {
    _tasks: JoinSet<()>,
}

struct Process {
    address: SocketAddr,
    ready: AtomicBool,
}

impl Balancer {
    /// Listens on a port, for processes that listen on other ones.
    pub async fn start(port: u16, processes: [u16; 2]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let processes = processes.map(|port| Process { address: ([127, 0, 0, 1], port).into(), ready: AtomicBool::new(true) });
        let processes = Arc::new(processes);
        let mut tasks = JoinSet::new();
        for number in 0..processes.len() {
            tasks.spawn(watch(Arc::clone(&processes), number));
        }
        tasks.spawn(async move {
            for turn in 0.. {
                let Ok((connection, _)) = listener.accept().await else { return };
                tokio::spawn(pass_on(connection, Arc::clone(&processes), turn));
            }
        });
        Self { _tasks: tasks }
    }
}

async fn watch(processes: Arc<[Process; 2]>, number: usize) {
    let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    let process = &processes[number];
    loop {
        let answer = http.get(format!("http://{}/readyz", process.address)).send().await;
        process.ready.store(answer.is_ok_and(|answer| answer.status().is_success()), Ordering::SeqCst);
        tokio::time::sleep(ASKS_EVERY).await;
    }
}

/// Where no process takes it, the connection is closed, which its sender notices: nothing is tried again here.
async fn pass_on(mut connection: TcpStream, processes: Arc<[Process; 2]>, turn: usize) {
    let in_turn = [&processes[turn % 2], &processes[(turn + 1) % 2]];
    let Some(process) = in_turn.into_iter().find(|process| process.ready.load(Ordering::SeqCst)) else { return };
    if let Ok(mut there) = TcpStream::connect(process.address).await {
        // Either end may hang up; the other one is then told.
        let _ = copy_bidirectional(&mut connection, &mut there).await;
    }
}
