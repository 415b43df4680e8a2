//! The checker, in the manner of Jepsen: every edit of a user is noted as attempted and as acknowledged by the tracker it was made
//! in. At the end it is looked for in both trackers, and found ok, lost, doubled or recovered; what nobody attempted is unexpected.

use std::{collections::BTreeMap, fmt};

use trackersync::sync::issue::Side;

/// What was edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// An issue was made; its text is its title.
    Issue,
    /// A title was set.
    Title,
    /// A comment was added.
    Comment,
    /// A file was attached; its text is its name and the digest of its bytes.
    File,
}

/// One edit of a user.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The issue, by the first word of its title, which never changes.
    pub issue: String,
    /// What was edited.
    pub what: What,
    /// What is there afterwards; no two edits have the same.
    pub text: String,
    /// In which tracker.
    pub side: Side,
    /// Whether that tracker said that it is done.
    pub acknowledged: bool,
    /// Whether it was taken back since: it is to be found nowhere.
    pub withdrawn: bool,
}

/// What an issue holds in one tracker.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// Its title.
    pub title: String,
    /// The texts of its comments.
    pub comments: Vec<String>,
    /// Names and digests of its files.
    pub files: Vec<String>,
}

impl Contents {
    /// The first word of the title.
    pub fn tag(&self) -> &str {
        self.title.split(' ').next().unwrap_or_default()
    }
}

/// All edits, in the order in which they were attempted.
#[derive(Debug, Default)]
pub struct Ledger {
    edits: Vec<Edit>,
}

/// What became of the edits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Attempted in all.
    pub attempted: usize,
    /// Acknowledged in all.
    pub acknowledged: usize,
    /// Acknowledged, and in both trackers once.
    pub ok: usize,
    /// Never acknowledged, and in both trackers once.
    pub recovered: usize,
    /// Never acknowledged, and in neither.
    pub never_happened: usize,
    /// Missing in one of them, or in both although acknowledged: in words.
    pub lost: Vec<String>,
    /// More than once in one of them: in words.
    pub doubled: Vec<String>,
    /// Attempted by nobody: in words.
    pub unexpected: Vec<String>,
}

impl Figures {
    /// Whether nothing is wrong.
    pub fn are_clean(&self) -> bool {
        self.lost.is_empty() && self.doubled.is_empty() && self.unexpected.is_empty()
    }

    /// Adds those of another part.
    pub fn add(&mut self, other: Self) {
        self.attempted += other.attempted;
        self.acknowledged += other.acknowledged;
        self.ok += other.ok;
        self.recovered += other.recovered;
        self.never_happened += other.never_happened;
        self.lost.extend(other.lost);
        self.doubled.extend(other.doubled);
        self.unexpected.extend(other.unexpected);
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { attempted, acknowledged, ok, recovered, never_happened, lost, doubled, unexpected } = self;
        write!(out, "{attempted} edits attempted, {acknowledged} acknowledged: {ok} ok, ")?;
        write!(out, "{} lost, {} doubled, {recovered} recovered, ", lost.len(), doubled.len())?;
        write!(out, "{} unexpected, {never_happened} never happened", unexpected.len())?;
        for one in lost.iter().chain(doubled).chain(unexpected) {
            write!(out, "\n  {one}")?;
        }
        Ok(())
    }
}

impl Ledger {
    /// Notes that an edit is being attempted; its number.
    pub fn attempt(&mut self, issue: &str, what: What, text: &str, side: Side) -> usize {
        let (issue, text) = (issue.to_owned(), text.to_owned());
        self.edits.push(Edit { issue, what, text, side, acknowledged: false, withdrawn: false });
        self.edits.len() - 1
    }

    /// Notes that the tracker said it is done.
    pub fn acknowledge(&mut self, edit: usize) {
        self.edits[edit].acknowledged = true;
    }

    /// Notes that a comment was rewritten.
    pub fn rewrite(&mut self, edit: usize, text: &str) {
        text.clone_into(&mut self.edits[edit].text);
    }

    /// Notes that a comment was deleted.
    pub fn withdraw(&mut self, edit: usize) {
        self.edits[edit].withdrawn = true;
    }

    /// An edit.
    pub fn edit(&self, number: usize) -> &Edit {
        &self.edits[number]
    }

    /// Compares with what is in the trackers; of those issues only that edits of this ledger are about.
    pub fn check(&self, local: &[Contents], remote: &[Contents]) -> Figures {
        let mut figures = Figures {
            attempted: self.edits.len(),
            acknowledged: self.edits.iter().filter(|edit| edit.acknowledged).count(),
            ..Figures::default()
        };
        let mut issues: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
        for edit in &self.edits {
            issues.entry(&edit.issue).or_default().push(edit);
        }
        for (tag, edits) in &issues {
            let of = |all: &[Contents]| all.iter().filter(|one| one.tag() == *tag).cloned().collect::<Vec<_>>();
            check_issue(tag, edits, [&of(local), &of(remote)], &mut figures);
        }
        for (side, all) in [(Side::Local, local), (Side::Remote, remote)] {
            let strange = all.iter().filter(|one| !issues.contains_key(one.tag()));
            figures.unexpected.extend(strange.map(|one| format!("{side} issue \"{}\"", one.title)));
        }
        figures
    }
}

