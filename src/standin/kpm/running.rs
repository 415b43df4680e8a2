//! Starting and stopping a stand-in.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
};

use actix_web::{dev::Server, web};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{
    super::serve::{self, Servers, reachable},
    contract::{Contract, WSDL},
    options::KpmOptions,
    server,
    service::Service,
    state::KpmState,
    tls_front::TlsFront,
};

/// A running stand-in KPM. Dropping it stops the server, without waiting for that.
#[derive(Debug)]
pub struct RunningKpm {
    control_url: String,
    state: KpmState,
    address: SocketAddr,
    url: String,
    servers: Servers,
    /// Stops the TLS front.
    _front: DropGuard,
}

impl RunningKpm {
    /// Where the service is to be had: `http://127.0.0.1:PORT/services`, with `https` under TLS.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where its WSDL is to be had.
    #[must_use]
    pub fn wsdl_url(&self) -> String {
        format!("{}?wsdl", self.url)
    }

    /// Where it takes orders: `http://127.0.0.1:PORT/standin`. Under TLS that is another port, and plain.
    #[must_use]
    pub fn control_url(&self) -> &str {
        &self.control_url
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Access from within this process.
    #[must_use]
    pub fn state(&self) -> &KpmState {
        &self.state
    }

    /// Stops the server at once, and returns when the port is free.
    pub async fn stop(self) {
        self.servers.stop().await;
    }
}

/// Starts a stand-in KPM. Must be called on a tokio runtime.
///
/// # Errors
/// If the address cannot be listened on, or a certificate or key cannot be used.
pub async fn start(options: KpmOptions) -> io::Result<RunningKpm> {
    let contract = Contract::read(options.wsdl.as_deref().unwrap_or(WSDL)).map_err(io::Error::other)?;
    let found = tokio::net::lookup_host(options.listen.clone()).await?;
    let listener = TcpListener::bind(found.collect::<Vec<_>>().as_slice())?;
    let address = listener.local_addr()?;
    let scheme = if options.tls.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{}{}", reachable(address), server::PATH);
    let tls = options.tls.clone();
    let service = Arc::new(Service::new(options, contract, url.clone()));
    let stop = CancellationToken::new();
    let Some(tls) = tls else {
        let server = serve::server(listener, &service, |config| {
            config.default_service(web::to(server::serve_with_control));
        })?;
        return Ok(running(service, address, url, address, vec![server], stop));
    };
    let (behind, orders) = (TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?);
    let (behind_address, control) = (behind.local_addr()?, orders.local_addr()?);
    let front = TlsFront::new(&tls, listener, behind_address, stop.clone())?;
    let answering = serve::server(behind, &service, |config| {
        config.default_service(web::to(server::serve));
    })?;
    let controlled = serve::server(orders, &service, |config| {
        config.default_service(web::to(server::serve_with_control));
    })?;
    tokio::spawn(front.run());
    Ok(running(service, address, url, control, vec![answering, controlled], stop))
}

fn running(
    service: Arc<Service>,
    address: SocketAddr,
    url: String,
    control: SocketAddr,
    servers: Vec<Server>,
    stop: CancellationToken,
) -> RunningKpm {
    RunningKpm {
        control_url: format!("http://{}/standin", reachable(control)),
        state: KpmState::new(service),
        address,
        url,
        servers: Servers::start(servers),
        _front: stop.drop_guard(),
    }
}
