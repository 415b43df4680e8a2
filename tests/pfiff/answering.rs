//! What people do in Jira is answered: once each, and nothing else is.

use serde_json::json;
use trackersync::standin::jira::IssueSnapshot;

use crate::{
    outgoing::Answer,
    package::{Issue, Package, document},
    site::Site,
    steps::{AT_ONCE, at_once},
};

impl Site {
    /// A site at which so many issues have arrived, have one attachment each, and are answered.
    pub async fn answered(settings: &[&str], issues: u32) -> Self {
        let site = Self::with(settings).await;
        let issues: Vec<Issue> =
            (1..=issues).map(|number| Issue::new(number, &format!("issue {number}")).attaching("theirs.txt")).collect();
        site.receive_package(&Package::at(1, 0).with_issues(&issues));
        site.turn().await;
        site
    }

    pub fn of_ours(&self, number: u32) -> IssueSnapshot {
        self.issue(number).unwrap()
    }

    pub fn comment(&self, number: u32, text: &str) -> String {
        self.jira().add_comment("jane", &self.of_ours(number).id, text).unwrap()
    }

    pub fn attach(&self, number: u32, name: &str, content: &[u8]) {
        self.jira().add_attachment("jane", &self.of_ours(number).id, name, "text/plain", content.to_vec()).unwrap();
    }

    fn set(&self, number: u32, fields: serde_json::Value) {
        self.jira().edit_fields("jane", &self.of_ours(number).id, fields).unwrap();
    }

    /// Resolves an issue, as people do it on the screen of that transition.
    async fn resolve(&self, number: u32, resolution: &str) {
        let url = format!("{}/rest/api/2/issue/{}/transitions", self.jira_url(), self.of_ours(number).id);
        let body = json!({ "transition": { "id": "14" }, "fields": { "resolution": { "name": resolution } } });
        let request = reqwest::Client::new().post(url).basic_auth("jane", Some("jane-secret")).json(&body);
        request.send().await.unwrap().error_for_status().unwrap();
        assert_eq!(self.of_ours(number).resolution.as_deref(), Some(resolution));
    }

