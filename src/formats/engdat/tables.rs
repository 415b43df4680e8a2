//! What the segments of a description may hold (VDA 4951, as Porsche and its suppliers use it).

use crate::formats::edifact::{ComponentRule, ElementRule, SegmentRule};

const fn any(name: &'static str, most: usize) -> ComponentRule {
    ComponentRule::any(name, most)
}

const fn digits(name: &'static str, most: usize) -> ComponentRule {
    ComponentRule::digits(name, most)
}

/// The segments that have a table, in the order in which they have to come.
pub(super) const ORDER: [&SegmentRule; 9] = [&UNB, &UNH, &MID, &SDE, &RDE, &EFC, &TOT, &UNT, &UNZ];
/// The segments that may come between them, and are kept as they are: `DAN` and `FTX` before the first file, the others after one.
pub(super) const KEPT: [&str; 5] = ["DAN", "FTX", "DSD", "LOF", "SEC"];

const UNB_PARTY: ElementRule =
    &[any("identification", 35).mandatory(), any("code qualifier", 4).fixed("OD"), any("internal identification", 14)];

const UNB: SegmentRule = SegmentRule {
    tag: "UNB",
    elements: &[
        &[
            ComponentRule::letters("syntax identifier", 4).mandatory().fixed("UNOC"),
            any("syntax version", 1).mandatory().fixed("1"),
        ],
        UNB_PARTY,
        UNB_PARTY,
        &[digits("date", 8).least(6).mandatory(), digits("time", 4).least(4).mandatory()],
        &[any("control reference", 14).mandatory()],
        &[any("password", 14), any("password qualifier", 2).least(2)],
        &[any("application reference", 14)],
        &[ComponentRule::letters("priority", 1)],
        &[digits("acknowledgement request", 1)],
        &[any("agreement", 35)],
        &[digits("test indicator", 1)],
    ],
};

const UNH: SegmentRule = SegmentRule {
    tag: "UNH",
    elements: &[
        &[any("message reference", 14).mandatory()],
        &[
            any("message type", 6).mandatory().fixed("ENGDAT").essential(),
            any("version", 3).mandatory().fixed("002"),
            any("release", 3),
            any("agency", 3).fixed("OD"),
        ],
    ],
};

const MID: SegmentRule = SegmentRule {
    tag: "MID",
    elements: &[
        &[any("document number", 17).mandatory()],
        &[digits("date", 6).least(6).mandatory(), digits("time", 4).least(4)],
        &[any("authorisation", 35)],
    ],
};

const COUNTRY: ElementRule = &[ComponentRule::letters("country", 2).least(2)];
const CONTACT: ElementRule = &[
    any("department", 35),
    any("second line of the department", 35),
    any("telephone", 17),
    any("extension", 17),
    any("telex", 17),
    any("fax", 17),
    any("teletex", 17),
    any("mail address", 70),
];
const PARTNER: &[ElementRule] = &[
    &[
        any("code", 20),
        any("name", 35),
        any("address line 1", 35),
        any("address line 2", 35),
        any("address line 3", 35),
        any("address line 4", 35),
        any("internal code", 17),
    ],
    COUNTRY,
    &[any("routing code", 35)],
    CONTACT,
    &[
        any("name", 35),
        any("address line 1", 35),
        any("address line 2", 35),
        any("address line 3", 35),
        any("address line 4", 35),
        any("internal code", 17),
    ],
    COUNTRY,
    CONTACT,
];

const SDE: SegmentRule = SegmentRule { tag: "SDE", elements: PARTNER };
const RDE: SegmentRule = SegmentRule { tag: "RDE", elements: PARTNER };

const EFC: SegmentRule = SegmentRule {
    tag: "EFC",
    elements: &[
        &[digits("sequence number", 3).least(3).mandatory().essential(), any("file name", 35)],
        &[any("format code", 3), any("format", 35), any("version of the format", 10)],
        &[any("data code", 3), any("kind of data", 35)],
        &[any("system", 35), any("version of the system", 35), any("command", 35)],
        &[any("status code", 3), any("status", 35)],
        &[any("department", 35)],
        &[any("data type", 35), any("second data type", 35), any("third data type", 35), any("fourth data type", 35)],
        &[any("compression", 35)],
    ],
};

const TOT: SegmentRule = SegmentRule { tag: "TOT", elements: &[&[digits("number of files", 15).mandatory(), any("unit", 3)]] };

const UNT: SegmentRule = SegmentRule {
    tag: "UNT",
    elements: &[&[digits("number of segments", 10).mandatory()], &[any("message reference", 14).mandatory()]],
};

const UNZ: SegmentRule = SegmentRule {
    tag: "UNZ",
    elements: &[&[digits("number of messages", 6).mandatory()], &[any("control reference", 14).mandatory()]],
};
