//! The certificate that proves who we are: two PEM files, or one PKCS#12 file.

use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use p12_keystore::KeyStore;
use reqwest::Identity;

use crate::{config::partner::Identity as Configured, sync::fault::Fault};

/// The largest file that is read; certificates are a few KiB.
const MOST_BYTES: u64 = 1 << 20;

/// Reads certificate and key.
///
/// # Errors
/// Files that cannot be read, or that hold something else. No message tells their content.
pub(super) fn read(configured: &Configured) -> Result<Identity, Fault> {
    match configured {
        Configured::Pem { certificate, key } => {
            let mut pem = file(certificate)?;
            pem.push(b'\n');
            pem.extend(file(key)?);
            let named = format!("{} and {}", certificate.display(), key.display());
            of_pem(&pem, &named)
        }
        Configured::Pkcs12 { file: path, password } => {
            let password = password.as_ref().map_or("", |password| password.expose());
            of_pem(pem_of_pkcs12(&file(path)?, password, path)?.as_bytes(), &path.display().to_string())
        }
    }
}

fn of_pem(pem: &[u8], named: &str) -> Result<Identity, Fault> {
    Identity::from_pem(pem).map_err(|_| {
        Fault::permanent(format!("{named}: no certificate with its private key"))
            .hint("PEM files are wanted, and the key without a passphrase: `openssl pkey -in KEY -out PLAIN` takes it off")
    })
}

/// The key and the certificates of a PKCS#12 file, in PEM.
fn pem_of_pkcs12(bytes: &[u8], password: &str, path: &Path) -> Result<String, Fault> {
    let store = KeyStore::from_pkcs12(bytes, password).map_err(|error| {
        Fault::permanent(format!("{}: cannot be opened: {error}", path.display())).hint("look at pkcs12_password")
    })?;
    let (_, chain) = store
        .private_key_chain()
        .ok_or_else(|| Fault::permanent(format!("{}: holds no private key with its certificate", path.display())))?;
    let certificates = chain.chain().iter().map(|certificate| block("CERTIFICATE", certificate.as_der()));
    Ok(certificates.chain([block("PRIVATE KEY", chain.key())]).collect())
}

/// One block of PEM; nothing here minds the length of its line.
fn block(label: &str, der: &[u8]) -> String {
    let lines: Vec<String> =
        BASE64.encode(der).as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn file(path: &Path) -> Result<Vec<u8>, Fault> {
    let failed = |why: String| Fault::permanent(format!("{}: {why}", path.display()));
    let size = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?.len();
    if size > MOST_BYTES {
        return Err(failed(format!("has {size} bytes, and a certificate or key has fewer than {MOST_BYTES}")));
    }
    std::fs::read(path).map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use p12_keystore::{Certificate, KeyStoreEntry, PrivateKeyChain};

    use super::*;
    use crate::config::secret::Secret;

    struct Files {
        folder: tempfile::TempDir,
        certified: rcgen::CertifiedKey<rcgen::KeyPair>,
    }

    impl Files {
        fn new() -> Self {
            let certified = rcgen::generate_simple_self_signed(["kpm-sync".to_owned()]).unwrap();
            Self { folder: tempfile::tempdir().unwrap(), certified }
        }

        fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
            let path = self.folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            path
        }

        fn pkcs12(&self, password: &str) -> PathBuf {
            let certificate = Certificate::from_der(self.certified.cert.der()).unwrap();
            let chain = PrivateKeyChain::new(self.certified.signing_key.serialize_der(), [1], [certificate]);
            let mut store = KeyStore::new();
            store.add_entry("kpm", KeyStoreEntry::PrivateKeyChain(chain));
            self.write("kpm.p12", store.writer(password).write().unwrap())
        }
    }

    #[test]
    fn both_forms_are_read_and_what_is_none_is_told_by_its_name() {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let files = Files::new();
        let certificate = files.write("kpm.pem", files.certified.cert.pem());
        let key = files.write("kpm.key", files.certified.signing_key.serialize_pem());
        assert!(read(&Configured::Pem { certificate: certificate.clone(), key: key.clone() }).is_ok());
        let fault = read(&Configured::Pem { certificate: certificate.clone(), key: certificate }).unwrap_err();
        assert!(fault.to_string().contains("no certificate with its private key"), "{fault}");
        let fault = read(&Configured::Pem { certificate: files.folder.path().join("none.pem"), key }).unwrap_err();
        assert!(fault.to_string().contains("none.pem"), "{fault}");
        let file = files.pkcs12("swordfish");
        assert!(read(&Configured::Pkcs12 { file: file.clone(), password: Some(Secret::built_in("swordfish")) }).is_ok());
        let fault = read(&Configured::Pkcs12 { file, password: Some(Secret::built_in("salmon")) }).unwrap_err();
        assert!(fault.to_string().contains("pkcs12_password") && !fault.to_string().contains("salmon"), "{fault}");
    }
}
