//! Which projects a query in JQL names.

/// The projects that a query in JQL asks for: `project = A`, `project in (A, "B")`.
pub(super) fn projects_in(jql: &str) -> Vec<String> {
    let words = words_of(jql);
    let is = |at: usize, word: &str| matches!(words.get(at), Some(Word::Plain(text)) if text.eq_ignore_ascii_case(word));
    let mut found: Vec<String> = Vec::new();
    for at in (0..words.len()).filter(|at| is(*at, "project")) {
        let last = if is(at + 1, "=") {
            at + 2
        } else if is(at + 1, "in") && is(at + 2, "(") {
            at + 2 + words[at + 2..].iter().take_while(|word| **word != Word::Plain(")".to_owned())).count()
        } else {
            continue;
        };
        // A function, as projectsLeadByUser(), is no name.
        let names = (at + 2..=last).filter(|at| !is(at + 1, "("));
        for word in names.filter_map(|at| words.get(at)) {
            match word {
                Word::Plain(text) if ["(", ")", ","].contains(&text.as_str()) => {}
                Word::Plain(text) | Word::Quoted(text) if !found.contains(text) => found.push(text.clone()),
                _ => {}
            }
        }
    }
    found
}

/// A piece of JQL.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    Plain(String),
    Quoted(String),
}

fn words_of(jql: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut rest = jql.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' | '\'' => {
                let mut text = String::new();
                while let Some(next) = rest.next().filter(|next| *next != c) {
                    text.push(if next == '\\' { rest.next().unwrap_or(next) } else { next });
                }
                words.push(Word::Quoted(text));
            }
            c if c.is_whitespace() => {}
            c if is_sign(c) => words.push(Word::Plain(c.to_string())),
            c => {
                let mut text = c.to_string();
                while let Some(next) = rest.next_if(|next| !next.is_whitespace() && !is_sign(*next) && !"\"'".contains(*next)) {
                    text.push(next);
                }
                words.push(Word::Plain(text));
            }
        }
    }
    words
}

fn is_sign(c: char) -> bool {
    "(),=!<>~".contains(c)
}

#[cfg(test)]
mod tests {
    use super::projects_in;

    #[test]
    fn the_projects_of_a_query_are_found_and_no_others() {
        for (jql, projects) in [
            ("project = UP", &["UP"][..]),
            ("assignee = currentUser() and PROJECT=UP ORDER BY key", &["UP"]),
            ("project in (A, \"Big \\\"B\\\"\", 10001) AND labels = x", &["A", "Big \"B\"", "10001"]),
            ("project = 'Our own' OR project = A", &["Our own", "A"]),
            ("project != UP AND project not in (A, B)", &[]),
            ("summary ~ \"project = UP\" AND \"project\" = 3", &[]),
            ("project in projectsLeadByUser() OR project in (projectsLeadByUser())", &[]),
            ("project = ", &[]),
            ("filter = 10", &[]),
        ] {
            assert_eq!(projects_in(jql), projects, "{jql}");
        }
    }
}
