//! People of both sides: by a map, with a fallback user for those who are not in it.

use serde_json::json;
use trackersync::{
    standin::jira::{Dialect, JiraOptions},
    sync::outcome::Outcome,
};

use crate::site::{Site, paths, run};

async fn of(dialect: Dialect) -> Site {
    let id = |name: &str| if dialect == Dialect::Cloud { format!("712020:standin-{name}") } else { name.to_owned() };
    let rules = format!(
        r#"[[sync]]
        name = "up"
        local = "office"
        remote = "upstream"
        remote_filter = "project = UP"
        [sync.users]
        map = {{ jane = "{}" }}
        remote_fallback = "{}"
        local_fallback = "admin"
        [[sync.rule]]
        kind = "two_way"
        local_name = "title"
        remote_name = "summary"
        [[sync.rule]]
        kind = "two_way"
        local_name = "assignedto"
        remote_name = "assignee"
        users = true
        "#,
        id("jane"),
        id("sync"),
    );
    Site::with_rules(JiraOptions { dialect, ..JiraOptions::default() }, "sync-secret", &rules).await
}

#[tokio::test(flavor = "multi_thread")]
async fn people_cross_by_the_map_and_the_fallback_user_never_comes_back() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = of(dialect).await;
        let remote = site.new_remote(json!({ "summary": "A" }));
        let engine = site.engine().await;
        run(&engine, &remote).await.unwrap();
        let jane = site.roundup.acting_as("jane");
        let both = async || {
            let local = site.office.read(&"1".into(), &paths(&["assignedto"])).await.unwrap().unwrap();
            let there = site.upstream.read(&remote, &paths(&["assignee.displayName"])).await.unwrap().unwrap();
            let text = |value: &serde_json::Value| value.as_str().unwrap_or("nobody").to_owned();
            (text(&local.attributes["assignedto"]), text(&there.attributes["assignee.displayName"]))
        };
        assert_eq!(both().await, ("nobody".to_owned(), "nobody".to_owned()), "{dialect:?}: nobody stays nobody");
        for (user, there, warned) in [("jane", "Jane Doe", false), ("sync", "Tracker Sync", true)] {
            jane.set("1", "assignedto", user).unwrap();
            for round in 0..2 {
                let outcome = run(&engine, &remote).await.unwrap();
                let report = outcome.report().unwrap();
                assert_eq!(matches!(outcome, Outcome::Unchanged(_)), round == 1, "{dialect:?}: {}", report.plan.in_words());
                let warning = report.plan.rules[1].warning.clone().unwrap_or_default();
                assert_eq!(warning.contains(&format!("local user \"{user}\"")), warned, "{dialect:?}: {warning}");
                assert_eq!(both().await, (user.to_owned(), there.to_owned()), "{dialect:?}");
            }
        }
        jane.set("1", "assignedto", "").unwrap();
        run(&engine, &remote).await.unwrap();
        assert_eq!(both().await, ("nobody".to_owned(), "nobody".to_owned()), "{dialect:?}");
    }
}