/// Both sides of one issue: local, remote.
fn check_issue(tag: &str, edits: &[&Edit], sides: [&[Contents]; 2], figures: &mut Figures) {
    let of = |what: What| edits.iter().copied().filter(move |edit| edit.what == what);
    for edit in of(What::Issue) {
        judge(edit, [sides[0].len(), sides[1].len()], figures);
    }
    let count = |side: &[Contents], select: fn(&Contents) -> &[String], text: &str| {
        side.iter().flat_map(select).filter(|found| found.trim_end().ends_with(text)).count()
    };
    for (what, select) in [(What::Comment, comments as fn(&Contents) -> &[String]), (What::File, files)] {
        for edit in of(what) {
            judge(edit, [count(sides[0], select, &edit.text), count(sides[1], select, &edit.text)], figures);
        }
        for (side, contents) in [Side::Local, Side::Remote].into_iter().zip(sides) {
            let known = |found: &str| of(what).any(|edit| found.trim_end().ends_with(&edit.text));
            let strange = contents.iter().flat_map(select).filter(|found| !known(found));
            figures.unexpected.extend(strange.map(|found| format!("{what:?} \"{found}\" at {side} {tag}")));
        }
    }
    let titles: Vec<&Edit> = of(What::Issue).take(1).chain(of(What::Title)).collect();
    check_title(tag, &titles, sides, figures);
}

fn comments(contents: &Contents) -> &[String] {
    &contents.comments
}

fn files(contents: &Contents) -> &[String] {
    &contents.files
}

/// Says what became of an edit that is found so many times on either side.
fn judge(edit: &Edit, found: [usize; 2], figures: &mut Figures) {
    let words = || {
        format!(
            "{:?} \"{}\" of {}, made on the {} side: {} local, {} remote",
            edit.what, edit.text, edit.issue, edit.side, found[0], found[1]
        )
    };
    match (found, edit.withdrawn) {
        ([0, 0], true) => figures.ok += 1,
        ([local, remote], _) if local > 1 || remote > 1 => figures.doubled.push(words()),
        (_, true) => figures.unexpected.push(format!("{}, and it was deleted", words())),
        ([1, 1], _) if edit.acknowledged => figures.ok += 1,
        ([1, 1], _) => figures.recovered += 1,
        ([0, 0], _) if !edit.acknowledged => figures.never_happened += 1,
        _ => figures.lost.push(words()),
    }
}

