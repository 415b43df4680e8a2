//! Every kind of rule, by the cases of `tests/data/rules`; and that no kind and no parameter is without one, nor without a word in
//! `docs/rules.md`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
};

use trackersync::{
    config::place::Source,
    sync::rules::{documentation, examples},
};

/// A name of a file and its text.
fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rules");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn each_case_holds() {
    let mut cases = 0;
    let mut failed = Vec::new();
    for (name, text) in files() {
        let source = Arc::new(Source { name: format!("tests/data/rules/{name}"), text });
        let reports = examples::run(&source, &[]).unwrap_or_else(|found| panic!("{found:#?}"));
        cases += reports.len();
        let told = |report: &examples::Report| format!("{}: {}\n{}", report.place, report.name, report.failures.join("\n"));
        failed.extend(reports.iter().filter(|report| !report.failures.is_empty()).map(told));
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    assert!(cases >= 150, "only {cases} cases");
}

#[test]
fn no_two_cases_of_a_file_have_the_same_name() {
    for (file, text) in files() {
        let mut names = BTreeSet::new();
        for case in text.parse::<toml::Table>().unwrap()["case"].as_array().unwrap() {
            let name = case["name"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{file}: {name}");
        }
    }
}

/// The parameters that the rules of cases have, by kind.
fn tried() -> BTreeMap<String, BTreeSet<String>> {
    let mut tried: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, text) in files() {
        let cases: toml::Table = text.parse().unwrap();
        for rule in cases["case"].as_array().unwrap().iter().flat_map(|case| case["rule"].as_array().unwrap()) {
            let kind = rule.get("kind").and_then(toml::Value::as_str).unwrap_or_default().to_owned();
            tried.entry(kind).or_default().extend(rule.as_table().unwrap().keys().cloned());
        }
    }
    tried
}

#[test]
fn each_kind_and_each_of_its_parameters_has_a_case() {
    let tried = tried();
    let kinds = documentation::kinds();
    assert_eq!(kinds.len(), 20);
    for kind in kinds {
        let parameters = documentation::parameters(kind);
        assert!(parameters.len() >= 7, "{kind}: {parameters:?}");
        let missing: Vec<&&str> = parameters.iter().filter(|name| !tried[kind].contains(**name)).collect();
        assert!(missing.is_empty(), "no case of {kind} has {missing:?}");
    }
}

#[test]
fn each_kind_has_a_page_that_explains_just_the_parameters_it_takes() {
    for kind in documentation::kinds() {
        let page = documentation::page(kind).unwrap_or_else(|| panic!("{kind} has no page"));
        assert_eq!(page.parameters(), documentation::parameters(kind), "{kind}");
        assert!(page.example.contains(&format!("kind = \"{kind}\"")), "{kind} has no example");
        assert!(page.words().starts_with(&format!("`{}`", page.kinds[0])) && page.summary().len() > 20, "{kind}");
    }
    assert_eq!(documentation::pages().iter().map(|page| page.kinds.len()).sum::<usize>(), documentation::kinds().len());
}

#[test]
fn the_documentation_is_what_the_program_tells() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md")).unwrap();
    let hint = "write it again: cargo run -- help-rule --all > docs/rules.md";
    assert!(page.trim_end() == documentation::markdown().trim_end(), "docs/rules.md is out of date; {hint}");
}
