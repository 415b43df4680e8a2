//! The types that XML Schema brings along (XML Schema Part 2, section 3): their blanks and their lexical forms.

use std::sync::LazyLock;

use base64::{Engine, alphabet, engine};
use regex_lite::Regex;

use super::{
    super::name::is_ncname,
    decimal::Decimal,
    facets::{Blanks, SimpleType},
};

/// How a built-in type is written.
#[derive(Clone, Copy, Debug)]
pub(in crate::formats::soap) enum Builtin {
    /// Any text.
    Text,
    /// `true`, `false`, `1` or `0`.
    Boolean,
    /// A number with or without fraction.
    Decimal,
    /// A whole number from the one to the other, both included; an empty bound is none.
    Integer(&'static str, &'static str),
    /// A floating-point number, `INF` or `NaN`.
    Float,
    /// A date, a time, or a part of one, by its name and form.
    Form(&'static str, &'static LazyLock<Option<Regex>>),
    /// Pairs of hexadecimal digits.
    Hex,
    /// Base64.
    Base64,
    /// A name without colon.
    NcName,
}

/// Base64 that may lack its padding, as some senders write it.
const BASE64: engine::GeneralPurpose = engine::GeneralPurpose::new(
    &alphabet::STANDARD,
    engine::GeneralPurposeConfig::new().with_decode_padding_mode(engine::DecodePaddingMode::Indifferent),
);

macro_rules! form {
    ($name:ident, $pattern:literal) => {
        static $name: LazyLock<Option<Regex>> = LazyLock::new(|| {
            let zone = r"(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)?";
            Regex::new(&concat!("^", $pattern, "$").replace("{zone}", zone)).ok()
        });
    };
}
form!(DATE, r"-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]){zone}");
form!(TIME, r"(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?|24:00:00(\.0+)?){zone}");
form!(
    DATE_TIME,
    r"-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?|24:00:00(\.0+)?){zone}"
);
form!(YEAR, r"-?\d{4,}{zone}");
form!(YEAR_MONTH, r"-?\d{4,}-(0[1-9]|1[0-2]){zone}");
form!(MONTH, r"--(0[1-9]|1[0-2]){zone}");
form!(MONTH_DAY, r"--(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]){zone}");
form!(DAY, r"---(0[1-9]|[12]\d|3[01]){zone}");
form!(DURATION, r"-?P(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?");
form!(LANGUAGE, r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*");

/// The type of a name in the namespace of XML Schema.
pub(super) fn builtin(name: &str) -> Option<SimpleType> {
    use Builtin::{Base64, Boolean, Decimal, Float, Form, Hex, Integer, NcName, Text};
    let collapsed = match name {
        "string" | "anySimpleType" => return Some(SimpleType::builtin(Text, Blanks::Preserve)),
        "normalizedString" => return Some(SimpleType::builtin(Text, Blanks::Replace)),
        // Lists among them: their items are not checked.
        "token" | "anyURI" | "QName" | "NOTATION" | "Name" | "NMTOKEN" | "NMTOKENS" | "IDREFS" | "ENTITIES" => Text,
        "boolean" => Boolean,
        "decimal" => Decimal,
        "float" | "double" => Float,
        "integer" => Integer("", ""),
        "nonPositiveInteger" => Integer("", "0"),
        "negativeInteger" => Integer("", "-1"),
        "nonNegativeInteger" => Integer("0", ""),
        "positiveInteger" => Integer("1", ""),
        "long" => Integer("-9223372036854775808", "9223372036854775807"),
        "int" => Integer("-2147483648", "2147483647"),
        "short" => Integer("-32768", "32767"),
        "byte" => Integer("-128", "127"),
        "unsignedLong" => Integer("0", "18446744073709551615"),
        "unsignedInt" => Integer("0", "4294967295"),
        "unsignedShort" => Integer("0", "65535"),
        "unsignedByte" => Integer("0", "255"),
        "date" => Form("a date (2024-12-31, with or without zone)", &DATE),
        "time" => Form("a time (23:59:59, with or without zone)", &TIME),
        "dateTime" => Form("a date and time (2024-12-31T23:59:59, with or without zone)", &DATE_TIME),
        "gYear" => Form("a year (2024)", &YEAR),
        "gYearMonth" => Form("a month of a year (2024-12)", &YEAR_MONTH),
        "gMonth" => Form("a month (--12)", &MONTH),
        "gMonthDay" => Form("a day of a year (--12-31)", &MONTH_DAY),
        "gDay" => Form("a day of a month (---31)", &DAY),
        "duration" => Form("a duration (P1DT12H)", &DURATION),
        "language" => Form("a language (en-GB)", &LANGUAGE),
        "hexBinary" => Hex,
        "base64Binary" => Base64,
        "NCName" | "ID" | "IDREF" | "ENTITY" => NcName,
        _ => return None,
    };
    Some(SimpleType::builtin(collapsed, Blanks::Collapse))
}

impl Builtin {
    /// What is wrong with a text whose blanks were dealt with already.
    pub fn check(self, text: &str) -> Result<(), String> {
        let wanted = match self {
            Self::Text => return Ok(()),
            Self::Boolean if matches!(text, "true" | "false" | "1" | "0") => return Ok(()),
            Self::Boolean => "true or false".to_owned(),
            Self::Decimal if Decimal::parse(text).is_some() => return Ok(()),
            Self::Decimal => "a number such as 12.5".to_owned(),
            Self::Integer(low, high) => return check_integer(text, low, high),
            Self::Float if is_float(text) => return Ok(()),
            Self::Float => "a number such as 1.5E3".to_owned(),
            Self::Form(_, form) if form.as_ref().is_none_or(|form| form.is_match(text)) => return Ok(()),
            Self::Form(what, _) => what.to_owned(),
            Self::Hex if text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) => return Ok(()),
            Self::Hex => "pairs of hexadecimal digits".to_owned(),
            Self::Base64 if decode_base64(text).is_some() => return Ok(()),
            Self::Base64 => "base64".to_owned(),
            Self::NcName if is_ncname(text) => return Ok(()),
            Self::NcName => "a name without colon".to_owned(),
        };
        Err(format!("must be {wanted}"))
    }

    /// What the facets of length count: bytes of binary data, else characters.
    pub fn length(self, text: &str) -> usize {
        match self {
            Self::Hex => text.len() / 2,
            Self::Base64 => decode_base64(text).map_or(0, |bytes| bytes.len()),
            _ => text.chars().count(),
        }
    }

    /// Whether its values are ordered as decimal numbers are.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Decimal | Self::Integer(..))
    }
}

