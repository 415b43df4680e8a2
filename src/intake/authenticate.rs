//! From an unverified delivery to a verified one: nothing reads a body before its signature was checked.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::config::tracker::DeliveryProof;

/// How far a Standard Webhooks timestamp may be off, in seconds.
const TOLERANCE: u64 = 300;

/// Looks up a header by its lower-case name.
type Header<'h> = Box<dyn Fn(&str) -> Option<&'h str> + 'h>;

/// A delivery as it came. Its body cannot be read.
pub struct Unverified<'h> {
    body: Bytes,
    header: Header<'h>,
}

/// The form of a delivery, which follows from how it was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A tracker's own webhook.
    Native,
    /// A Standard Webhooks event, as the Roundup reactor posts it.
    Standard,
}

/// A delivery whose sender is proven.
#[derive(Debug)]
pub struct Verified {
    /// The body, as it was signed.
    pub body: Bytes,
    /// The sender's id of this delivery, the same when it is sent again.
    pub delivery: Option<String>,
    /// What the body looks like.
    pub form: Form,
}

/// The signature is missing or wrong. Which of the two is nobody's business.
#[derive(Debug, PartialEq, Eq)]
pub struct NotSigned;

impl<'h> Unverified<'h> {
    /// A delivery: its body, and a way to look up headers by their lower-case names.
    pub fn new(body: Bytes, header: impl Fn(&str) -> Option<&'h str> + 'h) -> Self {
        Self { body, header: Box::new(header) }
    }

    /// Checks the sender's proof.
    ///
    /// # Errors
    /// There is none, or it is wrong.
    pub fn verify(self, proof: &DeliveryProof, now: Timestamp) -> Result<Verified, NotSigned> {
        let standard = (self.header)("webhook-id").is_some();
        let proven = match proof {
            DeliveryProof::Secrets(secrets) => {
                // Each secret is tried, whatever the others say, so that the time tells nothing.
                secrets.iter().fold(false, |proven, secret| {
                    let matches = if standard { self.standard(secret.expose(), now) } else { self.hub(secret.expose()) };
                    proven | matches
                })
            }
            DeliveryProof::Basic { username, password } => self.basic(username, password.expose()),
            DeliveryProof::None => true,
        };
        if !proven {
            return Err(NotSigned);
        }
        let id = if standard { (self.header)("webhook-id") } else { (self.header)("x-atlassian-webhook-identifier") };
        let delivery = id.filter(|id| !id.is_empty() && id.len() <= 200).map(str::to_owned);
        Ok(Verified { body: self.body, delivery, form: if standard { Form::Standard } else { Form::Native } })
    }

    /// `X-Hub-Signature: sha256=<hex>` over the raw body (Jira, `WebSub`).
    fn hub(&self, secret: &str) -> bool {
        let given = (self.header)("x-hub-signature").and_then(|value| value.strip_prefix("sha256="));
        let given = given.and_then(|value| hex::decode(value.trim()).ok()).unwrap_or_default();
        mac_is(secret.as_bytes(), &[&self.body], &given)
    }

    /// `webhook-signature: v1,<base64>` over id, timestamp and body; several may stand there, parted by blanks.
    fn standard(&self, secret: &str, now: Timestamp) -> bool {
        let (id, time) = ((self.header)("webhook-id").unwrap_or(""), (self.header)("webhook-timestamp").unwrap_or(""));
        let key = standard_key(secret);
        let signatures = (self.header)("webhook-signature").unwrap_or("");
        let signed: [&[u8]; 5] = [id.as_bytes(), b".", time.as_bytes(), b".", &self.body];
        let mut proven = mac_is(&key, &signed, &[]);
        for signature in signatures.split(' ').filter_map(|signature| signature.strip_prefix("v1,")).take(8) {
            proven |= mac_is(&key, &signed, &STANDARD.decode(signature).unwrap_or_default());
        }
        let in_time = time.parse::<i64>().is_ok_and(|time| now.as_second().abs_diff(time) <= TOLERANCE);
        proven && in_time
    }

    fn basic(&self, username: &str, password: &str) -> bool {
        let given = (self.header)("authorization").and_then(|value| value.strip_prefix("Basic "));
        let given = given.and_then(|value| STANDARD.decode(value.trim()).ok()).unwrap_or_default();
        // Digests have one length, so that the comparison tells nothing about that of the password.
        let (given, wanted) = (Sha256::digest(&given), Sha256::digest(format!("{username}:{password}")));
        given.ct_eq(&wanted).into()
    }
}

/// The key of a Standard Webhooks secret: `whsec_<base64>`, else the text itself.
fn standard_key(secret: &str) -> Vec<u8> {
    secret.strip_prefix("whsec_").and_then(|key| STANDARD.decode(key).ok()).unwrap_or_else(|| secret.as_bytes().to_vec())
}

