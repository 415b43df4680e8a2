//! No headers make the check of a signature panic, and none that were not made with the secret pass it.
#![no_main]

use bytes::Bytes;
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use trackersync::{
    config::{secret::Secret, tracker::DeliveryProof},
    intake::authenticate::Unverified,
};

const HEADERS: [&str; 6] = [
    "x-hub-signature",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "authorization",
    "x-atlassian-webhook-identifier",
];

fuzz_target!(|input: (Vec<String>, Vec<u8>, i32)| {
    let (values, body, now) = input;
    let Ok(now) = Timestamp::from_second(i64::from(now)) else { return };
    let proofs = [
        DeliveryProof::Secrets(vec![Secret::built_in("a secret that no fuzzer guesses"), Secret::built_in("whsec_AAAA")]),
        DeliveryProof::Basic { username: "hook".to_owned(), password: Secret::built_in("nor this password") },
    ];
    for proof in proofs {
        let header = |name: &str| {
            let at = HEADERS.iter().position(|known| *known == name)?;
            values.get(at).map(String::as_str)
        };
        assert!(Unverified::new(Bytes::from(body.clone()), header).verify(&proof, now).is_err());
    }
});
