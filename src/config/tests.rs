use super::*;
use crate::config::tracker::DeliveryProof;

const GOOD: &str = r#"
[trackers.office]
kind = "roundup"
url = "https://roundup.example.com/tracker"
username = "sync"
password = { env = "PW" }
webhook_secret = [{ env = "PW" }, { env = "NEW" }]

[trackers.upstream]
kind = "jira"
url = "https://example.atlassian.net"
token = { env = "PW" }
webhook_secret = { env = "PW" }

[[sync]]
name = "up"
local = "office"
remote = "upstream"
sweep = { changed = "10m", full = "1d" }

[[sync.rule]]
kind = "two_way"
local_name = "title"
remote_name = "summary"
"#;

fn load_text(text: &str, settings: &[&str]) -> Loaded {
    let source = Arc::new(Source { name: "test.toml".to_owned(), text: text.to_owned() });
    let environment = Environment::of_variables([("PW", "hidden-1"), ("NEW", "hidden-2")]);
    let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
    load(&[source], &environment, &settings)
}

fn errors(text: &str) -> Vec<Diagnostic> {
    load_text(text, &[]).diagnostics.into_iter().filter(|diagnostic| !diagnostic.is_warning).collect()
}

#[test]
fn a_good_file_is_read_whole() {
    let loaded = load_text(GOOD, &[]);
    assert_eq!(loaded.diagnostics, []);
    let config = loaded.config.unwrap();
    assert_eq!(config.syncs[0].sweep.full, Some(std::time::Duration::from_hours(24)));
    assert_eq!(config.trackers[&"office".into()].url.as_str(), "https://roundup.example.com/tracker/");
    assert!(matches!(&config.trackers[&"office".into()].proof, DeliveryProof::Secrets(secrets) if secrets.len() == 2));
    assert_eq!(config.server.listen, "127.0.0.1:8080");
}

#[test]
fn an_unknown_key_is_shown_with_its_line_and_the_nearest_key() {
    let errors = errors(&GOOD.replace("username =", "user_name ="));
    let unknown = errors.iter().find(|error| error.code == "config::unknown_key").unwrap();
    assert_eq!(unknown.place.line_and_column(), Some((5, 1)));
    assert_eq!(unknown.hint.as_deref(), Some("did you mean `username`?"));
    let shown = unknown.render(false);
    assert!(shown.contains("test.toml:5:1"), "{shown}");
    assert!(shown.contains("user_name = \"sync\""), "{shown}");
}

#[test]
fn all_errors_are_told_and_not_only_the_first() {
    let text = GOOD.replace("kind = \"jira\"", "kind = \"jirra\"").replace("remote = \"upstream\"", "remote = \"upstraem\"");
    let found = errors(&text);
    let codes: Vec<&str> = found.iter().map(|error| error.code).collect();
    assert!(codes.contains(&"config::tracker_kind") && codes.contains(&"config::unknown_tracker"), "{codes:?}");
    assert!(found.iter().any(|error| error.hint.as_deref() == Some("did you mean `upstream`?")));
}

#[test]
fn an_external_id_is_of_a_tracker_that_is_there() {
    let with = |told: &str| GOOD.replace("[[sync]]", &format!("[trackers.upstream.external_id]\n{told}\n[[sync]]"));
    let config = load_text(&with("office = \"Ticket\""), &[]).config.unwrap();
    assert_eq!(config.trackers[&"upstream".into()].jira.external_id[&"office".into()], "Ticket");
    let found = errors(&with("ofice = \"Ticket\""));
    assert_eq!((found[0].code, found[0].hint.as_deref()), ("config::external_id", Some("did you mean `office`?")));
    assert_eq!(errors(&with("office = 3"))[0].place.line_and_column().unwrap().0, 16);
}

#[test]
fn a_syntax_error_has_its_place() {
    let found = errors("[server]\nlisten = \n");
    assert_eq!(found[0].code, "config::syntax");
    assert_eq!(found[0].place.line_and_column().unwrap().0, 2);
}

#[test]
fn a_tracker_without_a_way_to_verify_deliveries_is_refused() {
    let text = GOOD.replace("webhook_secret = { env = \"PW\" }\n", "");
    assert!(errors(&text).iter().any(|error| error.code == "config::no_signature"));
    let text = GOOD.replace("webhook_secret = { env = \"PW\" }\n", "insecure_no_signature = true\n");
    assert!(errors(&text).is_empty());
}

#[test]
fn settings_override_variables_and_those_the_file() {
    let source = Arc::new(Source { name: "t.toml".to_owned(), text: "[server]\nlisten = \"a:1\"\n".to_owned() });
    let environment = Environment::of_variables([("TRACKERSYNC_SERVER__LISTEN", "b:2"), ("TRACKERSYNC_CONFIG", "x")]);
    let listen =
        |settings: &[String]| load(std::slice::from_ref(&source), &environment, settings).config.unwrap().server.listen;
    assert_eq!(listen(&[]), "b:2");
    assert_eq!(listen(&["server.listen=c:3".to_owned()]), "c:3");
}

#[test]
fn a_secret_in_a_variable_is_taken_as_it_stands() {
    let source = Arc::new(Source { name: "t.toml".to_owned(), text: GOOD.to_owned() });
    for (given, taken) in [("12345", "12345"), ("\"quoted\"", "\"quoted\""), ("{ env = \"PW\" }", "hidden-1")] {
        let environment =
            Environment::of_variables([("PW", "hidden-1"), ("NEW", "x"), ("TRACKERSYNC_TRACKERS__OFFICE__PASSWORD", given)]);
        let config = load(std::slice::from_ref(&source), &environment, &[]).config.unwrap();
        let tracker::Credentials::Basic { password, .. } = &config.trackers[&"office".into()].credentials else { panic!() };
        assert_eq!(password.expose(), taken);
    }
}

#[test]
fn a_secret_on_the_command_line_is_refused_and_never_shown() {
    let loaded = load_text(GOOD, &["trackers.office.password=oops-secret"]);
    let refused = &loaded.diagnostics[0];
    assert_eq!(refused.code, "config::secret_on_command_line");
    assert!(!refused.render(false).contains("oops-secret"));
}

#[test]
fn what_is_shown_holds_no_secret() {
    let config = load_text(GOOD, &[]).config.unwrap();
    let shown = show::to_toml(&config);
    assert!(!shown.contains("hidden"), "{shown}");
    assert!(shown.contains("*** from { env = \\\"PW\\\" }") || shown.contains("*** from { env = \"PW\" }"), "{shown}");
    assert!(!format!("{config:?}").contains("hidden"));
}

#[test]
fn a_secret_that_is_not_set_names_the_variable() {
    let source = Arc::new(Source { name: "t.toml".to_owned(), text: GOOD.to_owned() });
    let loaded = load(&[source], &Environment::of_variables([("PW", "x")]), &[]);
    assert!(loaded.diagnostics.iter().any(|diagnostic| diagnostic.message.contains("NEW")));
    assert!(loaded.config.is_none());
}
