use jiff::civil::date;

use super::*;

fn partner(code: &str, routing: &str, address: &Address, department: &str, mail: &str) -> Partner {
    let department = [department.to_owned(), String::new()];
    Partner {
        code: code.to_owned(),
        address: address.clone(),
        country: "DE".to_owned(),
        routing: routing.to_owned(),
        contact: Contact { department: department.clone(), mail: mail.to_owned(), ..Contact::default() },
        technical_address: address.clone(),
        technical_country: "DE".to_owned(),
        technical_contact: Contact { department, ..Contact::default() },
    }
}

fn address(name: &str, lines: [&str; 4]) -> Address {
    Address { name: name.to_owned(), lines: lines.map(str::to_owned), internal: String::new() }
}

fn peer() -> Partner {
    let lines = ["Musterallee 1", "70435 Stuttgart", "GERMANY (Federal Republic of)", ""];
    let address = address("Beispiel Sportwagen AG", lines);
    partner("O0013009999PEER", "PAG-PFIFF-EXPORT", &address, "EE4", "pfiff@oem.example.com")
}

fn supplier() -> Partner {
    let address = address("Zulieferer GmbH", ["Werkstraße 7", "80331 München", "", ""]);
    partner("O0013008888SUPP", "SUPPLIER-PFIFF", &address, "Q-SW", "sync@supplier.example.com")
}

fn zip(sequence: u16) -> DataFile {
    let text = str::to_owned;
    DataFile {
        sequence,
        name: format!("{sequence:03}.zip"),
        format_code: text("NAT"),
        format: text(ZIP_FORMAT),
        data_code: text("OTH"),
        data: text("Other"),
        system: text("PFIFF"),
        system_version: text("7.1"),
        status_code: text("INF"),
        department: text("null"),
        ..DataFile::default()
    }
}

fn composed(reference: &str, files: &[u16]) -> Description {
    let reference = Reference::parse(reference).unwrap();
    let made = reference.time().unwrap();
    Description::new(&reference, made, peer(), supplier(), files.iter().copied().map(zip).collect())
}

#[test]
fn what_is_composed_is_what_the_samples_hold() {
    let [good, two] = SAMPLES;
    assert_eq!(composed("26112010000000PAG", &[2]).write().unwrap(), good);
    let two_zips = Description { separators: Some(Separators::default()), ..composed("26112011000001PAG", &[2, 3]) };
    assert_eq!(two_zips.write().unwrap(), two);
}

#[test]
fn the_samples_are_read_without_findings_and_written_as_they_were() {
    for (sample, expected) in SAMPLES.into_iter().zip([vec![2], vec![2, 3]]) {
        let read = Description::read(sample, Mode::Strict).unwrap();
        assert!(read.findings.is_empty(), "{}", read.findings);
        assert_eq!(read.description.sequences().collect::<Vec<_>>(), expected);
        assert_eq!(read.description.write().unwrap(), sample);
    }
}

#[test]
fn a_description_tells_its_package_and_its_time() {
    let description = composed("26112010000000PAG", &[2]);
    assert_eq!(description.reference().unwrap().as_str(), "26112010000000PAG");
    assert_eq!(description.envelope.control_reference, "26112010000000");
    assert_eq!(description.envelope.sender.internal, "PAG-PFIFF-EXPO");
    assert_eq!(description.document.made.to_datetime(), Some(date(2026, 11, 20).at(10, 0, 0, 0)));
    let stamp = |date: &str, time: &str| Stamp { date: date.to_owned(), time: time.to_owned() }.to_datetime();
    assert_eq!(stamp("20261120", ""), Some(date(2026, 11, 20).at(0, 0, 0, 0)));
    assert_eq!((stamp("261320", "1000"), stamp("261120", "10"), stamp("", "")), (None, None, None));
}

#[test]
fn the_route_is_checked_by_the_whole_codes() {
    let description = composed("26112010000000PAG", &[2]);
    assert_eq!(description.check_route("PAG-PFIFF-EXPORT", "SUPPLIER-PFIFF"), Ok(()));
    let wrong = |sender, recipient| description.check_route(sender, recipient).unwrap_err().to_string();
    assert_eq!(
        wrong("PAG-PFIFF-EXPO", "SUPPLIER-PFIFF"),
        "the package is from \"PAG-PFIFF-EXPORT\", and only those from \"PAG-PFIFF-EXPO\" are taken"
    );
    assert_eq!(
        wrong("PAG-PFIFF-EXPORT", "OTHER"),
        "the package is for \"SUPPLIER-PFIFF\", and only those for \"OTHER\" are taken"
    );
}

