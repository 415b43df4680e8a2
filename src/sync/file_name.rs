//! The names of files as trackers keep them: not every tracker takes every name.

/// Jira keeps no more of a name; in bytes, since file systems count those.
const LONGEST: usize = 255;

/// Characters that classic Jira forbids.
const FORBIDDEN: [char; 9] = ['"', '\\', '/', ':', '?', '*', '<', '|', '>'];

/// The name under which a file is kept: what may not stand in a multipart header, what classic Jira forbids, and what would make the
/// name look like another one becomes `_`; a name that is too long is cut before its ending. A name that is kept stays as it is.
#[must_use]
pub fn as_kept(name: &str) -> String {
    let changed: String = name.chars().map(|c| if is_taken(c) { c } else { '_' }).collect();
    let changed = changed.trim();
    if changed.is_empty() || changed.chars().all(|c| c == '.') {
        return "unnamed".to_owned();
    }
    shortened(changed)
}

/// Whether two names may be those of the same file, one as it was and one as a tracker kept it.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    one == other || as_kept(one) == as_kept(other)
}

fn is_taken(c: char) -> bool {
    !c.is_control() && !FORBIDDEN.contains(&c) && !turns_the_text(c)
}

/// Marks of direction make `exe.txt` out of `txt.exe`, for the eye.
fn turns_the_text(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn shortened(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let ending = name.rfind('.').map(|at| &name[at..]).filter(|ending| ending.len() <= 16).unwrap_or_default();
    let mut end = LONGEST - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", name[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hostile_names_become_harmless() {
        for (name, kept) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("a\r\nContent-Type: x", "a__Content-Type_ x"),
            ("say \"hi\".txt", "say _hi_.txt"),
            ("what?.txt", "what_.txt"),
            ("Übersicht 😀.txt", "Übersicht 😀.txt"),
            ("photo\u{202e}gpj.exe", "photo_gpj.exe"),
            ("  ", "unnamed"),
            ("..", "unnamed"),
            ("", "unnamed"),
        ] {
            assert_eq!(as_kept(name), kept, "{name:?}");
        }
        let long = as_kept(&format!("{}.tar.gz", "ä".repeat(200)));
        assert!(long.len() <= LONGEST && long.ends_with("ä.gz"), "{long}");
    }

    proptest! {
        #[test]
        fn what_is_kept_stays_and_fits(name in "\\PC{0,300}|[\\x00-\\x7f]{0,300}") {
            let kept = as_kept(&name);
            prop_assert!(!kept.is_empty() && kept.len() <= LONGEST);
            prop_assert_eq!(as_kept(&kept), kept.clone());
            prop_assert!(same(&name, &kept));
        }
    }
}
