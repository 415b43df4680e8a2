//! The files that a WSDL consists of: itself, and what it imports and includes. Never from the network, and never from outside the
//! folder of the WSDL.

use std::{
    collections::HashMap,
    fs::File,
    io::Read,
    path::{Component, Path, PathBuf},
};

use roxmltree::{Document, Node, ParsingOptions};

use super::{
    super::limits::{MOST_FILE_BYTES, MOST_FILES, MOST_NODES},
    WSDL, XSD,
    error::WsdlError,
};

/// One file.
#[derive(Debug)]
pub(in crate::formats::soap) struct Source {
    /// Its name for messages.
    pub name: String,
    /// Its text, without byte order mark.
    pub text: String,
    /// Where it is; `None` for a text that came from no file.
    path: Option<PathBuf>,
}

/// All files, the WSDL first.
#[derive(Debug)]
pub(in crate::formats::soap) struct Sources {
    /// The files.
    pub files: Vec<Source>,
    /// Which file a location means, by the file that names it.
    links: HashMap<(usize, String), usize>,
}

impl Sources {
    /// A WSDL that consists of one text.
    pub fn of_text(name: &str, bytes: &[u8]) -> Result<Self, WsdlError> {
        let text = decoded(name, bytes)?;
        Self::gather(Source { name: name.to_owned(), text, path: None }, None)
    }

    /// A WSDL in a file, and all that it imports.
    pub fn of_file(path: &Path) -> Result<Self, WsdlError> {
        let name = path.display().to_string();
        let whole = path.canonicalize().map_err(|error| WsdlError::of_file(&name, format!("cannot be read: {error}")))?;
        let folder = whole.parent().map(Path::to_owned);
        let text = text_of(&name, &whole)?;
        Self::gather(Source { name, text, path: Some(whole) }, folder.as_deref())
    }

    fn gather(first: Source, folder: Option<&Path>) -> Result<Self, WsdlError> {
        let mut sources = Self { files: vec![first], links: HashMap::new() };
        let mut next = 0;
        while let Some(source) = sources.files.get(next) {
            for (location, found) in locations(source, folder)? {
                let at = sources.add(location.as_str(), found)?;
                sources.links.insert((next, location), at);
            }
            next += 1;
        }
        Ok(sources)
    }

    /// The place of a file in the list; a file that several others name is read once, so cycles end.
    fn add(&mut self, location: &str, path: PathBuf) -> Result<usize, WsdlError> {
        if let Some(known) = self.files.iter().position(|file| file.path.as_ref() == Some(&path)) {
            return Ok(known);
        }
        let name = path.display().to_string();
        if self.files.len() >= MOST_FILES {
            return Err(WsdlError::of_file(&name, format!("{location} would be file {} of this WSDL", MOST_FILES + 1)));
        }
        let text = text_of(&name, &path)?;
        self.files.push(Source { name, text, path: Some(path) });
        Ok(self.files.len() - 1)
    }

    /// The documents, in the order of the files.
    pub fn documents(&self) -> Result<Vec<Document<'_>>, WsdlError> {
        self.files.iter().map(parsed).collect()
    }

    /// The file that a location in another file means.
    pub fn linked(&self, from: usize, location: &str) -> Option<usize> {
        self.links.get(&(from, location.trim().to_owned())).copied()
    }
}

/// What a file imports and includes, each with the file that it means.
fn locations(source: &Source, folder: Option<&Path>) -> Result<Vec<(String, PathBuf)>, WsdlError> {
    let document = parsed(source)?;
    let mut found = Vec::new();
    for node in document.descendants().filter(Node::is_element) {
        let Some(location) = location(node) else { continue };
        let path =
            resolve(source, folder, location).map_err(|message| WsdlError::at(std::slice::from_ref(source), node, message))?;
        found.push((location.to_owned(), path));
    }
    Ok(found)
}

fn location<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    let is = |namespace, name: &str| node.has_tag_name((namespace, name));
    if is(WSDL, "import") {
        node.attribute("location").map(str::trim)
    } else if is(XSD, "import") || is(XSD, "include") {
        node.attribute("schemaLocation").map(str::trim)
    } else {
        None
    }
}

fn resolve(source: &Source, folder: Option<&Path>, location: &str) -> Result<PathBuf, String> {
    if has_scheme(location) {
        return Err(format!(
            "{location} is not a local file, and nothing is fetched from the network: save it beside the WSDL and name it by a \
             relative path"
        ));
    }
    let (Some(folder), Some(here)) = (folder, source.path.as_deref().and_then(Path::parent)) else {
        return Err(format!("{location} cannot be found: this WSDL was given as a text, not as a file"));
    };
    let relative = Path::new(location);
    if relative.components().any(|part| matches!(part, Component::RootDir | Component::Prefix(_))) {
        return Err(format!("{location} is an absolute path: name it relative to this file"));
    }
    let whole = here.join(relative).canonicalize().map_err(|error| format!("{location} cannot be read: {error}"))?;
    if whole.starts_with(folder) {
        Ok(whole)
    } else {
        Err(format!("{location} lies outside of the folder of the WSDL, {}: copy it there", folder.display()))
    }
}

/// Whether a location begins with a URI scheme (RFC 3986, section 3.1), or with the `//` of another host.
fn has_scheme(location: &str) -> bool {
    let before_colon = location.split_once(':').map(|(scheme, _)| scheme);
    location.starts_with("//")
        || before_colon.is_some_and(|scheme| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
        })
}

fn text_of(name: &str, path: &Path) -> Result<String, WsdlError> {
    let unreadable = |error: std::io::Error| WsdlError::of_file(name, format!("cannot be read: {error}"));
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err(WsdlError::of_file(name, "is not a file"));
    }
    let mut bytes = Vec::new();
    let most = u64::try_from(MOST_FILE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path).map_err(unreadable)?.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
    decoded(name, &bytes)
}

fn decoded(name: &str, bytes: &[u8]) -> Result<String, WsdlError> {
    if bytes.len() > MOST_FILE_BYTES {
        return Err(WsdlError::of_file(name, format!("is larger than {MOST_FILE_BYTES} bytes")));
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        WsdlError::of_file(name, format!("is not UTF-8 at offset {}: save it as UTF-8", error.valid_up_to()))
    })?;
    Ok(text.to_owned())
}

fn parsed(source: &Source) -> Result<Document<'_>, WsdlError> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(&source.text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => WsdlError::of_file(&source.name, "has a DTD, and none is read: remove the DOCTYPE"),
        roxmltree::Error::NodesLimitReached => WsdlError::of_file(&source.name, format!("has more than {MOST_NODES} nodes")),
        error => WsdlError::of_text(&source.name, error.pos(), format!("is not well-formed: {error}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_is_told_from_a_file_name() {
        assert!(["http://x/a.xsd", "file:///a.xsd", "urn:a", "//host/a.xsd", "c:a.xsd"].into_iter().all(has_scheme));
        assert!(!["a.xsd", "../b/a.xsd", "./a:b.xsd", "1:a"].into_iter().any(has_scheme));
    }
}
