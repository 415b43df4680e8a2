//! From nothing to a session: who the host is, who we are, and what it can do.

use std::{borrow::Cow, sync::Arc, time::Duration};

use russh::{
    ChannelMsg, Preferred,
    client::{self, AuthResult, Handle, Handler},
    keys::{HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate},
};
use russh_sftp::client::{Config as SftpConfig, RawSftpSession, rawsession::Limits};
use tokio::{net::TcpStream, time::timeout};

use super::{
    connection::Host,
    failure::Failure,
    key,
    known_hosts::KnownHost,
    session::{Extensions, Line, Session},
};
use crate::sync::fault::Fault;

/// How many questions whether it is still there a host may leave unanswered.
const UNANSWERED: usize = 2;

/// Looks at the key of the host.
pub(super) struct HostCheck {
    known: Arc<KnownHost>,
}

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum Broken {
    Host(Fault),
    Ssh(russh::Error),
}

impl From<russh::Error> for Broken {
    fn from(error: russh::Error) -> Self {
        Self::Ssh(error)
    }
}

impl Handler for HostCheck {
    type Error = Broken;

    async fn check_server_key(&mut self, offered: &PublicKeyOrCertificate) -> Result<bool, Broken> {
        self.known.check(&offered.public_key()).map(|_| true).map_err(Broken::Host)
    }
}

/// Makes a session.
///
/// # Errors
/// Permanent: a person has to look at the key of the host, or at our own. Credentials: our key is not accepted. Transient: all else.
pub(super) async fn connect(host: &Host) -> Result<Session, Fault> {
    let patience = host.timeouts.connect;
    let late = |_| {
        Err(Fault::transient(format!("{host}: no session of SFTP within {patience:?}"))
            .hint("look whether an SSH server answers there"))
    };
    timeout(patience, establish(host)).await.unwrap_or_else(late)
}

async fn establish(host: &Host) -> Result<Session, Fault> {
    let (known, key) = files(host).await?;
    let (socket, line) = dial(host).await?;
    let check = HostCheck { known: Arc::clone(&known) };
    let config = Arc::new(config(&known, host.timeouts.request));
    let mut ssh = client::connect_stream(config, socket, check).await.map_err(|broken| told(host, broken))?;
    authenticate(host, &mut ssh, &key).await?;
    let channel = subsystem(&ssh).await.map_err(|broken| told(host, broken))?;
    let sftp = RawSftpSession::new_with_config(channel.into_stream(), sftp_config(host.timeouts.request));
    let (sftp, extensions) =
        begin(sftp).await.map_err(|failure| failure.told(&format!("{host}: beginning the session of SFTP")))?;
    let fsync = if extensions.fsync { "with" } else { "without" };
    let description = format!("{host}, {fsync} fsync");
    Ok(Session::new(sftp, ssh, line, host.timeouts.request, extensions, description))
}

/// Opening a key with a passphrase is made to take long.
async fn files(host: &Host) -> Result<(Arc<KnownHost>, Arc<PrivateKey>), Fault> {
    let ssh = host.ssh.clone();
    let read = move || {
        let known = KnownHost::read(&ssh.host, ssh.port, ssh.known_hosts.as_deref())?;
        let key = key::read(&ssh.key, ssh.passphrase.as_ref())?;
        Ok((Arc::new(known), Arc::new(key)))
    };
    let read = tokio::task::spawn_blocking(read).await;
    read.unwrap_or_else(|_| Err(Fault::bug("reading the key ended early")))
}

async fn dial(host: &Host) -> Result<(TcpStream, Line), Fault> {
    let failed = |error: std::io::Error| Fault::transient(format!("{host}: {error}"));
    let socket = TcpStream::connect((host.ssh.host.as_str(), host.ssh.port)).await.map_err(failed)?;
    socket.set_nodelay(true).map_err(failed)?;
    let socket = socket.into_std().map_err(failed)?;
    let line = Line(socket.try_clone().map_err(failed)?);
    Ok((TcpStream::from_std(socket).map_err(failed)?, line))
}

fn config(known: &KnownHost, patience: Duration) -> client::Config {
    client::Config {
        preferred: Preferred { key: Cow::Owned(known.algorithms()), ..Preferred::default() },
        keepalive_interval: Some(patience),
        keepalive_max: UNANSWERED,
        ..client::Config::default()
    }
}

