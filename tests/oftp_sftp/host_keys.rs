//! Only hosts that are known by their key are spoken to.

use std::fs;

use trackersync::trackers::pfiff::folders::Folders;

use crate::{
    openssh::hash_names,
    site::{Site, is_permanent},
};

#[tokio::test]
async fn a_known_host_is_spoken_to_whatever_its_kind_of_key() {
    for kind in ["ed25519", "ecdsa", "rsa"] {
        let site = Site::with_host_key(kind);
        assert_eq!(site.folders().arrived().await.unwrap(), [], "{kind}");
    }
}

#[tokio::test]
async fn an_unknown_host_is_told_by_its_fingerprint_and_where_it_was_looked_for() {
    let site = Site::start();
    fs::write(&site.known_hosts, "another.example ssh-ed25519 AAAA\n").unwrap();
    let fault = site.folders().arrived().await.unwrap_err();
    assert!(is_permanent(&fault), "{fault}");
    assert!(fault.message.contains(&site.server.fingerprint()), "{fault}");
    assert!(fault.message.contains(site.known_hosts.to_str().unwrap()), "{fault}");
    let hint = fault.hint.unwrap();
    assert!(hint.contains("ssh-keyscan") && hint.contains("another way"), "{hint}");
    fs::remove_file(&site.known_hosts).unwrap();
    let fault = site.folders().arrived().await.unwrap_err();
    assert!(is_permanent(&fault) && fault.message.contains("cannot be read"), "{fault}");
    assert!(!site.server.log().contains("Accepted"), "our key was shown to a host that is not known");
}

#[tokio::test]
async fn a_host_with_another_key_is_not_spoken_to() {
    let site = Site::start();
    let other = site.server.key("other_host", &["-t", "ed25519"], "");
    let other = fs::read_to_string(other.file.with_extension("pub")).unwrap();
    site.server.known_hosts_with(&other, &[site.server.port]);
    let fault = site.folders().arrived().await.unwrap_err();
    assert!(is_permanent(&fault) && fault.message.contains("has another"), "{fault}");
    assert!(fault.message.contains(&site.server.fingerprint()), "{fault}");
    assert!(!site.server.log().contains("Accepted"));
    let of_another_kind = site.server.key("rsa_host", &["-t", "rsa", "-b", "3072"], "");
    let of_another_kind = fs::read_to_string(of_another_kind.file.with_extension("pub")).unwrap();
    site.server.known_hosts_with(&of_another_kind, &[site.server.port]);
    let fault = site.folders().arrived().await.unwrap_err();
    assert!(is_permanent(&fault) && fault.message.contains("has another"), "{fault}");
}

#[tokio::test]
async fn hashed_names_are_known() {
    let site = Site::start();
    hash_names(&site.known_hosts);
    assert_eq!(site.folders().arrived().await.unwrap(), []);
    site.server.known_hosts(&[site.server.port.wrapping_add(1)]);
    hash_names(&site.known_hosts);
    assert!(is_permanent(&site.folders().arrived().await.unwrap_err()));
}
