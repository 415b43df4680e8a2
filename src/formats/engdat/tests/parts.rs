use super::*;

#[test]
fn a_package_is_complete_when_all_its_files_are_there() {
    let mut parts = Parts::of(file("ENG26112011000001PAG003003"));
    assert_eq!((parts.missing(), parts.is_complete()), (vec![1, 2], false));
    assert_eq!(parts.add(file("ENG26112011000001PAG003001")), Ok(true));
    assert_eq!(parts.add(file("ENG26112011000001PAG003001.again")), Ok(false));
    assert_eq!((parts.missing(), parts.is_complete()), (vec![2], false));
    assert_eq!(parts.add(file("ENG26112011000001PAG003002")), Ok(true));
    assert_eq!((parts.missing(), parts.is_complete()), (vec![], true));
    assert_eq!(parts.present().map(FileName::sequence).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((parts.reference().as_str(), parts.total()), ("26112011000001PAG", 3));
}

#[test]
fn files_of_other_packages_are_refused() {
    let mut parts = Parts::of(file("ENG26112011000001PAG003003"));
    for (name, expected) in [
        ("ENG26112011000002PAG003001", "ENG26112011000002PAG003001 is not a file of the package 26112011000001PAG"),
        (
            "ENG26112011000001PAG002001",
            "ENG26112011000001PAG002001 tells of 2 files, and others of the package 26112011000001PAG of 3: two packages have the same reference",
        ),
    ] {
        assert_eq!(parts.add(file(name)).unwrap_err().to_string(), expected);
    }
    assert_eq!(parts.missing(), [1, 2]);
}

#[test]
fn the_description_and_the_files_are_compared() {
    let mut parts = Parts::of(file("ENG26112011000001PAG003001"));
    parts.add(file("ENG26112011000001PAG003003")).unwrap();
    for (named, is_full, expected) in [
        (&[3][..], true, "the description and the files agree"),
        (&[2, 3], false, "the description names files that are not there: 002"),
        (&[], false, "there are files that the description does not name: 003"),
        (&[4, 2, 2], false, "the description names 002, 004, which are not there, and does not name 003, which are"),
    ] {
        let agreement = parts.compare(named.iter().copied());
        assert_eq!((agreement.is_full(), agreement.to_string().as_str()), (is_full, expected));
    }
}
