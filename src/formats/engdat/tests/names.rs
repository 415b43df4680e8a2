use jiff::civil::date;
use proptest::prelude::*;

use super::*;

#[test]
fn the_parts_of_a_name_are_told() {
    let name = file("ENG26112011000001PAG003002");
    assert_eq!(name.reference().as_str(), "26112011000001PAG");
    assert_eq!(name.reference().short(), "26112011000001");
    assert_eq!((name.total(), name.sequence(), name.is_description()), (3, 2, false));
    assert_eq!(name.reference().time(), Some(date(2026, 11, 20).at(11, 0, 0, 0)));
    assert_eq!(name.to_string(), "ENG26112011000001PAG003002");
}

#[test]
fn what_the_server_appends_is_passed_over() {
    for suffix in ["", "_1", ".2026-11-20 é", "003003"] {
        assert_eq!(file(&format!("ENG26112011000001PAG003002{suffix}")), file("ENG26112011000001PAG003002"));
    }
}

#[test]
fn other_partners_have_other_references() {
    let name = file("ENG261120110000-./&(001001");
    assert_eq!(name.reference().as_str(), "261120110000-./&(");
    // No such month, and still a reference.
    assert_eq!(file("ENG261320110000F2HBG001001").reference().time(), None);
}

#[test]
fn what_is_no_name_is_told_why() {
    for (name, expected) in [
        ("", "it does not begin with ENG, so it is no file of an ENGDAT package"),
        ("eng26112011000001PAG003002", "it does not begin with ENG, so it is no file of an ENGDAT package"),
        ("ENG26112011000001PAG00300", "it has 25 characters, and 26 are needed"),
        ("ENG26112011000001pag003002", "character 18 is 'p', where a capital letter, a digit or one of / - . & ( ) has to be"),
        ("ENG26112011000001P G003002", "character 19 is ' ', where a capital letter, a digit or one of / - . & ( ) has to be"),
        ("ENG26112011000001ÄAG003002", "character 18 is 'Ä', where a capital letter, a digit or one of / - . & ( ) has to be"),
        ("ENG2611201100A001PAG003002", "character 14 is 'A', where a digit of the time has to be"),
        ("ENG26112011000001PAG0A3002", "character 22 is 'A', where a digit of the number of files has to be"),
        ("ENG26112011000001PAG003004", "it is file 4 of 3, and they are counted from 1 to 3"),
        ("ENG26112011000001PAG003000", "it is file 0 of 3, and they are counted from 1 to 3"),
        ("ENG26112011000001PAG000000", "it is file 0 of 0, and they are counted from 1 to 0"),
    ] {
        assert_eq!(FileName::parse(name).unwrap_err().to_string(), expected, "{name}");
    }
    assert_eq!(Reference::parse("26112011000001PAGX").unwrap_err().to_string(), "it has 18 characters, and 17 are needed");
    assert_eq!(
        Reference::parse("2611201100000PAGé").unwrap_err(),
        NameError::Character { position: 17, found: 'é', expected: "a capital letter, a digit or one of / - . & ( )" }
    );
}

#[test]
fn what_cannot_be_composed_is_told_why() {
    let time = date(2026, 11, 20).at(10, 0, 0, 0);
    let wrong = |time, running, code| Reference::compose(time, running, code).unwrap_err().to_string();
    assert_eq!(Reference::compose(time, 7, "pag-pfiff").unwrap().as_str(), "26112010000007PAG");
    assert_eq!(wrong(time, 100, "PAG"), "the running number 100 has more than two digits");
    assert_eq!(wrong(time, 0, "PA"), "the routing code has 2 characters, and at least 3 are needed");
    assert_eq!(wrong(time, 0, "P_G"), "character 2 is '_', where a capital letter, a digit or one of / - . & ( ) has to be");
    let old = date(1999, 12, 31).at(0, 0, 0, 0);
    assert_eq!(wrong(old, 0, "PAG"), "the year 1999 cannot be told in two digits: only 2000 to 2099 can");
    let reference = Reference::parse("26112010000007PAG").unwrap();
    assert!(FileName::new(reference.clone(), MOST_FILES, MOST_FILES).is_ok());
    assert!(FileName::new(reference, MOST_FILES + 1, 1).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_name_is_written_as_it_was_read(reference in "[0-9]{12}[A-Z0-9/.&()-]{5}", total in 1_u16..=999, at in any::<proptest::sample::Index>()) {
        let sequence = u16::try_from(at.index(usize::from(total))).unwrap() + 1;
        let name = format!("ENG{reference}{total:03}{sequence:03}");
        let read = FileName::parse(&name).unwrap();
        prop_assert_eq!(read.to_string(), name);
        prop_assert_eq!(FileName::new(Reference::parse(&reference).unwrap(), total, sequence).unwrap(), read);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,40}", tail in "[0-9A-ZÄ]{0,30}") {
        for name in [text, format!("ENG{tail}")] {
            if let Ok(read) = FileName::parse(&name) {
                prop_assert!(name.starts_with(&read.to_string()));
            }
        }
    }
}