/// Whether an HMAC-SHA256 is that of these parts, compared in constant time.
fn mac_is(key: &[u8], parts: &[&[u8]], given: &[u8]) -> bool {
    // A key may have any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return false };
    for part in parts {
        mac.update(part);
    }
    mac.verify_slice(given).is_ok()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;
    use crate::config::secret::Secret;

    fn secrets(texts: &[&str]) -> DeliveryProof {
        DeliveryProof::Secrets(texts.iter().map(|text| Secret::built_in(text)).collect())
    }

    fn verify(proof: &DeliveryProof, headers: &[(&str, &str)], body: &str, now: i64) -> Result<Verified, NotSigned> {
        let headers: HashMap<&str, &str> = headers.iter().copied().collect();
        let delivery = Unverified::new(Bytes::copy_from_slice(body.as_bytes()), |name| headers.get(name).copied());
        delivery.verify(proof, Timestamp::from_second(now).unwrap())
    }

    /// Published at developer.atlassian.com/cloud/jira/platform/webhooks.
    const HUB: &str = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9";
    const HUB_SECRET: &str = "It's a Secret to Everybody";

    #[test]
    fn the_published_jira_vector_is_accepted() {
        let headers = [("x-hub-signature", HUB), ("x-atlassian-webhook-identifier", "693")];
        let verified = verify(&secrets(&["old", HUB_SECRET]), &headers, "Hello World!", 0).unwrap();
        assert_eq!((verified.form, verified.delivery.as_deref()), (Form::Native, Some("693")));
    }

    #[test]
    fn what_is_not_signed_is_refused() {
        let proof = secrets(&[HUB_SECRET]);
        for headers in [
            &[][..],
            &[("x-hub-signature", "")][..],
            &[("x-hub-signature", "sha256=")][..],
            &[("x-hub-signature", "sha1=a4771c39")][..],
            &[("x-hub-signature", &HUB[..HUB.len() - 2])][..],
            &[("x-hub-signature", "sha256=zz")][..],
        ] {
            assert_eq!(verify(&proof, headers, "Hello World!", 0).unwrap_err(), NotSigned, "{headers:?}");
        }
        assert!(verify(&proof, &[("x-hub-signature", HUB)], "Hello World?", 0).is_err());
        assert!(verify(&secrets(&[]), &[("x-hub-signature", HUB)], "Hello World!", 0).is_err());
    }

    /// Computed with Python: hmac.new(b"secret", `b"evt_1.1700000000`.{}", sha256), base64.
    const SIGNATURE: &str = "v1,gcuLUJYfD9JQ2UlZMDEyUnqjiYF/KVJjsn3HLULsCj4=";

    #[test]
    fn a_standard_webhook_is_good_for_five_minutes() {
        let headers = [("webhook-id", "evt_1"), ("webhook-timestamp", "1700000000"), ("webhook-signature", SIGNATURE)];
        for secret in ["secret", "whsec_c2VjcmV0"] {
            let verified = verify(&secrets(&[secret]), &headers, "{}", 1_700_000_200).unwrap();
            assert_eq!((verified.form, verified.delivery.as_deref()), (Form::Standard, Some("evt_1")));
        }
        assert!(verify(&secrets(&["secret"]), &headers, "{}", 1_700_000_301).is_err());
        assert!(verify(&secrets(&["secret"]), &headers, "{}", 1_699_999_699).is_err());
        assert!(verify(&secrets(&["other"]), &headers, "{}", 1_700_000_000).is_err());
        let moved = [("webhook-id", "evt_2"), ("webhook-timestamp", "1700000000"), ("webhook-signature", SIGNATURE)];
        assert!(verify(&secrets(&["secret"]), &moved, "{}", 1_700_000_000).is_err());
    }

    #[test]
    fn a_time_beyond_all_bounds_is_refused() {
        for time in [i64::MIN, i64::MAX] {
            let time = time.to_string();
            let mut mac = Hmac::<Sha256>::new_from_slice(b"secret").unwrap();
            mac.update(format!("evt_1.{time}.{{}}").as_bytes());
            let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
            let headers = [("webhook-id", "evt_1"), ("webhook-timestamp", &time), ("webhook-signature", &signature)];
            for now in [-1_700_000_000, 1_700_000_000] {
                assert!(verify(&secrets(&["secret"]), &headers, "{}", now).is_err());
            }
        }
    }

    #[test]
    fn basic_auth_is_compared_whole() {
        let proof = DeliveryProof::Basic { username: "jira".to_owned(), password: Secret::built_in("pw") };
        let given = |text: &str| format!("Basic {}", STANDARD.encode(text));
        assert!(verify(&proof, &[("authorization", &given("jira:pw"))], "{}", 0).is_ok());
        assert!(verify(&proof, &[("authorization", &given("jira:p"))], "{}", 0).is_err());
        assert!(verify(&proof, &[], "{}", 0).is_err());
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(value in "\\PC{0,80}", time in "\\PC{0,20}") {
            let proof = secrets(&["secret"]);
            let _ = verify(&proof, &[("x-hub-signature", &value)], "x", 0);
            let headers = [("webhook-id", value.as_str()), ("webhook-timestamp", &time), ("webhook-signature", &value)];
            prop_assert!(verify(&proof, &headers, "x", 0).is_err());
        }
    }
}
