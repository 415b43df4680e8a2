//! Help and completions.

use crate::program::run;

const COMMANDS: [&[&str]; 27] = [
    &[],
    &["serve"],
    &["sync"],
    &["explain"],
    &["check"],
    &["doctor"],
    &["schema"],
    &["config"],
    &["config", "show"],
    &["config", "convert"],
    &["jira"],
    &["links"],
    &["dead"],
    &["dead", "list"],
    &["dead", "show"],
    &["dead", "replay"],
    &["dead", "drop"],
    &["engdat"],
    &["engdat", "show"],
    &["engdat", "check"],
    &["engdat", "unpack"],
    &["engdat", "pack"],
    &["fuse"],
    &["fuse", "show"],
    &["fuse", "reset"],
    &["help-rule"],
    &["completions"],
];

#[test]
fn each_command_explains_itself() {
    let folder = tempfile::tempdir().unwrap();
    for command in COMMANDS {
        let arguments: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
        let ran = run(folder.path(), &arguments);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{command:?}: {ran:?}");
        assert!(ran.out.contains("Usage: trackersync"), "{command:?}: {ran:?}");
        let wide = ran.out.lines().find(|line| line.chars().count() > 110);
        assert_eq!(wide, None, "{command:?}");
    }
    let overview = run(folder.path(), &["--help"]).out;
    for command in COMMANDS.iter().filter_map(|command| command.first()) {
        assert!(overview.contains(&format!("\n  {command} ")), "{command} is not in the overview:\n{overview}");
    }
    assert!(run(folder.path(), &["--version"]).out.starts_with("trackersync "));
}

#[test]
fn what_is_no_command_is_an_error_of_usage() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&[][..], &["snyc"], &["sync", "--remote-id", "1", "--all"], &["serve", "--role", "boss"]] {
        let ran = run(folder.path(), arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains("Usage") || ran.err.contains("error"), "{arguments:?}: {ran:?}");
    }
    assert!(run(folder.path(), &["snyc"]).err.contains("sync"), "the near command is named");
}

#[test]
fn kinds_of_rules_are_listed_and_explained() {
    let folder = tempfile::tempdir().unwrap();
    let list = run(folder.path(), &["help-rule"]);
    assert_eq!((list.code, list.err.as_str()), (Some(0), ""));
    assert!(list.out.contains("two_way\n    either side may change the attribute\n"), "{}", list.out);
    let one = run(folder.path(), &["help-rule", "two_way"]).out;
    for told in ["### `two_way`", "conflict = \"hold\"", "| `conflict` |", "| `strip_prefix` |", "| `only_assigned` |"] {
        assert!(one.contains(told), "{told} is not told:\n{one}");
    }
    let unknown = run(folder.path(), &["help-rule", "two_wai"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("did you mean `two_way`?"), "{unknown:?}");
}

#[test]
fn shells_get_their_completions() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), &["completions", "bash"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    for word in ["_trackersync()", "--remote-id", "explain", "complete -F"] {
        assert!(ran.out.contains(word), "no {word}");
    }
    for shell in ["zsh", "fish"] {
        assert!(run(folder.path(), &["completions", shell]).out.len() > 500, "{shell}");
    }
    assert_eq!(run(folder.path(), &["completions", "tcsh"]).code, Some(2));
}
