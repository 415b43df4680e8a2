//! The certificate as login: both forms of it, through the program.

use std::{path::Path, process::Command};

use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKeyChain};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use trackersync::standin::kpm::{self, KpmOptions, MutualTls};

use crate::site::{WSDL, kpm_section};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn issued(by: &Authority, name: &str) -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate().unwrap();
    (CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, by).unwrap(), key)
}

/// What `check` says of a KPM with this identity.
async fn checked(folder: &Path, url: &str, identity: &str) -> (Option<i32>, String) {
    let path = folder.join("check.toml");
    std::fs::write(&path, kpm_section(url, folder, identity)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_trackersync"));
    command.args(["-c", path.to_str().unwrap(), "check"]);
    command.env("SSL_CERT_FILE", folder.join("authority.pem")).env("SWORDFISH", "swordfish");
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    (output.status.code(), format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

#[tokio::test(flavor = "multi_thread")]
async fn both_forms_of_a_certificate_open_the_door_and_another_one_does_not() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let (authority, folder) = (authority(), tempfile::tempdir().unwrap());
    let (server, server_key) = issued(&authority, "127.0.0.1");
    let tls = MutualTls { certificate: server.pem(), key: server_key.serialize_pem(), client_authorities: authority.pem() };
    let kpm = kpm::start(KpmOptions { tls: Some(tls), ..KpmOptions::default() }).await.unwrap();
    let file = |name: &str, content: &[u8]| {
        std::fs::write(folder.path().join(name), content).unwrap();
        folder.path().join(name).display().to_string()
    };
    file("kpm.wsdl", WSDL.as_bytes());
    file("authority.pem", authority.pem().as_bytes());
    let (client, key) = issued(&authority, "client");
    let pair = format!(
        "certificate = \"{}\"\nkey = \"{}\"",
        file("client.pem", client.pem().as_bytes()),
        file("client.key", key.serialize_pem().as_bytes())
    );
    let chain = PrivateKeyChain::new(key.serialize_der(), [1], [Certificate::from_der(client.der()).unwrap()]);
    let mut store = KeyStore::new();
    store.add_entry("client", KeyStoreEntry::PrivateKeyChain(chain));
    let both = file("client.p12", &store.writer("swordfish").write().unwrap());
    let both = format!("pkcs12 = \"{both}\"\npkcs12_password = {{ env = \"SWORDFISH\" }}");
    for identity in [&pair, &both] {
        let (code, said) = checked(folder.path(), kpm.url(), identity).await;
        assert!(code == Some(0) && said.contains("knows us as kpm-sync"), "{said}");
    }
    assert_eq!(kpm.state().request_counts()["GetServiceInfo"], 2);
    let (stranger, key) = issued(&self::authority(), "client");
    let stranger = format!(
        "certificate = \"{}\"\nkey = \"{}\"",
        file("stranger.pem", stranger.pem().as_bytes()),
        file("stranger.key", key.serialize_pem().as_bytes())
    );
    let (code, said) = checked(folder.path(), kpm.url(), &stranger).await;
    assert!(code == Some(3) && said.contains("no answer from kpm"), "{said}");
    assert_eq!(kpm.state().requests().len(), 2);
    let (_, said) = checked(folder.path(), kpm.url(), &both.replace("SWORDFISH", "HOME")).await;
    assert!(said.contains("pkcs12_password") && !said.contains("swordfish"), "{said}");
}
