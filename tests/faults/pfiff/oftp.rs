//! The OFTP server, and the other side behind it: it puts what it receives into the inbox, file by file, and takes whatever appears in
//! the outbox away within milliseconds, all the time, whether our program lives or not.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use trackersync::formats::engdat::FileName;

use super::answers::{Answer, check_description, read_archive};

/// Between two looks into the outbox.
const LOOK: Duration = Duration::from_millis(1);
/// Between the two halves of a file that comes over a slow line; less than what our program waits for.
const HALFWAY: Duration = Duration::from_millis(15);

/// What it takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Each file as soon as it is there.
    Files,
    /// The files of a package once all are there.
    Packages,
}

/// Everything that ever appeared in the outbox.
#[derive(Debug, Default)]
pub struct Taken {
    /// Packages of which all files came, by reference: what they say.
    pub packages: BTreeMap<String, Vec<Answer>>,
    /// What must not be, in words.
    pub wrong: Vec<String>,
    files: BTreeMap<String, Vec<u8>>,
    in_outbox: BTreeSet<String>,
}

/// An OFTP server at work.
pub struct Oftp {
    folder: PathBuf,
    taken: Arc<Mutex<Taken>>,
    end: Arc<AtomicBool>,
    taking: Option<JoinHandle<()>>,
    received: u32,
}

impl Oftp {
    /// Makes its folders, and starts to take.
    pub fn start(folder: &Path, takes: Takes) -> Self {
        for name in ["inbox", "outbox", "staging", "archive", "taken"] {
            fs::create_dir(folder.join(name)).unwrap();
        }
        let (taken, end) = (Arc::<Mutex<Taken>>::default(), Arc::<AtomicBool>::default());
        let taking = std::thread::spawn({
            let (folder, taken, end) = (folder.to_owned(), Arc::clone(&taken), Arc::clone(&end));
            move || {
                while !end.load(Ordering::Relaxed) {
                    taken.lock().unwrap().take_what_is_there(&folder, takes);
                    std::thread::sleep(LOOK);
                }
            }
        });
        Self { folder: folder.to_owned(), taken, end, taking: Some(taking), received: 0 }
    }

    /// What it took so far.
    pub fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap()
    }

    /// Receives files in this order, each under its final name from the start, which has an ending of the server's own. Their names in
    /// the inbox.
    pub fn receive(&mut self, files: &[(String, Vec<u8>)]) -> Vec<String> {
        let mut names = Vec::new();
        for (name, content) in files {
            self.received += 1;
            let name = format!("{name}_{:06}", self.received);
            let path = self.folder.join("inbox").join(&name);
            let (begin, end) = content.split_at(content.len() / 2);
            fs::write(&path, begin).unwrap();
            std::thread::sleep(HALFWAY);
            std::io::Write::write_all(&mut fs::File::options().append(true).open(&path).unwrap(), end).unwrap();
            names.push(name);
        }
        names
    }

    /// The names in a folder, in order.
    pub fn names_in(&self, folder: &str) -> Vec<String> {
        names_in(&self.folder.join(folder))
    }
}

impl Drop for Oftp {
    fn drop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        if let Some(taking) = self.taking.take() {
            let _ = taking.join();
        }
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The name of the archive that a description tells of.
fn archive_of(description: &FileName) -> String {
    FileName::new(description.reference().clone(), description.total(), 2).unwrap().to_string()
}

impl Taken {
    fn take_what_is_there(&mut self, folder: &Path, takes: Takes) {
        let outbox = folder.join("outbox");
        let there = names_in(&outbox);
        // Descriptions last: their names come first.
        for name in there.iter().rev() {
            if let Ok(file) = FileName::parse(name)
                && file.is_description()
            {
                // A listing need not show what came while it was made.
                self.see_in(&outbox, &archive_of(&file));
            }
            self.see_in(&outbox, name);
        }
        for name in there {
            if takes == Takes::Packages && !self.is_complete(&name) {
                continue;
            }
            let to = folder.join("taken").join(&name);
            if to.exists() {
                self.wrong.push(format!("{name} appeared again"));
            }
            fs::rename(outbox.join(&name), &to).unwrap();
            if self.files[&name] != fs::read(to).unwrap() {
                self.wrong.push(format!("{name} changed after it appeared"));
            }
            self.in_outbox.remove(&name);
        }
    }

    /// Looks at a file, if it is there and was not before.
    fn see_in(&mut self, outbox: &Path, name: &str) {
        if self.in_outbox.contains(name) {
            return;
        }
        if let Ok(bytes) = fs::read(outbox.join(name)) {
            self.in_outbox.insert(name.to_owned());
            self.see(name, bytes);
        }
    }

    /// Looks at a file that has just appeared.
    fn see(&mut self, name: &str, bytes: Vec<u8>) {
        let file = match FileName::parse(name) {
            Ok(file) if file.to_string() == name => file,
            _ => return self.wrong.push(format!("{name} is no name of a file")),
        };
        if self.files.contains_key(name) {
            self.wrong.push(format!("{name} appeared again"));
        }
        let reference = file.reference().as_str().to_owned();
        let read = if file.is_description() {
            check_description(&reference, &bytes).map(|()| None)
        } else {
            read_archive(&bytes).map(Some)
        };
        self.files.insert(name.to_owned(), bytes);
        match read {
            Err(error) => self.wrong.push(format!("{name} was not complete when it appeared: {error}")),
            // The description comes last, and with it the package.
            Ok(Some(_)) => {}
            Ok(None) => self.see_package(&file),
        }
        if !file.is_description() && self.packages.contains_key(&reference) {
            self.wrong.push(format!("{name} came after its description"));
        }
    }

    fn see_package(&mut self, description: &FileName) {
        let reference = description.reference().as_str().to_owned();
        if self.packages.last_key_value().is_some_and(|(newest, _)| *newest >= reference) {
            self.wrong.push(format!("{reference} came after a newer package"));
        }
        match self.files.get(&archive_of(description)).map(|bytes| read_archive(bytes)) {
            Some(Ok(answers)) => drop(self.packages.insert(reference, answers)),
            Some(Err(_)) => {}
            None => self.wrong.push(format!("{reference} came without its archive")),
        }
    }

    fn is_complete(&self, name: &str) -> bool {
        FileName::parse(name).is_ok_and(|file| self.packages.contains_key(file.reference().as_str()))
    }
}
