//! The private key that proves who we are. No message tells anything of its content or of its passphrase.

use std::{fs::File, io::Read, os::unix::fs::MetadataExt, path::Path};

use russh::keys::{Error, PrivateKey, decode_secret_key};
use secrecy::{ExposeSecret, SecretString};

use crate::{config::secret::Secret, sync::fault::Fault};

/// The largest file that is read; keys have a few KiB.
const MOST_BYTES: u64 = 1 << 20;

/// Reads a key: a file of `OpenSSH`, PKCS#8 or PKCS#1.
///
/// # Errors
/// It cannot be read, is not ours alone, is none, or does not open by this passphrase.
pub(super) fn read(path: &Path, passphrase: Option<&Secret>) -> Result<PrivateKey, Fault> {
    let text = text(path)?;
    let pem = text.expose_secret();
    let is_locked = is_encrypted(pem);
    if is_locked == Some(true) && passphrase.is_none() {
        return Err(unusable(path, &Error::KeyIsEncrypted, false));
    }
    // A passphrase that is not needed is no reason to fail.
    let passphrase = passphrase.filter(|_| is_locked != Some(false));
    decode_secret_key(pem, passphrase.map(Secret::expose)).map_err(|error| unusable(path, &error, passphrase.is_some()))
}

fn text(path: &Path) -> Result<SecretString, Fault> {
    let shown = path.display();
    let failed = |error: std::io::Error| {
        Fault::permanent(format!("the key file {shown} cannot be read: {error}")).hint("look at key in [ssh]")
    };
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    // One that is not ours is lent to us by a group, as containers do.
    let ourselves = std::fs::metadata("/proc/self").ok();
    let is_ours = ourselves.is_none_or(|ourselves| ourselves.uid() == metadata.uid());
    let others = if is_ours { 0o077 } else { 0o007 };
    if metadata.mode() & others != 0 {
        let mode = metadata.mode() & 0o7777;
        return Err(Fault::permanent(format!("the key file {shown} is open to others (mode {mode:04o})"))
            .hint(format!("chmod 600 {shown}; if others could read it, make a new key")));
    }
    if metadata.len() > MOST_BYTES {
        return Err(none(path));
    }
    let mut text = String::new();
    file.take(MOST_BYTES).read_to_string(&mut text).map_err(failed)?;
    Ok(text.into())
}

/// Whether the key wants a passphrase, where its first lines tell.
fn is_encrypted(pem: &str) -> Option<bool> {
    if pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || pem.contains("Proc-Type: 4,ENCRYPTED") {
        return Some(true);
    }
    ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"]
        .iter()
        .any(|label| pem.contains(&format!("-----BEGIN {label}-----")))
        .then_some(false)
}

fn unusable(path: &Path, error: &Error, with_passphrase: bool) -> Fault {
    let shown = path.display();
    match error {
        Error::KeyIsEncrypted => Fault::permanent(format!("the key file {shown} is encrypted, and there is no passphrase"))
            .hint("give passphrase in [ssh]"),
        _ if with_passphrase => Fault::permanent(format!("the key file {shown} does not open by this passphrase"))
            .hint("look at passphrase in [ssh]; `ssh-keygen -y -f` with the file tries it"),
        _ => none(path),
    }
}

fn none(path: &Path) -> Fault {
    Fault::permanent(format!("{} is no private key of a known form", path.display()))
        .hint("make one: ssh-keygen -t ed25519; one of another program is converted by ssh-keygen -p -f")
}
