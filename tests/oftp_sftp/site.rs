//! An OFTP host with its folders.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use rand::{RngCore, SeedableRng, rngs::StdRng};
use trackersync::{
    config::{partner::SshConfig, secret::Secret},
    sync::fault::{Fault, FaultKind},
    trackers::pfiff::folders::{Permissions, Places, SftpFolders, Timeouts},
};

use crate::openssh::{ClientKey, OpenSsh};

/// A name of a package's file.
pub const NAME: &str = "ENG26112010000000PAG001001";

/// A host, a key that is let in, and a file of known hosts that has its key.
pub struct Site {
    pub server: OpenSsh,
    pub key: ClientKey,
    pub known_hosts: PathBuf,
    pub timeouts: Timeouts,
}

impl Site {
    pub fn start() -> Self {
        Self::with_host_key("ed25519")
    }

    pub fn with_host_key(host_key: &str) -> Self {
        let server = OpenSsh::start(host_key);
        for folder in ["inbox", "outbox", "staging", "archive"] {
            fs::create_dir(server.path(folder)).unwrap();
        }
        let key = server.let_in("user_key", &["-t", "ed25519"], "");
        let known_hosts = server.known_hosts(&[server.port]);
        // The machine may be busy with other tests.
        let timeouts = Timeouts { connect: Duration::from_mins(1), request: Duration::from_mins(1) };
        Self { server, key, known_hosts, timeouts }
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.server.path(path)
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(path);
        fs::write(&path, content).unwrap();
        path
    }

    pub fn ssh(&self) -> SshConfig {
        SshConfig {
            host: "127.0.0.1".to_owned(),
            port: self.server.port,
            user: self.server.user.clone(),
            key: self.key.file.clone(),
            passphrase: None,
            known_hosts: Some(self.known_hosts.clone()),
        }
    }

    pub fn folders(&self) -> SftpFolders {
        self.folders_by(self.ssh(), Permissions::default())
    }

    pub fn folders_by(&self, ssh: SshConfig, permissions: Permissions) -> SftpFolders {
        let path = |name| self.path(name);
        let places = Places { inbox: path("inbox"), outbox: path("outbox"), staging: path("staging") };
        SftpFolders::new(ssh, &places, permissions, self.timeouts)
    }

    /// The folders, reached by way of another port.
    pub fn folders_at(&self, port: u16) -> SftpFolders {
        self.server.known_hosts(&[self.server.port, port]);
        self.folders_by(SshConfig { port, ..self.ssh() }, Permissions::default())
    }

    /// The folders, by another key.
    pub fn folders_with(&self, key: &Path, passphrase: Option<&str>) -> SftpFolders {
        let passphrase = passphrase.map(Secret::built_in);
        self.folders_by(SshConfig { key: key.to_owned(), passphrase, ..self.ssh() }, Permissions::default())
    }
}

/// The names in a folder.
pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// So many bytes that look like those of an archive.
pub fn bytes(count: usize, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; count];
    StdRng::seed_from_u64(seed).fill_bytes(&mut bytes);
    bytes
}

pub fn is_permanent(fault: &Fault) -> bool {
    fault.kind == FaultKind::Permanent
}
