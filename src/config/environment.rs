//! What a configuration may draw on besides its files: variables, and files that hold secrets. Passed in, so that reading a
//! configuration is a function of its arguments.

use std::{collections::BTreeMap, io, path::Path, sync::Arc};

type ReadFile = dyn Fn(&Path) -> io::Result<String> + Send + Sync;

/// Variables, and a way to read the files of secrets.
#[derive(Clone)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    read_file: Arc<ReadFile>,
}

impl Environment {
    /// The environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        // Variables that are not Unicode cannot be meant for us, and must not end the program.
        let variables =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self { variables: variables.collect(), read_file: Arc::new(|path| std::fs::read_to_string(path)) }
    }

    /// An environment of given variables in which no file exists.
    #[must_use]
    pub fn of_variables<'v>(variables: impl IntoIterator<Item = (&'v str, &'v str)>) -> Self {
        Self {
            variables: variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            read_file: Arc::new(|_| Err(io::Error::from(io::ErrorKind::NotFound))),
        }
    }

    /// The value of a variable.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The text of a file.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn file(&self, path: &Path) -> io::Result<String> {
        (self.read_file)(path)
    }

    /// Variables whose name begins with a prefix, the prefix removed.
    pub fn with_prefix(&self, prefix: &str) -> impl Iterator<Item = (&str, &str)> {
        let length = prefix.len();
        self.variables
            .iter()
            .filter(move |(name, _)| name.starts_with(prefix))
            .map(move |(name, value)| (&name[length..], value.as_str()))
    }
}
