//! Secrets in the text of a configuration, blotted out before a line of it is shown.

/// Keys whose values are never shown.
pub(super) const SECRET_KEYS: [&str; 6] =
    ["password", "token", "webhook_secret", "pkcs12_password", "passphrase", "secret_access_key"];

/// Names in files of the predecessor whose values are never shown. `KPM_PKCS12_PASSWORD` ends as `_PASSWORD` does.
const SECRET_ENDINGS: [&str; 2] = ["PASSWORD", "PASSPHRASE"];

/// The text with each literal secret replaced by as many `*` as it has bytes, so that places in it stay what they are. Works on
/// any text: what is shown may be what could not be read.
#[must_use]
pub fn masked(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for key in SECRET_KEYS {
        for (at, _) in text.match_indices(key) {
            if let Some(value) = value_after(text.as_bytes(), at, key.len()) {
                blot_value(&mut bytes, text.as_bytes(), value);
            }
        }
    }
    for ending in SECRET_ENDINGS {
        for (at, _) in text.match_indices(ending) {
            if let Some(value) = behind_equals(text.as_bytes(), at + ending.len()) {
                blot_parts(&mut bytes, text.as_bytes(), value);
            }
        }
    }
    for (at, _) in text.match_indices("://") {
        blot_password_of_url(&mut bytes, text, at + 3);
    }
    // Only whole texts were replaced, by ASCII.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Where the value of a key begins; `None` if the word is no key there.
fn value_after(text: &[u8], at: usize, length: usize) -> Option<usize> {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if at > 0 && text.get(at - 1).is_some_and(word) {
        return None;
    }
    let mut end = at + length;
    end += usize::from(matches!(text.get(end), Some(b'"' | b'\'')));
    behind_equals(text, end)
}

/// Where the value begins, if blanks and an `=` follow.
fn behind_equals(text: &[u8], end: usize) -> Option<usize> {
    let equals = end + text[end..].iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
    let behind = equals + 1;
    (text[equals] == b'=').then(|| behind + text[behind..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count())
}

/// All texts of a value in Python syntax, which may be put together from several.
fn blot_parts(bytes: &mut [u8], text: &[u8], start: usize) {
    let mut at = start;
    while let Some(byte) = text.get(at) {
        at = match byte {
            b'"' | b'\'' => blot_text(bytes, text, at),
            b' ' | b'\t' | b'(' | b'+' | b'\\' | b'u' | b'U' | b'r' | b'R' => at + 1,
            b'\r' | b'\n' if text[start..at].iter().any(|byte| matches!(byte, b'(' | b'\\')) => at + 1,
            _ => return,
        };
    }
}

/// A text, or the texts of a list; tables hold names of variables and files.
fn blot_value(bytes: &mut [u8], text: &[u8], start: usize) {
    match text.get(start) {
        Some(b'"' | b'\'') => {
            blot_text(bytes, text, start);
        }
        Some(b'[') => {
            let mut at = start + 1;
            while let Some(byte) = text.get(at).filter(|byte| **byte != b']') {
                at = match byte {
                    b'"' | b'\'' => blot_text(bytes, text, at),
                    b'{' => at + text[at..].iter().position(|byte| *byte == b'}').unwrap_or(text.len() - at - 1) + 1,
                    _ => at + 1,
                };
            }
        }
        _ => {}
    }
}

/// Blots out one quoted text; where it ends. One that is not closed ends with its line.
fn blot_text(bytes: &mut [u8], text: &[u8], start: usize) -> usize {
    let quote = text[start];
    let long = text[start..].starts_with(&[quote; 3]);
    let width = if long { 3 } else { 1 };
    let mut at = start + width;
    while at < text.len() && !text[at..].starts_with(&[quote; 3][..width]) && (long || text[at] != b'\n') {
        let escaped = usize::from(text[at] == b'\\' && quote == b'"' && at + 1 < text.len());
        for byte in bytes.iter_mut().skip(at).take(1 + escaped).filter(|byte| **byte != b'\n') {
            *byte = b'*';
        }
        at += 1 + escaped;
    }
    (at + width).min(text.len())
}

/// The `secret` of `scheme://name:secret@host`.
fn blot_password_of_url(bytes: &mut [u8], text: &str, start: usize) {
    let end = text[start..].find(['"', '\'', '\n', ' ']).map_or(text.len(), |length| start + length);
    let Some(at) = text[start..end].rfind('@') else { return };
    if let Some(colon) = text[start..start + at].find(':') {
        bytes[start + colon + 1..start + at].fill(b'*');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn secrets_are_blotted_out_and_nothing_moves() {
        for (text, shown) in [
            ("password = \"häß\\\"1\"\nurl = \"x\"", "password = \"********\"\nurl = \"x\""),
            ("password='it'", "password='**'"),
            (
                "webhook_secret = [ \"a\",\n  'bc', { env = \"NAME\" } ]",
                "webhook_secret = [ \"*\",\n  '**', { env = \"NAME\" } ]",
            ),
            ("b = { username = \"hook\", password = \"pw\" }", "b = { username = \"hook\", password = \"**\" }"),
            ("password = { env = \"NAME\" }", "password = { env = \"NAME\" }"),
            ("token = \"\"\"ab\ncd\"\"\"", "token = \"\"\"**\n**\"\"\""),
            ("password = \"open", "password = \"****"),
            ("\"password\" = \"pw\"", "\"password\" = \"**\""),
            ("url = \"amqp://guest:gu@est@h:1/v\"", "url = \"amqp://guest:******@h:1/v\""),
            ("url = \"https://example.com/a\"", "url = \"https://example.com/a\""),
            ("LOCAL_PASSWORD = 'geheim'\nX = 'y'", "LOCAL_PASSWORD = '******'\nX = 'y'"),
            ("SSH_PASSPHRASE = ('ab'\n 'cd' + r\"e\")", "SSH_PASSPHRASE = ('**'\n '**' + r\"*\")"),
            ("my_password_file = \"x\"", "my_password_file = \"x\""),
        ] {
            assert_eq!(masked(text), shown);
        }
    }

    proptest! {
        #[test]
        fn any_text_keeps_its_length_and_its_lines(text in "(password|token| |=|\"|'|\\[|\\]|\\{|\\\\|\n|://|:|@|ä|x){0,40}") {
            let shown = masked(&text);
            prop_assert_eq!(shown.len(), text.len());
            prop_assert_eq!(shown.matches('\n').count(), text.matches('\n').count());
        }
    }
}
