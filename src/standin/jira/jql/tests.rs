//! The query language, text by text.

use super::*;

fn clause(field: &str, operator: Operator, value: &str) -> Condition {
    Condition::Clause { field: field.to_owned(), operator, values: vec![Operand::Text(value.to_owned())] }
}

#[test]
fn and_binds_closer_than_or() {
    let query = parse("project = UP and status != Done OR key=UP-1 order by updated DESC, key").unwrap();
    let expected = Condition::Or(vec![
        Condition::And(vec![clause("project", Operator::Equal, "UP"), clause("status", Operator::NotEqual, "Done")]),
        clause("key", Operator::Equal, "UP-1"),
    ]);
    assert_eq!(query.condition, Some(expected));
    assert_eq!(query.order, [("updated".to_owned(), true), ("key".to_owned(), false)]);
}

#[test]
fn lists_functions_quotes_and_empty() {
    let query = parse(r#"NOT (labels not in (a, "b \"c\"") && assignee in (currentUser()) || due is not EMPTY)"#);
    let Some(Condition::Not(inner)) = query.unwrap().condition else { panic!("a negation") };
    let Condition::Or(choices) = *inner else { panic!("a choice") };
    assert_eq!(choices.len(), 2);
    let text = format!("{choices:?}");
    assert!(text.contains(r#"b \"c\""#) && text.contains("currentuser") && text.contains("IsNot"), "{text}");
}

#[test]
fn empty_and_order_alone_match_all() {
    assert_eq!(parse("").unwrap(), Query { condition: None, order: vec![] });
    assert_eq!(parse(" ORDER BY key asc").unwrap().order, [("key".to_owned(), false)]);
}

#[test]
fn errors_are_told() {
    for bad in [
        "project",
        "project =",
        "= UP",
        "project = UP and",
        "(project = UP",
        "project = UP)",
        "key in (A, ",
        "summary ~ \"x",
        "labels is x",
        "project = UP order by",
        "a = b c",
        "&",
        "key in ()",
        "x = f(1)",
    ] {
        assert!(parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn nesting_is_bounded() {
    assert!(parse(&format!("{}key = A-1{}", "(".repeat(40), ")".repeat(40))).is_ok());
    assert!(parse(&format!("{}key = A-1{}", "(".repeat(60_000), ")".repeat(60_000))).is_err());
    assert!(parse(&format!("{}key = A-1", "not ".repeat(10_000))).is_err());
}
