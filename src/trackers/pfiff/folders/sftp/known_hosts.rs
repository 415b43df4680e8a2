//! The keys of hosts that are trusted: those in a file of the form that `OpenSSH` knows, and no others.
//!
//! Read are plain names, `[host]:port` and hashed names, and `@revoked`. Names with wildcards and `@cert-authority` are not: such a host
//! is unknown.

use std::path::{Path, PathBuf};

use russh::keys::{Algorithm, EcdsaCurve, HashAlg, PublicKey, known_hosts::known_host_keys_path, parse_public_key_base64};

use crate::sync::fault::Fault;

/// What a file knows of one host.
pub(super) struct KnownHost {
    file: PathBuf,
    host: String,
    port: u16,
    keys: Vec<PublicKey>,
    revoked: Vec<PublicKey>,
    unreadable: Option<String>,
}

/// The key algorithms that we take, in the order of preference; none signs with SHA-1.
const ALGORITHMS: [Algorithm; 6] = [
    Algorithm::Ed25519,
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 },
    Algorithm::Rsa { hash: Some(HashAlg::Sha512) },
    Algorithm::Rsa { hash: Some(HashAlg::Sha256) },
];

/// The file that is read if the configuration names none.
fn usual_file() -> Option<PathBuf> {
    std::env::home_dir().map(|home| home.join(".ssh").join("known_hosts"))
}

impl KnownHost {
    /// Reads what is known of a host. A file that cannot be read knows nothing, which is told when its answer matters.
    ///
    /// # Errors
    /// There is no file to look into, or the key in a line of this host is none.
    pub(super) fn read(host: &str, port: u16, file: Option<&Path>) -> Result<Self, Fault> {
        let file = file.map(Path::to_owned).or_else(usual_file).ok_or_else(|| {
            Fault::permanent("there is no home directory, and so no file of known hosts").hint("name one: known_hosts in [ssh]")
        })?;
        let mut known = Self { host: host.to_owned(), port, keys: Vec::new(), revoked: Vec::new(), unreadable: None, file };
        match std::fs::read_to_string(&known.file) {
            Ok(text) => {
                known.revoked = revoked(&text);
                known.keys = known.keys_of(host)?;
                // Names of hosts know no case, and the file has them as somebody wrote them.
                let lower = host.to_lowercase();
                if lower != host {
                    known.keys.extend(known.keys_of(&lower)?);
                }
            }
            Err(error) => known.unreadable = Some(error.to_string()),
        }
        Ok(known)
    }

    fn keys_of(&self, host: &str) -> Result<Vec<PublicKey>, Fault> {
        let keys = known_host_keys_path(host, self.port, &self.file).map_err(|error| {
            Fault::permanent(format!("{}: a line of {} has no key: {error}", self.file.display(), self.name()))
                .hint(format!("remove it: {}", self.removal()))
        })?;
        Ok(keys.into_iter().map(|(_, key)| key).collect())
    }

    /// The algorithms to ask for: those of which we have a key first, since the host shows one key only.
    pub(super) fn algorithms(&self) -> Vec<Algorithm> {
        let is_known = |algorithm: &Algorithm| self.keys.iter().any(|key| is_of(key, algorithm));
        let (mut wanted, others): (Vec<_>, Vec<_>) = ALGORITHMS.into_iter().partition(is_known);
        wanted.extend(others);
        wanted
    }

    /// Whether a key is that of the host; its fingerprint.
    ///
    /// # Errors
    /// It is not, or nothing is known: what was offered, where it was looked for, and what to do.
    pub(super) fn check(&self, offered: &PublicKey) -> Result<String, Fault> {
        let fingerprint = offered.fingerprint(HashAlg::Sha256).to_string();
        let shown = format!("{} offers the host key {} {fingerprint}", self.name(), offered.algorithm());
        let file = self.file.display();
        let is_among = |keys: &[PublicKey]| keys.iter().any(|key| key.key_data() == offered.key_data());
        if is_among(&self.revoked) {
            return Err(Fault::permanent(format!("{shown}, which {file} says is revoked"))
                .hint("somebody else may have that key: ask the administrator of the host"));
        }
        if is_among(&self.keys) {
            return Ok(fingerprint);
        }
        if self.keys.is_empty() {
            let why = self
                .unreadable
                .as_ref()
                .map_or_else(|| "which has no key of this host".to_owned(), |error| format!("which cannot be read: {error}"));
            return Err(Fault::permanent(format!("{shown}, and it is not known: looked into {file}, {why}")).hint(format!(
                "{}, then: {}",
                COMPARE,
                self.addition()
            )));
        }
        let known: Vec<String> =
            self.keys.iter().map(|key| format!("{} {}", key.algorithm(), key.fingerprint(HashAlg::Sha256))).collect();
        Err(Fault::permanent(format!("{shown}, and {file} has another: {}", known.join(", "))).hint(format!(
            "either the host got a new key or somebody else answers in its place: {COMPARE}; only if it is right: {} and {}",
            self.removal(),
            self.addition()
        )))
    }