    /// The only answer that a turn sends.
    async fn answer(&self) -> Answer {
        let sent = self.turn().await;
        let [reference] = sent.as_slice() else { panic!("one package and not {sent:?}") };
        let answers = self.answers_of(reference);
        let [answer] = answers.as_slice() else { panic!("one answer and not {answers:?}") };
        answer.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_there_follows_from_status_and_resolution_here() {
    let site = Site::answered(&AT_ONCE, 1).await;
    assert_eq!(site.answers()[0].state, "RECEIVED");
    // The status, the resolution if it is not the usual one, and what is told; nothing if that is told already.
    let table = [
        ("In Progress", None, Some("ESTIMATED")),
        ("In Test", None, None),
        ("Resolved", None, Some("DELIVERED")),
        ("Open", None, Some("RECEIVED")),
        ("Resolved", Some("Won't Fix"), Some("REJECTED")),
        ("In Test", None, Some("ESTIMATED")),
        ("Resolved", Some("Duplicate"), Some("REJECTED")),
        ("Open", None, Some("RECEIVED")),
    ];
    for (status, resolution, expected) in table {
        match resolution {
            None => site.jira().move_to_status("jane", &site.of_ours(1).id, status).unwrap(),
            Some(resolution) => site.resolve(1, resolution).await,
        }
        match expected {
            Some(expected) => assert_eq!(site.answer().await.state, expected, "{status} {resolution:?}"),
            None => assert_eq!(site.turn().await, [""; 0], "{status}"),
        }
    }
    // Closed issues are left alone.
    site.jira().move_to_status("jane", &site.of_ours(1).id, "Closed").unwrap();
    assert_eq!(site.turn().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn releases_and_analysis_are_told() {
    let site = Site::answered(&AT_ONCE, 1).await;
    site.set(1, json!({ "fixVersions": [{ "name": "2.0" }, { "name": "2.1" }] }));
    let milestones = site.answer().await.milestones;
    assert_eq!(milestones, ["ESTIMATED 2.0, 2.1", "DELIVERED 2.0, 2.1"]);
    site.set(1, json!({ "customfield_12009": "A capacitor leaks.\nIt is < 5 µF & \"old\"." }));
    let answer = site.answer().await;
    assert_eq!(answer.comments.as_deref(), Some("A capacitor leaks.\nIt is < 5 µF & \"old\"."));
    assert_eq!(answer.milestones, milestones);
    site.set(1, json!({ "fixVersions": [] }));
    assert_eq!(site.answer().await.milestones, [""; 0]);
    // Who has it, and what is of no interest there.
    site.set(1, json!({ "assignee": { "name": "jane" }, "labels": ["garage"] }));
    site.comment(1, "between ourselves");
    assert_eq!(site.turn().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_for_them_are_annotations_for_as_long_as_they_are() {
    let site = Site::answered(&AT_ONCE, 1).await;
    let issue = site.of_ours(1).id;
    let one = site.comment(1, "[TO OEM] Which car\nis it?");
    assert_eq!(site.answer().await.annotations, ["Which car\nis it?"]);
    site.comment(1, "[TO OEM]It is <urgent> & \"so on\".");
    assert_eq!(site.answer().await.annotations, ["Which car\nis it?", "It is <urgent> & \"so on\"."]);
    // Edited, it is another text; without the prefix it is none.
    site.jira().edit_comment("jane", &issue, &one, "[TO OEM] Which colour?").unwrap();
    assert_eq!(site.answer().await.annotations, ["Which colour?", "It is <urgent> & \"so on\"."]);
    site.jira().edit_comment("jane", &issue, &one, "Which colour?").unwrap();
    assert_eq!(site.answer().await.annotations, ["It is <urgent> & \"so on\"."]);
    site.jira().edit_comment("jane", &issue, &one, "[TO OEM] Which colour?").unwrap();
    // They stand in the order in which the comments were made.
    assert_eq!(site.answer().await.annotations, ["Which colour?", "It is <urgent> & \"so on\"."]);
    site.jira().delete_comment("jane", &issue, &one).unwrap();
    assert_eq!(site.answer().await.annotations, ["It is <urgent> & \"so on\"."]);
    assert_eq!(site.of_ours(1).comments.len(), 1, "none of them comes back");
    // Nothing of it goes out again, and it is there when something else does.
    site.set(1, json!({ "customfield_12009": "Something else." }));
    assert_eq!(site.answer().await.annotations, ["It is <urgent> & \"so on\"."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_comments_of_the_same_text_are_two_annotations() {
    let site = Site::answered(&AT_ONCE, 1).await;
    let one = site.comment(1, "[TO OEM] Any news?");
    site.comment(1, "[TO OEM] Any news?");
    assert_eq!(site.answer().await.annotations, ["Any news?", "Any news?"]);
    site.jira().delete_comment("jane", &site.of_ours(1).id, &one).unwrap();
    assert_eq!(site.answer().await.annotations, ["Any news?"]);
}

fn files(answer: &Answer) -> Vec<(&str, &[u8])> {
    answer.attachments.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_ours_go_out_once_and_theirs_never_go_back() {
    let site = Site::answered(&at_once(&["trackers.pfiff.max_attachment=1KiB"]), 1).await;
    assert_eq!(files(&site.answers()[0]), []);
    site.attach(1, "log.txt", b"of ours");
    assert_eq!(files(&site.answer().await), [("log.txt", &b"of ours"[..])]);
    assert_eq!(site.turn().await, [""; 0]);
    // Another one of that name, and one with a name that zip archives have trouble with.
    site.attach(1, "log.txt", b"another one");
    site.attach(1, "Prüf bericht (1) & Größe.pdf", b"%PDF");
    site.attach(1, "film.mp4", &[0; 1025]);
    site.attach(1, "empty", b"");
    let answer = site.answer().await;
    let expected = [("Prüf bericht (1) & Größe.pdf", &b"%PDF"[..]), ("empty", b""), ("log.txt", b"another one")];
    assert_eq!(files(&answer), expected);
    // Two at once of one name, and a name that is a folder's in some eyes.
    site.attach(1, "x.xml", b"one");
    site.attach(1, "X.xml", b"two");
    site.attach(1, "x.xml", b"three");
    let answer = site.answer().await;
    let mut contents: Vec<&[u8]> = answer.attachments.values().map(Vec::as_slice).collect();
    contents.sort_unstable();
    assert_eq!(contents, [&b"one"[..], b"three", b"two"]);
    site.comment(1, "[TO OEM] Nothing new");
    assert_eq!(files(&site.answer().await), []);
    let theirs = site.of_ours(1).attachments.into_iter().filter(|file| file.author == "pfiff-sync");
    assert_eq!(theirs.map(|file| file.file_name).collect::<Vec<_>>(), ["theirs.txt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_they_send_back_of_ours_is_not_taken_for_news() {
    let site = Site::answered(&AT_ONCE, 1).await;
    site.attach(1, "log.txt", b"log.txt");
    site.comment(1, "[TO OEM] See the log.");
    site.answer().await;
    // They name our file, and later even send it.
    let named = Issue { attachments: vec!["theirs.txt".to_owned(), "log.txt".to_owned()], ..Issue::new(1, "issue 1") };
    let only_named = Package::at(2, 0).with("D.xml", document(std::slice::from_ref(&named)));
    for package in [only_named, Package::at(3, 0).with_issues(&[named])] {
        site.receive_package(&package);
        assert_eq!(site.turn().await, [""; 0]);
        let mut names: Vec<String> = site.of_ours(1).attachments.into_iter().map(|file| file.file_name).collect();
        names.sort();
        assert_eq!(names, ["log.txt", "theirs.txt"], "{}", package.reference());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_ours_goes_out_whatever_file_of_that_name_they_mention() {
    let site = Site::answered(&AT_ONCE, 1).await;
    site.attach(1, "log.txt", b"the first one");
    assert_eq!(site.answer().await.attachments.len(), 1);
    // As they do with each export: those that went before are named, and not sent again.
    let named = Issue { attachments: vec!["theirs.txt".to_owned(), "log.txt".to_owned()], ..Issue::new(1, "issue 1") };
    site.receive_package(&Package::at(2, 0).with("D.xml", document(&[named])));
    assert_eq!(site.turn().await, [""; 0]);
    site.attach(1, "log.txt", b"the second one");
    site.attach(1, "theirs.txt", b"with remarks of ours");
    assert_eq!(files(&site.answer().await), [("log.txt", &b"the second one"[..]), ("theirs.txt", b"with remarks of ours")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_they_only_named_comes_with_a_later_package() {
    let site = Site::with(&AT_ONCE).await;
    let issue = Issue::new(1, "issue 1").attaching("late.txt");
    site.receive_package(&Package::at(1, 0).with("D.xml", document(std::slice::from_ref(&issue))));
    site.turn().await;
    assert_eq!(site.told(1).1, [""; 0]);
    site.receive_package(&Package::at(2, 0).with_issues(&[issue]));
    site.turn().await;
    assert_eq!(site.told(1).1, ["late.txt"]);
}
