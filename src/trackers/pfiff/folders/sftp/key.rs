//! The private key that proves who we are. No message tells anything of its content or of its passphrase.

use std::{fs::File, io::Read, os::unix::fs::MetadataExt, path::Path};

use russh::keys::{Error, PrivateKey, decode_secret_key, ssh_key};
use secrecy::{ExposeSecret, SecretString};

use crate::{config::secret::Secret, sync::fault::Fault};

/// The largest file that is read; keys have a few KiB.
const MOST_BYTES: u64 = 1 << 20;
/// How a key of OpenSSH begins.
const OPENSSH: &str = "-----BEGIN OPENSSH PRIVATE KEY-----";

/// Reads a key: a file of `OpenSSH`, PKCS#8 or PKCS#1.
///
/// # Errors
/// It cannot be read, is not ours alone, is none, or does not open by this passphrase.
pub(super) fn read(path: &Path, passphrase: Option<&Secret>) -> Result<PrivateKey, Fault> {
    let text = text(path)?;
    let pem = text.expose_secret();
    let is_locked = is_encrypted(pem);
    if is_locked == Some(true) && passphrase.is_none() {
        return Err(unusable(path, pem, &Error::KeyIsEncrypted, false));
    }
    // A passphrase that is not needed is no reason to fail.
    let passphrase = passphrase.filter(|_| is_locked != Some(false));
    decode_secret_key(pem, passphrase.map(Secret::expose)).map_err(|error| unusable(path, pem, &error, passphrase.is_some()))
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
        return Err(Fault::permanent(format!("{shown} has more than {MOST_BYTES} bytes, and no key has that")));
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

fn unusable(path: &Path, pem: &str, error: &Error, with_passphrase: bool) -> Fault {
    let shown = path.display();
    let is_openssh = pem.contains(OPENSSH);
    match error {
        Error::KeyIsEncrypted => Fault::permanent(format!("the key file {shown} is encrypted, and there is no passphrase"))
            .hint("give passphrase in [ssh]"),
        Error::SshKey(ssh_key::Error::Crypto) if with_passphrase => locked(path),
        // Its library takes no key of P-256 that has fewer than 32 bytes, which is one in 256.
        Error::SshKey(_) if is_openssh => {
            Fault::permanent(format!("the key file {shown} is one of OpenSSH that cannot be read here, or is damaged"))
                .hint(format!("write it in another form: ssh-keygen -p -m PKCS8 -f {shown}; or make one of Ed25519"))
        }
        _ if with_passphrase && !is_openssh => locked(path),
        _ => Fault::permanent(format!("{shown} is no private key of a known form"))
            .hint("make one: ssh-keygen -t ed25519; one of another program is converted by ssh-keygen -i"),
    }
}

fn locked(path: &Path) -> Fault {
    Fault::permanent(format!("the key file {} does not open by this passphrase", path.display()))
        .hint("look at passphrase in [ssh]; `ssh-keygen -y -f` with the file tries it")
}

#[cfg(test)]
mod tests {
    use std::{io::Write, os::unix::fs::PermissionsExt};

    use super::*;

    /// Made for this test: a key of P-256 whose number has 31 bytes.
    const SHORT: &str = "-----BEGIN OPENSSH PRIVATE KEY-----\n\
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS\n\
1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQTdTL7hNh47xJzPQmkaufvvNFohPCEM\n\
ab25GYBtijev1g3yWFzeSOXJPQFCl++FuGYWWv8Wcy46QbmAzwBNdYoAAAAAoMdNhPnHTY\n\
T5AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBN1MvuE2HjvEnM9C\n\
aRq5++80WiE8IQxpvbkZgG2KN6/WDfJYXN5I5ck9AUKX74W4ZhZa/xZzLjpBuYDPAE11ig\n\
AAAAAfTyeqKC94LtPjC1HOhyluFydJrZOeDv4KILpq1bs9SwAAAARub25lAQIDBAU=\n\
-----END OPENSSH PRIVATE KEY-----\n";
    /// The same key in the other form.
    const SHORT_AS_PKCS8: &str = "-----BEGIN PRIVATE KEY-----\n\
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAE8nqigveC7T4wtR\n\
zocpbhcnSa2Tng7+CiC6atW7PUuhRANCAATdTL7hNh47xJzPQmkaufvvNFohPCEM\n\
ab25GYBtijev1g3yWFzeSOXJPQFCl++FuGYWWv8Wcy46QbmAzwBNdYoA\n\
-----END PRIVATE KEY-----\n";

    fn read_text(text: &str) -> Result<PrivateKey, Fault> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        read(file.path(), None)
    }

    #[test]
    fn a_key_that_the_library_cannot_read_is_told_how_to_be_made_readable() {
        let fault = read_text(SHORT).expect_err("the library has learned it: take this away");
        assert!(fault.hint.as_ref().unwrap().contains("-m PKCS8"), "{fault}");
        assert!(read_text(SHORT_AS_PKCS8).unwrap().algorithm().is_ecdsa());
    }

    #[test]
    fn anything_else_is_no_key() {
        for text in ["", "I am no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            assert!(read_text(text).unwrap_err().message.contains("no private key"), "{text}");
        }
        let large = tempfile::NamedTempFile::new().unwrap();
        large.as_file().set_len(MOST_BYTES + 1).unwrap();
        assert!(read(large.path(), None).unwrap_err().message.contains("has more than"));
        large.as_file().set_permissions(std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(read(large.path(), None).unwrap_err().message.contains("open to others"));
    }
}