    /// The host as the file names it.
    fn name(&self) -> String {
        if self.port == 22 { self.host.clone() } else { format!("[{}]:{}", self.host, self.port) }
    }

    fn addition(&self) -> String {
        format!("ssh-keyscan -p {} {} >> {}", self.port, self.host, self.file.display())
    }

    fn removal(&self) -> String {
        format!("ssh-keygen -R '{}' -f {}", self.name(), self.file.display())
    }
}

/// What a person has to do first.
const COMPARE: &str =
    "compare this fingerprint with what the administrator of the host reads there (ssh-keygen -lf) and tells by another way";

fn is_of(key: &PublicKey, algorithm: &Algorithm) -> bool {
    match algorithm {
        Algorithm::Rsa { .. } => key.algorithm().is_rsa(),
        other => key.algorithm() == *other,
    }
}

/// Keys that are never trusted, whatever else the file says.
fn revoked(text: &str) -> Vec<PublicKey> {
    let key = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        (words.next()? == "@revoked").then(|| words.nth(2).and_then(|key| parse_public_key_base64(key).ok()))?
    };
    text.lines().filter_map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
    const OTHER: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIA6rWI3G1sz07DnfFlrouTcysQlj2P+jpNSOEWD9OJ3X";

    const ECDSA: &str = "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBFVXVzXuqDNWGvPitx+EPoCnNLSS2MwTH3vAqUVywVMG0ONOBG3DvJB5S7uqopZGnxB95qpnEz5bSIsS2sGECVo=";

    struct Asked(tempfile::NamedTempFile);

    impl Asked {
        fn of(text: &str) -> Self {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), text).unwrap();
            Self(file)
        }

        fn about(&self, host: &str, port: u16) -> Result<String, Fault> {
            KnownHost::read(host, port, Some(self.0.path()))?.check(&parse_public_key_base64(ONE).unwrap())
        }
    }

    #[test]
    fn a_key_is_known_under_the_very_name_and_port() {
        let file = Asked::of(&format!("# people\noftp.example,10.0.0.1 ssh-ed25519 {ONE} remark\n"));
        assert!(file.about("oftp.example", 22).unwrap().starts_with("SHA256:"));
        assert!(file.about("OFTP.example", 22).is_ok());
        assert!(file.about("10.0.0.1", 22).is_ok());
        let fault = file.about("oftp.example", 2222).unwrap_err();
        assert!(fault.message.contains("[oftp.example]:2222 offers the host key ssh-ed25519 SHA256:"), "{fault}");
        assert!(fault.message.contains(file.0.path().to_str().unwrap()), "{fault}");
        assert!(fault.hint.unwrap().contains("ssh-keyscan -p 2222 oftp.example"));
        assert!(Asked::of(&format!("[oftp.example]:2222 ssh-ed25519 {ONE}\n")).about("oftp.example", 2222).is_ok());
        assert!(Asked::of(&format!("[oftp.example]:2222 ssh-ed25519 {ONE}\n")).about("oftp.example", 22).is_err());
    }

    #[test]
    fn one_of_several_keys_is_enough_and_a_revoked_one_is_never() {
        let file = Asked::of(&format!("h ssh-ed25519 {OTHER}\nh ssh-ed25519 {ONE}\n"));
        assert!(file.about("h", 22).is_ok());
        let file = Asked::of(&format!("h ssh-ed25519 {ONE}\n@revoked * ssh-ed25519 {ONE}\n"));
        assert!(file.about("h", 22).unwrap_err().message.contains("revoked"));
    }

    #[test]
    fn another_key_is_told_with_both_fingerprints() {
        let fault = Asked::of(&format!("h ssh-ed25519 {OTHER}\n")).about("h", 22).unwrap_err();
        assert_eq!(fault.message.matches("SHA256:").count(), 2, "{fault}");
        assert!(fault.hint.unwrap().contains("ssh-keygen -R 'h'"));
        let fault = Asked::of("h ssh-ed25519 AAAA\n").about("h", 22).unwrap_err();
        assert!(fault.message.contains("has no key"), "{fault}");
    }

    #[test]
    fn a_file_that_is_not_there_is_told() {
        let none = Path::new("/nowhere/known_hosts");
        let known = KnownHost::read("h", 22, Some(none)).unwrap();
        let fault = known.check(&parse_public_key_base64(ONE).unwrap()).unwrap_err();
        assert!(fault.message.contains("/nowhere/known_hosts, which cannot be read"), "{fault}");
        assert_eq!(known.algorithms(), ALGORITHMS);
    }

    #[test]
    fn a_host_is_asked_for_the_key_that_is_known_and_never_for_sha_1() {
        let file = Asked::of(&format!("h ecdsa-sha2-nistp256 {ECDSA}\n"));
        let wanted = KnownHost::read("h", 22, Some(file.0.path())).unwrap().algorithms();
        assert_eq!(wanted[0], Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 });
        assert!(!wanted.contains(&Algorithm::Rsa { hash: None }));
        assert_eq!(wanted.len(), ALGORITHMS.len());
    }
}
