//! No secret is ever shown, and none is taken from where everybody can read it.

use crate::program::{GOOD, VARIABLES, folder_with, run, run_on, run_with};

const LITERAL: &str = "Kiefer-und-Fichte";

fn with_literals() -> String {
    format!("[queue]\nurl = \"amqp://me:{LITERAL}@127.0.0.1:9/x\"\n{GOOD}")
        .replace("{ env = \"OFFICE_PASSWORD\" }", &format!("\"{LITERAL}\""))
        .replace("{ env = \"UPSTREAM_HOOK\" }", &format!("\"{LITERAL}\""))
}

#[test]
fn no_command_shows_a_secret() {
    let good = folder_with(GOOD);
    let literal = folder_with(&with_literals());
    for arguments in [
        &["config", "show"][..],
        &["--json", "config", "show"],
        &["-vv", "check", "--offline"],
        &["-vv", "check"],
        &["--json", "check"],
        &["-vv", "sync", "--all"],
        &["-vv", "explain", "--remote-id", "UP-1"],
        &["--set", "server.lisen=x", "check", "--offline"],
    ] {
        for folder in [&good, &literal] {
            let ran = run(folder.path(), arguments);
            for (_, secret) in VARIABLES {
                assert!(!ran.both().contains(secret), "{arguments:?}: {ran:?}");
            }
            assert!(!ran.both().contains(LITERAL), "{arguments:?}: {ran:?}");
            assert!(!ran.both().is_empty(), "{arguments:?} told nothing at all");
        }
    }
}

#[test]
fn a_shown_secret_tells_where_it_comes_from() {
    let ran = run_on(&with_literals(), &["--json", "config", "show"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let shown = ran.json().remove(0);
    assert_eq!(shown["trackers"]["upstream"]["password"], "*** from { env = \"UPSTREAM_PASSWORD\" }");
    assert_eq!(shown["trackers"]["office"]["password"], "*** from literal");
    assert_eq!(shown["queue"]["url"], "amqp://me:***@127.0.0.1:9/x");
}

#[test]
fn a_secret_in_clear_is_a_warning_that_points_at_it_without_showing_it() {
    let ran = run_on(&with_literals(), &["check", "--offline"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.err.contains("stands in the file in clear") && ran.err.contains("trackersync.toml:7:12"), "{ran:?}");
    // Errors on a line beside it, and lines that are no TOML, show no more of it.
    for broken in ["kind = \"roundpu\"", "username = \"sync", "usrname = \"sync\""] {
        let bad = GOOD.replacen(
            "username = \"sync\"\npassword = { env = \"OFFICE_PASSWORD\" }",
            &format!("password = \"{LITERAL}\"\n{broken}"),
            1,
        );
        let ran = run_on(&bad, &["check", "--offline"]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(!ran.both().contains(LITERAL), "{broken}: {ran:?}");
    }
    let ran = run_on(&GOOD.replacen("{ env = \"OFFICE_PASSWORD\" }", &format!("\"{LITERAL}"), 1), &["check", "--offline"]);
    assert_eq!(ran.code, Some(2));
    assert!(!ran.both().contains(LITERAL), "{ran:?}");
}

#[test]
fn a_secret_on_the_command_line_is_refused() {
    for key in ["trackers.office.password", "trackers.office.webhook_secret", "trackers.upstream.token"] {
        let folder = folder_with(GOOD);
        let ran = run(folder.path(), &["--set", &format!("{key}={LITERAL}"), "check", "--offline"]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains("must not be given on the command line"), "{ran:?}");
        assert!(ran.err.contains("{ env = \"NAME\" }"), "a hint what to do instead: {ran:?}");
        assert!(!ran.both().contains(LITERAL), "{ran:?}");
    }
    let folder = folder_with(GOOD);
    let ran = run(folder.path(), &["--set", &format!("queue.url=amqp://me:{LITERAL}@127.0.0.1"), "check", "--offline"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(!ran.both().contains(LITERAL), "{ran:?}");
    let variables = [("TRACKERSYNC_TRACKERS__OFFICE__PASSWORD", LITERAL)];
    let ran = run_with(folder.path(), &["config", "show"], &variables);
    assert_eq!(ran.code, Some(0), "a variable is a good place: {ran:?}");
    assert!(!ran.both().contains(LITERAL), "{ran:?}");
}