fn sftp_config(patience: Duration) -> SftpConfig {
    // How long an answer may take is measured from the one before, by us: many requests are under way at once.
    let ages = patience.as_secs().saturating_add(1).saturating_mul(100);
    SftpConfig { request_timeout_secs: ages, ..SftpConfig::default() }
}

async fn authenticate(host: &Host, ssh: &mut Handle<HostCheck>, key: &Arc<PrivateKey>) -> Result<(), Fault> {
    for hash in hashes(host, ssh, key).await? {
        let signing = PrivateKeyWithHashAlg::new(Arc::clone(key), hash);
        let answer = ssh.authenticate_publickey(host.ssh.user.as_str(), signing).await;
        match answer.map_err(|error| told(host, error.into()))? {
            AuthResult::Success => return Ok(()),
            AuthResult::Failure { partial_success: true, .. } => {
                return Err(Fault::credentials(format!("{host} accepts our key and wants more than that"))
                    .hint("let it ask that account for a key only"));
            }
            // This is what a connection that was lost looks like.
            AuthResult::Failure { remaining_methods, .. } if remaining_methods.is_empty() || ssh.is_closed() => {
                return Err(Fault::transient(format!("{host}: the connection was closed before we were accepted")));
            }
            AuthResult::Failure { .. } => {}
        }
    }
    let (algorithm, fingerprint) = (key.algorithm(), key.fingerprint(HashAlg::Sha256));
    let file = host.ssh.key.display();
    Err(Fault::credentials(format!("{host} does not accept our key {algorithm} {fingerprint}")).hint(format!(
        "append what `ssh-keygen -y -f {file}` prints to ~/.ssh/authorized_keys of that account; look whether it is locked"
    )))
}

/// How to sign, in the order of trial. RSA with SHA-1 is none of it.
async fn hashes(host: &Host, ssh: &Handle<HostCheck>, key: &PrivateKey) -> Result<Vec<Option<HashAlg>>, Fault> {
    if !key.algorithm().is_rsa() {
        return Ok(vec![None]);
    }
    match ssh.best_supported_rsa_hash().await.map_err(|error| told(host, error.into()))? {
        Some(Some(hash)) => Ok(vec![Some(hash)]),
        Some(None) => Err(Fault::permanent(format!("{host} takes keys of RSA with SHA-1 only, which is broken"))
            .hint("use a key of Ed25519 or ECDSA")),
        None => Ok(vec![Some(HashAlg::Sha512), Some(HashAlg::Sha256)]),
    }
}

async fn subsystem(ssh: &Handle<HostCheck>) -> Result<russh::Channel<client::Msg>, Broken> {
    let mut channel = ssh.channel_open_session().await?;
    channel.request_subsystem(true, "sftp").await?;
    loop {
        match channel.wait().await {
            Some(ChannelMsg::Success) => return Ok(channel),
            Some(ChannelMsg::Failure) => {
                return Err(Broken::Host(
                    Fault::permanent("the host lets us in, and has no SFTP for us")
                        .hint("let it: Subsystem sftp internal-sftp"),
                ));
            }
            None | Some(ChannelMsg::Close | ChannelMsg::Eof) => return Err(russh::Error::HUP.into()),
            Some(_) => {}
        }
    }
}

async fn begin(mut sftp: RawSftpSession) -> Result<(RawSftpSession, Extensions), Failure> {
    let version = sftp.init().await?;
    let has_limits = version.extensions.contains_key("limits@openssh.com");
    let limits = if has_limits { Limits::from(sftp.limits().await?) } else { Limits::default() };
    sftp.set_limits(limits);
    let most_bytes = limits.read_len.into_iter().chain(limits.write_len).min();
    Ok((sftp, Extensions::of(&version, most_bytes)))
}

fn told(host: &Host, broken: Broken) -> Fault {
    match broken {
        Broken::Host(fault) => fault.while_doing(host),
        Broken::Ssh(russh::Error::NoCommonAlgo { kind, ours, theirs }) => {
            let (ours, theirs) = (ours.join(" "), theirs.join(" "));
            Fault::permanent(format!("{host}: no common algorithm ({kind:?}): it knows {theirs}"))
                .hint(format!("let it offer one of {ours}"))
        }
        Broken::Ssh(error) => Fault::transient(format!("{host}: {error}")),
    }
}