/// A title has one value: the last one that was acknowledged, or one that was attempted after it. All before are overwritten. The
/// first of these is the one that the issue was made with, and counts as the issue.
fn check_title(tag: &str, titles: &[&Edit], sides: [&[Contents]; 2], figures: &mut Figures) {
    let ([local], [remote]) = (sides[0], sides[1]) else {
        // Told with the issue.
        return figures
            .lost
            .extend(titles.iter().skip(1).map(|edit| format!("title \"{}\" of {tag}: no pair of issues", edit.text)));
    };
    let last = titles.iter().rposition(|edit| edit.acknowledged).unwrap_or_default();
    let found = titles.iter().rposition(|edit| edit.text == local.title);
    if let (true, Some(found)) = (local.title == remote.title, found.filter(|found| *found >= last)) {
        for (at, edit) in titles.iter().enumerate().skip(1) {
            match (edit.acknowledged, at == found) {
                (true, _) => figures.ok += 1,
                (false, true) => figures.recovered += 1,
                (false, false) => figures.never_happened += 1,
            }
        }
        return;
    }
    let words =
        format!("title of {tag}: \"{}\" last, \"{}\" local, \"{}\" remote", titles[last].text, local.title, remote.title);
    if local.title == remote.title && found.is_none() { figures.unexpected.push(words) } else { figures.lost.push(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An issue with a comment, a file and two titles after the first, as it is in both trackers when all went well.
    fn plan() -> (Ledger, Contents) {
        let mut ledger = Ledger::default();
        for (what, text) in [
            (What::Issue, "[1] made"),
            (What::Comment, "said"),
            (What::File, "a.bin 00"),
            (What::Title, "[1] once"),
            (What::Title, "[1] twice"),
        ] {
            let edit = ledger.attempt("[1]", what, text, Side::Remote);
            ledger.acknowledge(edit);
        }
        let contents = Contents {
            title: "[1] twice".to_owned(),
            comments: vec!["Jane wrote:\n\nsaid\n".to_owned()],
            files: vec!["a.bin 00".to_owned()],
        };
        (ledger, contents)
    }

    fn check(change: impl FnOnce(&mut Ledger, &mut Vec<Contents>, &mut Vec<Contents>)) -> Figures {
        let (mut ledger, contents) = plan();
        let (mut local, mut remote) = (vec![contents.clone()], vec![contents]);
        change(&mut ledger, &mut local, &mut remote);
        ledger.check(&local, &remote)
    }

    fn both_titled(title: &str, local: &mut [Contents], remote: &mut [Contents]) {
        for side in [local, remote] {
            title.clone_into(&mut side[0].title);
        }
    }

    fn counts(figures: &Figures) -> [usize; 6] {
        let Figures { ok, recovered, never_happened, lost, doubled, unexpected, .. } = figures;
        [*ok, lost.len(), doubled.len(), *recovered, unexpected.len(), *never_happened]
    }

    #[test]
    fn what_is_on_both_sides_once_is_ok() {
        let figures = check(|_, _, _| {});
        assert_eq!(counts(&figures), [5, 0, 0, 0, 0, 0], "{figures}");
        assert!(figures.are_clean());
    }

    #[test]
    fn a_loss_that_was_planted_is_found() {
        let planted: [fn(&mut Vec<Contents>); 4] = [
            |side| side[0].comments.clear(),
            |side| side[0].files.clear(),
            |side| side[0].files = vec!["a.bin 01".to_owned()],
            |side| side[0].title = "[1] once".to_owned(),
        ];
        for (number, plant) in planted.into_iter().enumerate() {
            for side in [Side::Local, Side::Remote] {
                let figures = check(|_, local, remote| plant(if side == Side::Local { local } else { remote }));
                assert_eq!((figures.lost.len(), figures.ok), (1, 4 - usize::from(number == 3)), "{number} {side}: {figures}");
                assert!(!figures.are_clean());
            }
        }
        // An old title on both sides is a loss as well: the last one was acknowledged.
        let both = check(|_, local, remote| both_titled("[1] once", local, remote));
        assert_eq!(both.lost.len(), 1, "{both}");
        let gone = check(|_, local, _| local.clear());
        assert!(gone.lost.len() >= 5, "{gone}");
    }

    #[test]
    fn a_doubling_that_was_planted_is_found() {
        let planted: [fn(&mut Vec<Contents>); 3] = [
            |side| side.push(Contents { title: "[1] twice".to_owned(), ..Contents::default() }),
            |side| side[0].comments.push("said".to_owned()),
            |side| side[0].files.push("a.bin 00".to_owned()),
        ];
        for plant in planted {
            for side in [Side::Local, Side::Remote] {
                let figures = check(|_, local, remote| plant(if side == Side::Local { local } else { remote }));
                assert_eq!(figures.doubled.len(), 1, "{side}: {figures}");
            }
        }
    }

    #[test]
    fn what_was_not_acknowledged_may_have_happened_or_not_and_is_in_both_or_in_neither() {
        let attempt = |ledger: &mut Ledger| ledger.attempt("[1]", What::Comment, "perhaps", Side::Local);
        let neither = check(|ledger, _, _| {
            attempt(ledger);
        });
        assert_eq!(counts(&neither), [5, 0, 0, 0, 0, 1], "{neither}");
        let both = check(|ledger, local, remote| {
            attempt(ledger);
            for side in [local, remote] {
                side[0].comments.push("perhaps".to_owned());
            }
        });
        assert_eq!(counts(&both), [5, 0, 0, 1, 0, 0], "{both}");
        let one = check(|ledger, local, _| {
            attempt(ledger);
            local[0].comments.push("perhaps".to_owned());
        });
        assert_eq!(counts(&one), [5, 1, 0, 0, 0, 0], "{one}");
        let title = check(|ledger, local, remote| {
            ledger.attempt("[1]", What::Title, "[1] thrice", Side::Local);
            both_titled("[1] thrice", local, remote);
        });
        assert_eq!(counts(&title), [5, 0, 0, 1, 0, 0], "{title}");
    }

    #[test]
    fn what_nobody_attempted_or_was_taken_back_is_unexpected() {
        let planted: [fn(&mut Ledger, &mut Vec<Contents>); 5] = [
            |_, side| side[0].comments.push("whence?".to_owned()),
            |_, side| side[0].files.push("whence.bin 00".to_owned()),
            |_, side| side.push(Contents { title: "[2] whence?".to_owned(), ..Contents::default() }),
            |ledger, _| ledger.withdraw(1),
            |ledger, side| {
                ledger.rewrite(1, "unsaid");
                side[0].comments.push("unsaid".to_owned());
            },
        ];
        for (number, plant) in planted.into_iter().enumerate() {
            let figures = check(|ledger, local, _| plant(ledger, local));
            assert!(!figures.unexpected.is_empty(), "{number}: {figures}");
        }
        let strange = check(|_, local, remote| both_titled("[1] whence?", local, remote));
        assert_eq!(strange.unexpected.len(), 1, "{strange}");
    }
}
