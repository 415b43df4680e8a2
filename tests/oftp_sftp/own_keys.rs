//! Our keys: their kinds, their passphrases, and what is wrong with their files.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use trackersync::{
    sync::fault::{Fault, FaultKind},
    trackers::pfiff::folders::Folders,
};

use crate::site::{Site, is_permanent};

const SECRET: &str = "swordfish-4711";

async fn refused(site: &Site, key: &Path, passphrase: Option<&str>) -> Fault {
    let fault = site.folders_with(key, passphrase).arrived().await.unwrap_err();
    let shown = format!("{fault} {fault:?}");
    assert!(!shown.contains(SECRET) && !shown.contains("BEGIN"), "{shown}");
    fault
}

#[tokio::test]
async fn each_kind_of_key_is_accepted() {
    let site = Site::start();
    let kinds: [(&str, &[&str]); 6] = [
        ("ed25519", &["-t", "ed25519"]),
        ("rsa", &["-t", "rsa", "-b", "3072"]),
        // One in 256 of 256 bits could not be read, and would have to be written as PKCS#8.
        ("ecdsa", &["-t", "ecdsa", "-b", "521"]),
        ("ecdsa_384", &["-t", "ecdsa", "-b", "384"]),
        ("pkcs8", &["-t", "ecdsa", "-b", "256", "-m", "PKCS8"]),
        ("pem", &["-t", "rsa", "-b", "3072", "-m", "PEM"]),
    ];
    for (name, arguments) in kinds {
        let key = site.server.let_in(name, arguments, "");
        assert_eq!(site.folders_with(&key.file, None).arrived().await.unwrap(), [], "{name}");
        assert_eq!(site.folders_with(&key.file, Some("not needed")).arrived().await.unwrap(), [], "{name}");
    }
}

#[tokio::test]
async fn a_passphrase_opens_a_key_and_another_does_not() {
    let site = Site::start();
    for (name, arguments) in [("openssh", ["-t", "ed25519"].as_slice()), ("pkcs8", &["-t", "rsa", "-m", "PKCS8"])] {
        let key = site.server.let_in(name, arguments, SECRET).file;
        assert_eq!(site.folders_with(&key, Some(SECRET)).arrived().await.unwrap(), [], "{name}");
        let fault = refused(&site, &key, Some("salmon")).await;
        assert!(is_permanent(&fault) && fault.message.contains("does not open"), "{name}: {fault}");
        assert!(!fault.to_string().contains("salmon"), "{fault}");
        let fault = refused(&site, &key, None).await;
        assert!(is_permanent(&fault) && fault.message.contains("is encrypted"), "{name}: {fault}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_told() {
    let site = Site::start();
    let fault = refused(&site, &site.path("no_key"), None).await;
    assert!(is_permanent(&fault) && fault.message.contains("no_key cannot be read"), "{fault}");
    fs::set_permissions(&site.key.file, fs::Permissions::from_mode(0o640)).unwrap();
    let fault = refused(&site, &site.key.file, None).await;
    assert!(is_permanent(&fault) && fault.message.contains("open to others (mode 0640)"), "{fault}");
    let none = site.write("none", "I am no key");
    fs::set_permissions(&none, fs::Permissions::from_mode(0o600)).unwrap();
    let fault = refused(&site, &none, None).await;
    assert!(is_permanent(&fault) && fault.message.contains("no private key"), "{fault}");
}

#[tokio::test]
async fn a_key_that_is_not_let_in_is_named_by_its_fingerprint() {
    let site = Site::start();
    for (name, arguments) in [("strange", ["-t", "ed25519"]), ("strange_rsa", ["-t", "rsa"])] {
        let key = site.server.key(name, &arguments, "");
        let fault = refused(&site, &key.file, None).await;
        assert!(matches!(fault.kind, FaultKind::Credentials { .. }), "{fault:?}");
        assert!(fault.message.contains("SHA256:") && fault.hint.unwrap().contains("authorized_keys"));
    }
}
