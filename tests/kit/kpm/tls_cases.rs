//! TLS: whoever has no certificate of the right authority gets nothing.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use reqwest::{Certificate, Identity};
use trackersync::standin::kpm::{KpmOptions, MutualTls};

use super::{
    foreign_client,
    kit::{Client, Site, request},
};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    // Whoever issues must not have the name of what is issued: to OpenSSL that is then signed by itself.
    params.distinguished_name.push(DnType::CommonName, "Authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate and its key, in PEM.
fn issued(by: &Authority, name: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, by).unwrap();
    (certificate.pem(), key.serialize_pem())
}

async fn site(authority: &Authority) -> Site {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let (certificate, key) = issued(authority, "127.0.0.1");
    let tls = Some(MutualTls { certificate, key, client_authorities: authority.pem() });
    Site::with(KpmOptions { tls, ..KpmOptions::default() }).await
}

/// A client that trusts the authority and has an identity, or none.
fn client(site: &Site, authority: &Authority, identity: Option<(String, String)>) -> Client {
    let trusted = Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    let mut builder = reqwest::Client::builder().no_proxy().tls_certs_only([trusted]);
    if let Some((certificate, key)) = identity {
        builder = builder.identity(Identity::from_pem(format!("{certificate}{key}").as_bytes()).unwrap());
    }
    Client { http: builder.build().unwrap(), url: site.kpm.url().to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_the_right_authority_is_needed() {
    let authority = authority();
    let site = site(&authority).await;
    assert!(site.kpm.url().starts_with("https://"));
    let known = client(&site, &authority, Some(issued(&authority, "client")));
    known.call("GetServiceInfo", "").await.succeeded();
    let stranger = client(&site, &authority, Some(issued(&self::authority(), "client")));
    let nobody = client(&site, &authority, None);
    for refused in [stranger, nobody] {
        let error = refused.post(request("GetServiceInfo", "kpm-sync", ""), "").await.unwrap_err();
        assert!(!error.is_timeout() && error.status().is_none(), "{error:?}");
    }
    assert_eq!(site.state().requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_taken_at_a_port_of_their_own() {
    let authority = authority();
    let site = site(&authority).await;
    let known = client(&site, &authority, Some(issued(&authority, "client")));
    let through_the_front = format!("{}/standin/requests", site.kpm.url().trim_end_matches("/services"));
    assert_eq!(known.http.get(through_the_front).send().await.unwrap().status(), 404);
    let orders = site.client.http.get(format!("{}/requests", site.kpm.control_url())).send().await.unwrap();
    assert_eq!(orders.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_independent_client_works_with_a_certificate() {
    let authority = authority();
    let site = site(&authority).await;
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = issued(&authority, "client");
    let (own, trusted) = (folder.path().join("client.pem"), folder.path().join("authority.pem"));
    std::fs::write(&own, format!("{certificate}{key}")).unwrap();
    std::fs::write(&trusted, authority.pem()).unwrap();
    foreign_client::works_with(&site, Some([&own, &trusted])).await;
}

#[tokio::test]
async fn a_key_that_is_none_is_told() {
    let authority = authority();
    let (certificate, _) = issued(&authority, "127.0.0.1");
    let tls = Some(MutualTls { certificate, key: "no key".to_owned(), client_authorities: authority.pem() });
    let error = trackersync::standin::kpm::start(KpmOptions { tls, ..KpmOptions::default() }).await.unwrap_err();
    assert!(error.to_string().contains("no private key in PEM"), "{error}");
}
