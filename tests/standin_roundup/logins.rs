//! Logging in, and the headers that prove a request was meant.

use crate::client::{Client, got, running};
use serde_json::json;

#[tokio::test]
async fn session_login() {
    let roundup = running().await;
    let client = Client::new(roundup.url());
    let page = client.http.get(roundup.url()).send().await.unwrap().text().await.unwrap();
    let token = page.split("name=\"@csrf\"").nth(1).unwrap().split('"').nth(3).unwrap().to_owned();
    let submit = |password: &'static str, token: String| {
        let form = [
            ("__login_name", "sync".to_owned()),
            ("__login_password", password.to_owned()),
            ("@action", "login".to_owned()),
            ("@csrf", token),
            ("__came_from", roundup.url().to_owned()),
        ];
        let origin = client.origin();
        client.http.post(roundup.url()).header("Origin", &origin).header("Referer", roundup.url()).form(&form).send()
    };
    let answer = submit("sync-secret", token.clone()).await.unwrap();
    assert_eq!(answer.status(), 302);
    assert!(answer.headers()["location"].to_str().unwrap().ends_with("?%40ok_message=Welcome+sync%21"));
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("roundup_session_Office=") && cookie.contains("; Path=/tracker/;"), "{cookie}");
    assert!(cookie.contains("HttpOnly"));

    let session = cookie.split(';').next().unwrap();
    let rest = format!("{}rest/data/status", roundup.url());
    let answer = client.http.get(&rest).header("Cookie", session).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let forged = client.http.get(&rest).header("Cookie", "roundup_session_Office=x").send().await.unwrap();
    assert_eq!(forged.status(), 403);
    assert_eq!(submit("sync-secret", token).await.unwrap().status(), 400, "a token is good for one use");
    roundup.stop().await;
}

#[tokio::test]
async fn basic_login_and_its_brake() {
    let roundup = running().await;
    let client = Client::new(roundup.url()).login("jane", "wrong");
    for _ in 0..4 {
        let answer = client.request("GET", "/data").send().await.unwrap();
        assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (401, &"text/plain".parse().unwrap()));
        assert_eq!(answer.text().await.unwrap(), "Invalid Login - Invalid login");
    }
    let right = client.login("jane", "jane-secret");
    let answer = right.request("GET", "/data").send().await.unwrap();
    assert_eq!(answer.status(), 429);
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(right.login("sync", "sync-secret").get("/data").await.status, 200);
    roundup.stop().await;
}

#[tokio::test]
async fn required_headers() {
    let roundup = running().await;
    let client = Client::new(roundup.url());
    let url = format!("{}rest/data/issue", roundup.url());
    let post = || client.http.post(&url).basic_auth("sync", Some("sync-secret")).json(&json!({"title": "x"}));
    let missing = json!({"error": {"status": 400, "msg": "Required Header Missing"}});
    let answer = got(post().header("Origin", client.origin()).send().await.unwrap()).await;
    assert_eq!((answer.status, answer.json), (400, missing.clone()));
    let answer = got(post().header("X-Requested-With", "x").send().await.unwrap()).await;
    assert_eq!((answer.status, answer.json), (400, missing));
    let foreign = post().header("X-Requested-With", "x").header("Origin", "http://elsewhere");
    assert_eq!(got(foreign.send().await.unwrap()).await.status, 400);
    roundup.stop().await;
}
