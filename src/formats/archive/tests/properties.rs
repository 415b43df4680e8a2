use std::path::{Component, Path, PathBuf};

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::formats::archive::name::normalise;

/// Whether a path stays below a root, by the rules of the file system rather than by ours.
fn stays_inside(name: &str) -> bool {
    let root = Path::new("/root/of/all");
    let joined: PathBuf = root.join(name);
    joined.starts_with(root)
        && joined != root
        && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
        && !name.contains(['\\', '\0', '\n', '\r'])
}

fn check_all(bytes: Vec<u8>) -> Result<(), TestCaseError> {
    let limits = Limits { entry_bytes: 1 << 16, total_bytes: 1 << 20, ..Limits::default() };
    let Ok(mut archive) = open_within(bytes, &limits) else { return Ok(()) };
    for entry in archive.entries().to_vec() {
        match entry.refusal {
            None => prop_assert!(stays_inside(&entry.name) && stays_inside(&entry.stored_name), "{:?}", entry.name),
            Some(refusal) => prop_assert!(!refusal.to_string().is_empty()),
        }
        if let Ok(content) = content(&mut archive, entry.index) {
            prop_assert_eq!(u64::try_from(content.len()).unwrap(), entry.size);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_read(
        entries in proptest::collection::btree_map("[a-zA-ZЖ€]([a-zäß ]{0,6}[a-zä])?(/[a-zA-Zß.]{3,8}){0,3}", any::<Vec<u8>>(), 0..8),
        dots in any::<bool>(),
    ) {
        let mut writer = ArchiveWriter::new(Cursor::new(Vec::new()), date(2026, 11, 20).at(10, 0, 0, 0)).unwrap();
        // A part of dots is no name.
        let entries: Vec<_> = entries.into_iter().filter(|(name, _)| normalise(name).as_deref() == Ok(name)).collect();
        for (name, content) in &entries {
            let name = if dots { format!("./{name}") } else { name.clone() };
            writer.add(&name, &mut content.as_slice()).unwrap();
        }
        let mut archive = open(writer.finish().unwrap().into_inner());
        prop_assert_eq!(archive.entries().len(), entries.len());
        for (index, (name, expected)) in entries.iter().enumerate() {
            prop_assert_eq!(&archive.entries()[index].name, name);
            prop_assert_eq!(archive.find(&url(name)).map(|entry| entry.index), Some(index));
            prop_assert_eq!(&content(&mut archive, index).unwrap(), expected);
        }
    }

    #[test]
    fn no_name_gets_out_of_a_root(name in "\\PC{0,40}|[./\\\\:aC\u{0}\u{202E}]{0,12}", bytes in any::<Vec<u8>>()) {
        if let Ok(normalised) = normalise(&name) {
            prop_assert!(stays_inside(&normalised), "{name:?} became {normalised:?}");
            prop_assert_eq!(normalise(&normalised), Ok(normalised));
        }
        check_all(join(&[Raw::new(&name, b"x"), Raw { flags: 0, ..Raw::new(&bytes, b"y") }]))?;
        let _ = EntryUrl::parse(&name).map(|url| open(join(&[Raw::new(&name, b"x")])).find(&url).cloned());
    }

    #[test]
    fn no_damage_makes_the_reader_panic(
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        cut in proptest::option::of(any::<proptest::sample::Index>()),
    ) {
        let mut bytes = join(&[Raw::new("A.xml", b"first"), deflated("./d/Größe", &[7; 3000]), Raw::new("c\\d", b"")]);
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        check_all(bytes)?;
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        check_all(bytes.clone())?;
        check_all([b"PK\x05\x06".as_slice(), &bytes].concat())?;
    }
}
