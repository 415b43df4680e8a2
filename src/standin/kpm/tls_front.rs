//! TLS in front of the server: only who shows a certificate of the right authority gets through.
//!
//! It ends TLS itself and passes the bytes on to a plain port of this machine. The server could do that too, but its TLS
//! brings HTTP/2 along, which nothing here needs.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use rustls::{
    RootCertStore, ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::options::MutualTls;

/// Who has not shown a certificate by then is cut off.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// What takes connections on one side and passes them on to the other.
pub(super) struct TlsFront {
    acceptor: TlsAcceptor,
    listener: TcpListener,
    behind: SocketAddr,
    stop: CancellationToken,
}

impl TlsFront {
    /// A front on a listener, for the server behind it.
    pub(super) fn new(
        tls: &MutualTls,
        listener: std::net::TcpListener,
        behind: SocketAddr,
        stop: CancellationToken,
    ) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let acceptor = TlsAcceptor::from(Arc::new(config(tls)?));
        Ok(Self { acceptor, listener: TcpListener::from_std(listener)?, behind, stop })
    }

    /// Runs until it is told to stop.
    pub(super) async fn run(self) {
        loop {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => return,
                accepted = self.listener.accept() => accepted,
            };
            if let Ok((client, _)) = accepted {
                let (acceptor, behind) = (self.acceptor.clone(), self.behind);
                tokio::spawn(self.stop.clone().run_until_cancelled_owned(pass_on(acceptor, client, behind)));
            }
        }
    }
}

async fn pass_on(acceptor: TlsAcceptor, client: TcpStream, behind: SocketAddr) {
    let mut client = match tokio::time::timeout(HANDSHAKE_LIMIT, acceptor.accept(client)).await {
        Ok(Ok(client)) => client,
        Ok(Err(error)) => return tracing::debug!(%error, "a client was not let in"),
        Err(_) => return,
    };
    if let Ok(mut server) = TcpStream::connect(behind).await {
        // How a connection ends is seen at both of its ends.
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }
}

fn config(tls: &MutualTls) -> io::Result<ServerConfig> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut authorities = RootCertStore::empty();
    for authority in certificates(&tls.client_authorities, "of the client authorities")? {
        authorities.add(authority).map_err(io::Error::other)?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(authorities), Arc::clone(&provider))
        .build()
        .map_err(io::Error::other)?;
    let key = PrivateKeyDer::from_pem_slice(tls.key.as_bytes())
        .map_err(|error| io::Error::other(format!("the server's key is no private key in PEM: {error}")))?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_client_cert_verifier(verifier)
        .with_single_cert(certificates(&tls.certificate, "of the server")?, key)
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn certificates(pem: &str, whose: &str) -> io::Result<Vec<CertificateDer<'static>>> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let read = read.map_err(|error| io::Error::other(format!("the certificates {whose} are no PEM: {error}")))?;
    if read.is_empty() { Err(io::Error::other(format!("there are no certificates {whose}"))) } else { Ok(read) }
}
