//! Where problems lie, who may do what with them, and what an overview shows.

use serde_json::json;
use trackersync::standin::kpm::Right;

use super::kit::{Reply, Site, about, foreign, ours};

const ADDRESS: &str = "<OverviewAddress><OrganisationalUnit>KPM-TEST</OrganisationalUnit><Plant>Z$</Plant></OverviewAddress>";

async fn overview(site: &Site, since: Option<&str>, kinds: &str) -> Reply {
    let since = since.map(|since| format!("<LastChangeTimestamp>{since}</LastChangeTimestamp>")).unwrap_or_default();
    site.client.call("GetMultipleProblemData", &format!("{since}{ADDRESS}{kinds}")).await
}

async fn numbers(site: &Site, kinds: &str) -> Vec<String> {
    let reply = overview(site, None, kinds).await;
    reply.succeeded();
    reply.all("ProblemNumber")
}

const ACTIVE: &str = "<ActiveOverview>true</ActiveOverview>";
const PASSIVE: &str = "<PassiveOverview>true</PassiveOverview>";

#[tokio::test]
async fn a_problem_is_active_while_it_lies_here_and_passive_afterwards() {
    let site = Site::start().await;
    let problem = site.problem();
    let elsewhere = site.state().create_problem(&foreign(), &json!({})).unwrap();
    assert_eq!((numbers(&site, ACTIVE).await, numbers(&site, PASSIVE).await), (vec![problem.to_string()], vec![]));
    assert!(numbers(&site, "").await.is_empty());
    site.state().remove_from_mailbox(problem).unwrap();
    assert_eq!((numbers(&site, ACTIVE).await, numbers(&site, PASSIVE).await), (vec![], vec![problem.to_string()]));
    site.state().assign(problem, &ours()).unwrap();
    site.state().assign(elsewhere, &ours()).unwrap();
    assert_eq!(numbers(&site, ACTIVE).await, [problem.to_string(), elsewhere.to_string()]);
    site.state().assign(elsewhere, &foreign()).unwrap();
    assert_eq!(numbers(&site, PASSIVE).await, [elsewhere.to_string()]);
}

#[tokio::test]
async fn an_overview_shows_what_was_changed_since() {
    let site = Site::start().await;
    let (first, second) = (site.problem(), site.problem());
    let changed = |reply: &Reply| -> Vec<(String, String)> {
        reply.all("ProblemNumber").into_iter().zip(reply.all("LastChangeTimestamp")).collect()
    };
    let all = changed(&overview(&site, None, ACTIVE).await);
    assert_eq!(all.len(), 2);
    site.client.call("AddNotice", &about(first, "<Notice>a</Notice>")).await.succeeded();
    let reply = overview(&site, Some(&all[1].1), ACTIVE).await;
    let since = changed(&reply);
    assert_eq!(since.iter().map(|(number, _)| number.as_str()).collect::<Vec<_>>(), [first.to_string(), second.to_string()]);
    assert!(since[0].1 > all[1].1);
    // The first one has news alone, the second one was changed at that very point.
    let document = roxmltree::Document::parse(&reply.envelope).unwrap();
    let lists = document.descendants().filter(|node| node.has_tag_name("MessageTypeList"));
    let kinds: Vec<Vec<_>> = lists.map(|list| list.children().map(|kind| kind.text().unwrap()).collect()).collect();
    assert_eq!(kinds, [["I"], ["P"]]);
    let wrong = overview(&site, Some("2022-05-01"), ACTIVE).await;
    assert!(wrong.text("faultstring").unwrap().contains("LastChangeTimestamp is '2022-05-01'"));
}

#[tokio::test]
async fn rights_follow_from_the_mailbox_unless_they_are_set() {
    let site = Site::start().await;
    let problem = site.problem();
    let actions = async || site.client.call("GetProblemActions", &about(problem, "")).await.all("Action").len();
    assert_eq!(actions().await, 9);
    site.state().remove_from_mailbox(problem).unwrap();
    assert_eq!(actions().await, 5);
    site.client.call("AddNotice", &about(problem, "<Notice>a</Notice>")).await.refused_with("FC_090");
    site.client.call("GetProcessStepList", &about(problem, "")).await.succeeded();
    site.state().set_rights(problem, Some(&[Right::AddNotice])).unwrap();
    site.client.call("AddNotice", &about(problem, "<Notice>a</Notice>")).await.succeeded();
    for operation in ["GetDevelopmentProblemData", "GetProcessStepList", "GetDocumentList"] {
        site.client.call(operation, &about(problem, "")).await.refused_with("FC_512");
    }
    site.state().set_rights(problem, Some(&[Right::GetDevelopmentProblemData])).unwrap();
    site.client.call("GetProcessStepList", &about(problem, "")).await.refused_with("FC_090");
    site.state().set_rights(problem, None).unwrap();
    assert_eq!(actions().await, 5);
}

#[tokio::test]
async fn what_was_changed_inside_is_seen_outside() {
    let site = Site::start().await;
    let problem = site.problem();
    site.state().change(problem, &json!({"Rating": "7", "ShortText": "neu", "TCB": null})).unwrap();
    let data = site.client.call("GetDevelopmentProblemData", &about(problem, "")).await;
    assert_eq!(
        (data.text("Rating").as_deref(), data.text("ShortText").as_deref(), data.text("TCB")),
        (Some(" 7"), Some("neu"), None)
    );
    let refusal = site.state().change(problem, &json!({"Shorttext": "a"})).unwrap_err();
    assert!(refusal.to_string().contains("Shorttext"));
    assert!(site.state().change(1, &json!({})).is_err());
}