#[test]
fn what_a_strict_reader_would_refuse_is_not_written() {
    let good = composed("26112010000000PAG", &[2]);
    let mut long = good.clone();
    long.sender.address.name = "x".repeat(36);
    assert_eq!(
        long.write().unwrap_err().to_string(),
        "what would be written could not be read: the description is refused: \
         byte 194, segment 4 (SDE), element 1, component 2: the name has 36 characters, not at most 35"
    );
    let mut foreign = good.clone();
    foreign.recipient.address.lines[1] = "5 €".to_owned();
    assert_eq!(
        foreign.write().unwrap_err().to_string(),
        "the description cannot be written: RDE, element 1, component 4: '€' (U+20AC) is not in ISO 8859-1"
    );
    let mut twice = good;
    twice.files.push(zip(2));
    assert!(twice.write().unwrap_err().to_string().contains("there is a second file with the number 002"));
}

#[test]
fn what_means_nothing_here_is_kept() {
    let good = SAMPLES[0];
    let bytes = replaced(good, "'EFC+", "'DAN+1:a?+b'FTX+AAA+++x'EFC+");
    let bytes = replaced(&bytes, "'TOT+2'UNT+7+", "'FTX+BBB'SEC+1'TOT+2'UNT+11+");
    let read = Description::read(&bytes, Mode::Strict).unwrap();
    let tags = |kept: &[KeptSegment]| kept.iter().map(|segment| segment.tag.clone()).collect::<Vec<_>>().join(" ");
    assert_eq!(tags(&read.description.kept), "DAN FTX");
    assert_eq!(read.description.kept[0].elements, [["1", "a+b"]]);
    assert_eq!(tags(&read.description.files[0].kept), "FTX SEC");
    assert_eq!(read.description.write().unwrap(), bytes);
}

#[test]
fn the_optional_elements_are_kept_and_the_password_is_not_shown() {
    let bytes = replaced(SAMPLES[0], "+26112010000000'UNH", "+26112010000000+geheim:AA+PFIFF+A+1+agreed+1'UNH");
    let bytes = replaced(&bytes, "+261120:1000'SDE", "+261120+XYZ'SDE");
    let bytes = replaced(&bytes, "+INF+null'", "+INF:x+null+a:b:c:d+none'");
    let bytes = replaced(&bytes, "TOT+2'", "TOT+2:PCE'");
    let read = Description::read(&bytes, Mode::Strict).unwrap();
    assert_eq!(read.description.envelope.password.value, "geheim");
    assert!(!format!("{:?}", read.description).contains("geheim"));
    assert_eq!(read.description.write().unwrap(), bytes);
}

#[test]
fn a_package_is_what_its_description_names() {
    let description = Description::read(SAMPLES[1], Mode::Strict).unwrap().description;
    let names: Vec<FileName> = ["001", "002", "003"].iter().map(|at| file(&format!("ENG26112011000001PAG003{at}"))).collect();
    assert_eq!(Ok(names[0].reference()), description.reference().as_ref());
    let mut parts = Parts::of(names[0].clone());
    parts.add(names[1].clone()).unwrap();
    assert_eq!(parts.compare(description.sequences()).to_string(), "the description names files that are not there: 003");
    parts.add(names[2].clone()).unwrap();
    assert!(parts.is_complete() && parts.compare(description.sequences()).is_full());
}

#[test]
fn a_package_of_the_most_files_can_be_described_and_no_larger_file_is_read() {
    let sequences: Vec<u16> = (2..=MOST_FILES).collect();
    let bytes = composed("26112010000000PAG", &sequences).write().unwrap();
    assert_eq!(Description::read(&bytes, Mode::Strict).unwrap().description.files.len(), 998);
    let large = [bytes, vec![b'\n'; 2 * 1024 * 1024]].concat();
    assert_eq!(
        Description::read(&large, Mode::Tolerant).unwrap_err().to_string(),
        "the description cannot be read: byte 2097152: more bytes than 2097152, which is the limit"
    );
}
