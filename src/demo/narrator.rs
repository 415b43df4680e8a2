//! What the scenes are told with: numbered steps, waits with a deadline, and figures.

use std::{
    io::Write,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// A step that takes longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Tells the story on standard output.
pub struct Narrator {
    colour: bool,
    steps: AtomicUsize,
}

/// A step could not be verified.
#[derive(Debug)]
pub(super) struct NotSeen;

impl Narrator {
    /// A narrator; with colours if the terminal takes them.
    #[must_use]
    pub fn new(colour: bool) -> Self {
        Self { colour, steps: AtomicUsize::new(0) }
    }

    /// Tells something.
    pub fn tell(&self, text: &str) {
        let _ = writeln!(std::io::stdout(), "{text}");
    }

    /// A scene begins.
    pub(super) fn scene(&self, title: &str) {
        self.heading(title);
    }

    /// The next step; steps are counted through all scenes.
    pub(super) fn step(&self, title: &str) {
        let number = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
        self.heading(&format!("{number}. {title}"));
    }

    fn heading(&self, title: &str) {
        self.tell(&if self.colour { format!("\n\x1b[1m{title}\x1b[0m") } else { format!("\n{title}") });
    }

    /// What somebody does.
    pub(super) fn action(&self, text: &str) {
        self.tell(&format!("   > {text}"));
    }

    /// What is there.
    pub(super) fn detail(&self, text: &str) {
        for line in text.lines() {
            self.tell(&format!("     {line}"));
        }
    }

    /// Waits until something can be seen, and tells how long it took.
    pub(super) async fn see(&self, what: &str, seen: impl Fn() -> bool) -> Result<(), NotSeen> {
        let started = Instant::now();
        while !seen() {
            if started.elapsed() > PATIENCE {
                self.tell(&format!("   {} not seen: {what}", self.mark(false)));
                return Err(NotSeen);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        self.tell(&format!("   {} {what}  ({} ms)", self.mark(true), started.elapsed().as_millis()));
        Ok(())
    }

    /// Verifies something that must be so now.
    pub(super) fn verify(&self, what: &str, holds: bool) -> Result<(), NotSeen> {
        self.tell(&format!("   {} {what}", self.mark(holds)));
        if holds { Ok(()) } else { Err(NotSeen) }
    }

    fn mark(&self, good: bool) -> &'static str {
        match (good, self.colour) {
            (true, true) => "\x1b[32m✓\x1b[0m",
            (true, false) => "ok",
            (false, true) => "\x1b[31m✗\x1b[0m",
            (false, false) => "FAILED",
        }
    }
}