fn check_integer(text: &str, low: &str, high: &str) -> Result<(), String> {
    let Some(number) = Decimal::parse(text).filter(|_| !text.contains('.')) else {
        return Err("must be a whole number".to_owned());
    };
    let bound = |bound| Decimal::parse(bound);
    if bound(low).is_some_and(|low| number < low) {
        return Err(format!("must be {low} or more"));
    }
    if bound(high).is_some_and(|high| number > high) {
        return Err(format!("must be {high} or less"));
    }
    Ok(())
}

fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(left, right)| (left, Some(right)));
    let is_exponent = |exponent: &str| !exponent.contains('.') && Decimal::parse(exponent).is_some();
    matches!(text, "INF" | "-INF" | "NaN") || Decimal::parse(mantissa).is_some() && exponent.is_none_or(is_exponent)
}

/// The bytes that a base64 text stands for; blanks in it mean nothing.
pub(in crate::formats::soap) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    if text.bytes().any(is_blank) {
        let dense: Vec<u8> = text.bytes().filter(|byte| !is_blank(*byte)).collect();
        return BASE64.decode(dense).ok();
    }
    BASE64.decode(text).ok()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_valid(name: &str, text: &str) -> bool {
        builtin(name).unwrap().check(text).is_ok()
    }

    #[test]
    fn each_type_takes_its_own_forms_and_no_other() {
        for (name, good, bad) in [
            ("string", &["", " 2", "\n"][..], &[][..]),
            ("boolean", &["true", "0", " false "], &["TRUE", "yes", ""]),
            ("int", &["0", "-2147483648", " +7 "], &["2147483648", "1.0", "x", ""]),
            ("long", &["9223372036854775807"], &["9223372036854775808", "-9223372036854775809"]),
            ("unsignedByte", &["255"], &["256", "-1"]),
            ("integer", &["123456789012345678901234567890"], &["1e3"]),
            ("positiveInteger", &["1"], &["0"]),
            ("decimal", &["1.50", "-.5"], &["1,5", "1e3"]),
            ("double", &["1e3", "-INF", "NaN", "1.5E-3"], &["1e", "inf", "1e1.5"]),
            ("date", &["2024-02-29", "2022-07-02+02:00", "2022-07-02Z"], &["2022-13-01", "2022-7-2", "2022-07-02T00:00:00"]),
            ("dateTime", &["2022-07-02T23:59:59.123Z", "2022-07-02T24:00:00"], &["2022-07-02 23:59:59", "2022-07-02T24:00:01"]),
            ("time", &["00:00:00"], &["24:01:00", "1:00:00"]),
            ("gYear", &["2024"], &["24"]),
            ("duration", &["P1Y2M3DT4H5M6.7S", "-P1D"], &["1D", "P1H"]),
            ("hexBinary", &["", "0aFF"], &["0", "zz"]),
            ("base64Binary", &["", "YWJj", "YW Jj\n", "YQ=="], &["Y*", "YQ==="]),
            ("NCName", &["a-1"], &["a:b", ""]),
            ("language", &["en-GB"], &["e_n"]),
        ] {
            for text in good {
                assert!(is_valid(name, text), "{name} takes {text:?}");
            }
            for text in bad {
                assert!(!is_valid(name, text), "{name} refuses {text:?}");
            }
        }
        assert!(builtin("strnig").is_none());
    }

    #[test]
    fn every_form_compiles() {
        for form in [&DATE, &TIME, &DATE_TIME, &YEAR, &YEAR_MONTH, &MONTH, &MONTH_DAY, &DAY, &DURATION, &LANGUAGE] {
            assert!(form.is_some());
        }
    }
}
