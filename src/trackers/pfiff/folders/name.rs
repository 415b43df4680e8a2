//! Names of files. They come from foreign servers and are put behind the path of a folder, so nothing but a plain name is taken.

use crate::sync::fault::Fault;

/// The longest name that file systems know, in bytes.
const LONGEST: usize = 255;
/// How many files of one name an archive may hold.
const MOST_OF_ONE_NAME: u32 = 1_000;

/// Whether a name stays in the folder that it is put behind, on any kind of host.
pub(super) fn is_plain(name: &str) -> bool {
    let leads_elsewhere = |c: char| matches!(c, '/' | '\\') || c.is_control();
    !name.is_empty() && name.len() <= LONGEST && name != "." && name != ".." && !name.contains(leads_elsewhere)
}

/// The name, if it is a plain one.
///
/// # Errors
/// It is none.
pub(super) fn plain(name: &str) -> Result<&str, Fault> {
    if is_plain(name) {
        return Ok(name);
    }
    Err(Fault::permanent(format!("{name:?} is no plain name of a file")))
}

/// The names that a file may get in an archive: its own, then with a number.
pub(super) fn in_archive(name: &str) -> impl Iterator<Item = String> + Send {
    let numbered = (1..MOST_OF_ONE_NAME).map({
        let name = name.to_owned();
        move |number| format!("{name}.{number}")
    });
    std::iter::once(name.to_owned()).chain(numbered)
}

/// The fault of an archive that has too many files of one name.
pub(super) fn archive_is_full(name: &str, folder: &str) -> Fault {
    Fault::permanent(format!("{folder} holds {MOST_OF_ONE_NAME} files of the name {name} already"))
        .hint("the same file comes again and again: ask the other side why, and clear the archive")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_leads_elsewhere_is_no_plain_name() {
        for name in ["", ".", "..", "/", "a/b", "../a", "/etc/passwd", "a\0b", "..\\a", "C:\\a", "a\nb", "\u{7f}"] {
            assert!(!is_plain(name), "{name:?}");
            assert!(plain(name).is_err());
        }
        assert!(!is_plain(&"x".repeat(256)));
        for name in ["ENG26112010000000PAG001001", "a b", "...", ".hidden", "a..b", "ENG(1)&-.x", "größe"] {
            assert!(is_plain(name), "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn a_plain_name_is_the_last_part_of_its_path(name in any::<String>()) {
            if is_plain(&name) {
                let path = std::path::Path::new("/folder").join(&name);
                prop_assert_eq!(path.parent(), Some(std::path::Path::new("/folder")));
                prop_assert_eq!(path.file_name().and_then(|last| last.to_str()), Some(name.as_str()));
            }
        }
    }

    #[test]
    fn the_second_of_a_name_gets_a_number() {
        let names: Vec<String> = in_archive("a").take(3).collect();
        assert_eq!(names, ["a", "a.1", "a.2"]);
        assert_eq!(in_archive("a").count(), 1_000);
    }
}
