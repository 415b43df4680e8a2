//! Deliveries as real Jiras sent them, where recordings are at hand.

use std::path::{Path, PathBuf};

use crate::{
    UPSTREAM_SECRET, intake,
    recordings::recordings,
    sender::{jira, send},
    service::queued,
};

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, files);
        } else if path.file_name().unwrap().to_str().is_some_and(|name| name.ends_with(".json") && !name.starts_with('_')) {
            files.push(path);
        }
    }
    files.sort();
}

#[tokio::test]
async fn recorded_deliveries_of_both_dialects_are_taken() {
    let Some(folder) = recordings("jira/webhooks") else { return };
    let mut files = Vec::new();
    gather(&folder, &mut files);
    let work = tempfile::tempdir().unwrap();
    let service = intake(work.path(), &[]).await;
    let url = service.webhook("upstream");
    let (mut taken, mut cloud, mut data_center) = (0, 0, 0);
    for file in &files {
        let body = std::fs::read(file).unwrap();
        let Ok(delivery) = serde_json::from_slice::<serde_json::Value>(&body) else { continue };
        let issue = delivery["issue"]["id"].as_str().map(str::to_owned);
        if delivery["user"]["accountId"].is_string() {
            cloud += 1;
        } else if delivery["user"]["key"].is_string() || delivery["user"]["name"].is_string() {
            data_center += 1;
        }
        let answer = send(jira(&service.client, &url, UPSTREAM_SECRET, body)).await;
        assert!(matches!(answer.status, 202 | 204), "{}: {answer:?}", file.display());
        if let Some(issue) = issue {
            assert_eq!(answer.status, 202, "{} names issue {issue}: {answer:?}", file.display());
        }
        taken += usize::from(answer.status == 202);
    }
    assert!(cloud > 0 && data_center > 0 && taken > 10, "{cloud} of Cloud, {data_center} of Data Center, {taken} taken");
    assert!(queued(work.path()).await.len() >= taken);
}
