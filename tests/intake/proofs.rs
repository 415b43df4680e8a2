//! The ways in which a sender proves who it is.

use crate::{
    CONFIGURATION, UPSTREAM_SECRET, intake_with,
    sender::{issue_changed, issue_updated, jira, send, standard},
};

const OFFICE_PROOF: &str = "webhook_secret = { env = \"OFFICE\" }";

#[tokio::test]
async fn while_a_secret_is_replaced_both_are_good() {
    let folder = tempfile::tempdir().unwrap();
    let both = "webhook_secret = [{ env = \"UPSTREAM\" }, { env = \"NEXT\" }]";
    let configuration = CONFIGURATION.replace("webhook_secret = { env = \"UPSTREAM\" }", both);
    let service = intake_with(folder.path(), &configuration, &[]).await;
    let url = service.webhook("upstream");
    for (secret, status) in [(UPSTREAM_SECRET, 202), ("next-hook-secret", 202), ("third", 401), ("", 401)] {
        let answer = send(jira(&service.client, &url, secret, issue_updated("10001", "UP-1"))).await;
        assert_eq!(answer.status, status, "{secret}");
    }
    // Standard Webhooks events may come to any tracker's route.
    for (id, secret, status) in [("e1", UPSTREAM_SECRET, 202), ("e2", "next-hook-secret", 202), ("e3", "third", 401)] {
        let answer = send(standard(&service.client, &url, secret, id, issue_changed("10001"))).await;
        assert_eq!(answer.status, status, "{secret}");
    }
}

#[tokio::test]
async fn a_sender_too_old_to_sign_gives_name_and_password() {
    let folder = tempfile::tempdir().unwrap();
    let basic = "webhook_basic = { username = \"hook\", password = { env = \"NEXT\" } }";
    let configuration = CONFIGURATION.replace("webhook_secret = { env = \"UPSTREAM\" }", basic);
    let service = intake_with(folder.path(), &configuration, &[]).await;
    let delivery = || service.client.post(service.webhook("upstream")).body(issue_updated("10001", "UP-1"));
    assert_eq!(send(delivery().basic_auth("hook", Some("next-hook-secret"))).await.status, 202);
    for (name, password) in [("hook", "wrong"), ("hook", ""), ("other", "next-hook-secret"), ("hook:next", "hook-secret")] {
        send(delivery().basic_auth(name, Some(password))).await.is_problem(401);
    }
    send(delivery()).await.is_problem(401);
    send(delivery().bearer_auth("next-hook-secret")).await.is_problem(401);
    // A signature is no proof here, whatever it was made with.
    send(jira(&service.client, &service.webhook("upstream"), "next-hook-secret", issue_updated("10001", "UP-1")))
        .await
        .is_problem(401);
}

#[tokio::test]
async fn a_sender_without_any_proof_is_believed_only_where_that_is_written_out() {
    let folder = tempfile::tempdir().unwrap();
    let configuration = CONFIGURATION.replacen(OFFICE_PROOF, "insecure_no_signature = true", 1);
    let service = intake_with(folder.path(), &configuration, &[]).await;
    let told = service.log().iter().any(|line| line.contains("believed without a signature"));
    assert!(told, "{:?}", service.log());
    let answer = send(service.client.post(service.webhook("office")).body(issue_changed("17"))).await;
    assert_eq!(answer.status, 202);
    let answer = send(service.client.post(service.webhook("upstream")).body(issue_updated("10001", "UP-1"))).await;
    assert_eq!(answer.status, 401, "the other tracker still has to sign");
}
