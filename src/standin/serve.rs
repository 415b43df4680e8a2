//! How stand-ins serve: on a socket that is bound, a thread for each, with limits that ordered delays do not run into.

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_web::{
    App, HttpServer,
    dev::{Server, ServerHandle},
    web::{self, ServiceConfig},
};

/// Servers that run. Dropping them stops them, without waiting for that.
pub(super) struct Servers(Vec<ServerHandle>);

impl Servers {
    /// Lets them run on this runtime.
    pub(super) fn start(servers: Vec<Server>) -> Self {
        let handles = servers.iter().map(Server::handle).collect();
        for server in servers {
            tokio::spawn(server);
        }
        Self(handles)
    }

    /// Stops them at once, and returns when their ports are free.
    pub(super) async fn stop(&self) {
        for server in &self.0 {
            server.stop(false).await;
        }
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        // The order to stop is given by the call itself; the future only waits for its execution.
        for server in &self.0 {
            drop(server.stop(false));
        }
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Servers")
    }
}

/// A server of something that its routes share as `Data<Arc<T>>`; it runs while its future is polled.
pub(super) fn server<T: Send + Sync + 'static>(
    listener: TcpListener,
    shared: &Arc<T>,
    routes: fn(&mut ServiceConfig),
) -> io::Result<Server> {
    let shared = web::Data::new(Arc::clone(shared));
    let server = HttpServer::new(move || App::new().app_data(shared.clone()).configure(routes))
        .workers(1)
        .disable_signals()
        // Large files and ordered delays must not run into a limit of the server's own.
        .client_request_timeout(Duration::from_mins(1))
        .shutdown_timeout(1)
        .listen(listener)?
        .run();
    Ok(server)
}

/// The address under which a client of this machine gets there.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() { SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port()) } else { address }
}
