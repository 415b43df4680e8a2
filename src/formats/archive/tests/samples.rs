use super::*;

const GOOD: &[u8] = include_bytes!("../../../../tests/data/pfiff/1-good/ENG26112010000000PAG002002");
const TWO: &[u8] = include_bytes!("../../../../tests/data/pfiff/2-two-zips/ENG26112011000001PAG003002");

#[test]
fn the_samples_are_read_and_their_names_are_as_people_gave_them() {
    let mut archive = open(GOOD.to_vec());
    let expected = ["A.xml", "B.XML", "4711001/trace.asc", "4711001/Prüfbericht Größe.pdf"];
    assert_eq!(told(&archive), expected.map(|name| (name, None)));
    assert_eq!(archive.entries()[3].stored_name, "4711001/Pr├╝fbericht Gr├╢├Яe.pdf");
    assert_eq!(archive.documents().map(|entry| entry.index).collect::<Vec<_>>(), [0, 1]);
    for (index, size) in [5351, 2076, 1720, 1033].into_iter().enumerate() {
        assert_eq!(content(&mut archive, index).unwrap().len(), size);
        assert_eq!(usize::try_from(archive.entries()[index].size).unwrap(), size);
    }
    assert!(content(&mut archive, 3).unwrap().starts_with(b"%PDF"));
}

#[test]
fn what_the_documents_name_is_found_however_it_is_stored() {
    for bytes in [GOOD, TWO] {
        let archive = open(bytes.to_vec());
        for (text, expected) in [
            ("./4711001/trace.asc", "4711001/trace.asc"),
            ("4711001/trace.asc", "4711001/trace.asc"),
            ("./4711001/Prüfbericht Größe.pdf", "4711001/Prüfbericht Größe.pdf"),
            ("4711001\\Prüfbericht Größe.pdf", "4711001/Prüfbericht Größe.pdf"),
            ("\n  ./4711001//Pr%C3%BCfbericht%20Gr%c3%b6%C3%9Fe.pdf ", "4711001/Prüfbericht Größe.pdf"),
            ("./4711001/Pr%FCfbericht Gr%F6%DFe.pdf", "4711001/Prüfbericht Größe.pdf"),
        ] {
            assert_eq!(archive.find(&url(text)).map(|entry| entry.name.as_str()), Some(expected), "{text}");
        }
        for text in ["trace.asc", "4711001", "4711001/TRACE.asc", "./4711001/Pruefbericht.pdf"] {
            assert_eq!(archive.find(&url(text)), None, "{text}");
        }
    }
}
