//! The word of an OFTP server, or of a script beside it, that files arrived: `{"files": ["ENG…", …]}`.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Cause, Change, Decoded, Malformed, Nameless};
use crate::{formats::engdat::FileName, ids::IssueId};

/// The most files of one word; a package has up to 999.
const MOST_FILES: usize = 10_000;
/// The most characters of a name that an error shows.
const LONGEST_SHOWN: usize = 60;

#[derive(Deserialize)]
struct Arrival {
    files: Vec<String>,
}

/// Reads the body: one change for each package that a file belongs to.
///
/// # Errors
/// It is no such list, or a name is none of a file of a package.
pub fn decode(body: &[u8]) -> Result<Decoded, Malformed> {
    let arrival: Arrival = serde_json::from_slice(body)?;
    if arrival.files.len() > MOST_FILES {
        return Err(Malformed(format!("`files` names more than {MOST_FILES} files")));
    }
    let packages = packages_of(&arrival.files)?;
    if packages.is_empty() {
        return Ok(Decoded::Nothing(Nameless::NoFile));
    }
    let change = |reference: String| Change {
        issue: IssueId::new(&reference),
        subject: reference,
        deleted: false,
        cause: Cause::PackageArrived,
        actor: None,
    };
    Ok(Decoded::Changes(packages.into_iter().map(change).collect()))
}

/// The references of the packages that files belong to, each once.
///
/// # Errors
/// A name is none of a file of a package.
pub fn packages_of(files: &[String]) -> Result<BTreeSet<String>, Malformed> {
    files.iter().map(|file| package_of(file)).collect()
}

/// The reference of the package that a file belongs to. A hook may give the whole path.
fn package_of(file: &str) -> Result<String, Malformed> {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    match FileName::parse(name) {
        Ok(name) => Ok(name.reference().as_str().to_owned()),
        Err(error) => {
            let shown: String = name.chars().take(LONGEST_SHOWN).collect();
            Err(Malformed(format!("{shown:?} is no file of a package: {error}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_package_is_named_once() {
        let body = br#"{"files": ["ENG26112011000001PAG003003", "/in/ENG26112011000001PAG003001.0001", "C:\\in\\ENG26112010000000PAG002001"]}"#;
        let Decoded::Changes(changes) = decode(body).unwrap() else { panic!("no change") };
        let packages: Vec<&str> = changes.iter().map(|change| change.subject.as_str()).collect();
        assert_eq!(packages, ["26112010000000PAG", "26112011000001PAG"]);
        assert_eq!(changes[0].cause, Cause::PackageArrived);
        assert_eq!(decode(br#"{"files": []}"#), Ok(Decoded::Nothing(Nameless::NoFile)));
    }

    #[test]
    fn what_is_no_file_of_a_package_is_told() {
        let error = |body: &str| decode(body.as_bytes()).unwrap_err().0;
        assert!(error(r#"{"files": ["README"]}"#).contains("\"README\" is no file of a package"));
        assert!(error("[]").contains("no valid JSON"));
        assert!(error(r#"{"files": "ENG26112010000000PAG002001"}"#).contains("no valid JSON"));
        let many = serde_json::json!({ "files": vec!["x"; MOST_FILES + 1] }).to_string();
        assert!(error(&many).contains("more than"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }

        #[test]
        fn any_name_is_answered(name in any::<String>()) {
            let _ = decode(serde_json::json!({ "files": [name] }).to_string().as_bytes());
        }
    }
}
