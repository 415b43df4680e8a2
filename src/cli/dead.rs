//! `dead`: what is parked in the dead queues, and what becomes of it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{CliError, Exit, Global, output::Output};
use crate::{
    app,
    config::section::{nearest, parse_duration},
    ids::SyncName,
    queue::{
        parked::{Fate, Parked, UNDECODABLE, UNSETTLED, Visitor},
        selection::Selection,
    },
};

/// The kinds of errors that an event may be parked with.
const KINDS: [&str; 7] = ["transient", "credentials", "refused", "permanent", "bug", UNDECODABLE, UNSETTLED];

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// List parked events, one a line, oldest first
    List(Which),
    /// Show parked events in full, each with its whole error
    Show(Which),
    /// Give parked events to the workers again, with all attempts before them
    Replay {
        #[command(flatten)]
        which: Which,
        /// All of them
        #[arg(long)]
        all: bool,
    },
    /// Remove parked events for good
    Drop {
        #[command(flatten)]
        which: Which,
        /// All of them
        #[arg(long)]
        all: bool,
        /// Do it; without this it only lists what it would remove
        #[arg(long)]
        yes: bool,
    },
}

/// Which events are meant; they must match all that is given.
#[derive(clap::Args)]
struct Which {
    /// Of this sync [default: all]
    #[arg(short, long, value_name = "SYNC")]
    sync: Option<String>,
    /// Of this issue: its key as the event has it, or its id on the side that the event is of
    #[arg(long, value_name = "KEY_OR_ID")]
    issue: Option<String>,
    /// Parked then or later: a time such as 2026-11-28T08:00:00Z, or that long ago: 2h
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
    /// Parked then or before
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
    /// Of this kind of error
    #[arg(long, value_parser = KINDS)]
    kind: Option<String>,
    /// The event of this id
    #[arg(long, value_name = "EVENT")]
    id: Option<String>,
}

impl Which {
    fn selection(&self) -> Selection {
        Selection {
            issue: self.issue.clone(),
            since: self.since,
            until: self.until,
            kind: self.kind.clone(),
            event: self.id.clone(),
        }
    }

    /// Refuses to pick all events where nobody said so.
    fn narrowed(self, all: bool) -> Result<Self, CliError> {
        if all || self.sync.is_some() || self.selection() != Selection::default() {
            return Ok(self);
        }
        Err(CliError::Usage("say which parked events (--sync, --issue, --since, --until, --kind, --id), or --all".to_owned()))
    }
}

/// A point in time, or a length of time before now.
fn time(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let ago = parse_duration(text).and_then(|ago| Timestamp::now().checked_sub(ago).ok());
    ago.ok_or_else(|| "neither a time such as 2026-11-28T08:00:00Z nor a length of time such as 2h or 1d".to_owned())
}

pub(super) async fn run(global: &Global, arguments: Arguments, output: &Output) -> Result<Exit, CliError> {
    let (which, telling, fate) = match arguments.action {
        Action::List(which) => (which, Telling::Line, Fate::Keep),
        Action::Show(which) => (which, Telling::Everything, Fate::Keep),
        Action::Replay { which, all } => (which.narrowed(all)?, Telling::Line, Fate::Replay),
        Action::Drop { which, all, yes: true } => (which.narrowed(all)?, Telling::Line, Fate::Drop),
        Action::Drop { which, all, yes: false } => {
            let found = visit(global, &which.narrowed(all)?, Telling::Line, Fate::Keep, output).await?;
            let plural = if found == 1 { "" } else { "s" };
            return Err(CliError::Usage(format!("this would remove {found} event{plural} for good; repeat it with --yes")));
        }
    };
    let found = visit(global, &which, telling, fate, output).await?;
    // Somebody who names an event wants to know that it is not there.
    Ok(if found == 0 && which.id.is_some() { Exit::SomeFailed } else { Exit::Done })
}

/// Goes through the dead queues of all syncs that are meant; how many events were picked.
async fn visit(global: &Global, which: &Which, telling: Telling, fate: Fate, output: &Output) -> Result<usize, CliError> {
    let config = global.load(output)?;
    let known: Vec<SyncName> = config.syncs.iter().map(|sync| sync.name.clone()).collect();
    let syncs = match &which.sync {
        None => known,
        Some(name) if known.iter().any(|sync| sync.as_str() == name) => vec![SyncName::new(name)],
        Some(name) => {
            let hint = nearest(name, known.iter().map(SyncName::as_str));
            return Err(CliError::Usage(format!("there is no sync of the name `{name}`; {hint}")));
        }
    };
    let dead = app::dead_letters(&config).await?;
    let mut teller = Teller { selection: which.selection(), telling, fate, output, found: 0 };
    for sync in &syncs {
        dead.visit(sync, &mut teller).await?;
    }
    if teller.found == 0 {
        output.remark("no such event is parked");
    }
    Ok(teller.found)
}

/// How an event is told.
#[derive(Clone, Copy)]
enum Telling {
    Line,
    Everything,
}

struct Teller<'a> {
    selection: Selection,
    telling: Telling,
    fate: Fate,
    output: &'a Output,
    found: usize,
}

impl Visitor for Teller<'_> {
    fn decide(&mut self, parked: &Parked) -> Fate {
        if !self.selection.picks(parked) {
            return Fate::Keep;
        }
        self.found += 1;
        match (self.fate, self.telling) {
            (Fate::Keep, Telling::Line) => self.output.result(|| document(parked), || line(parked)),
            (Fate::Keep, Telling::Everything) => self.output.result(|| whole(parked), || paragraph(parked)),
            // Told once it is done.
            (Fate::Replay | Fate::Drop, _) => {}
        }
        self.fate
    }

    fn settled(&mut self, parked: &Parked, fate: Fate) {
        let done = if fate == Fate::Replay { "replayed" } else { "dropped" };
        let json = || {
            let mut told = document(parked);
            told["done"] = json!(done);
            told
        };
        self.output.result(json, || format!("{done}  {}", line(parked)));
    }
}

fn since(parked: &Parked) -> String {
    parked.since().map_or_else(|| "(unknown)".to_owned(), |since| format!("{since:.0}"))
}

fn line(parked: &Parked) -> String {
    let (subject, side, event) = match &parked.job {
        Ok(job) => (job.subject.as_str(), job.data.side.name(), job.id.as_str()),
        Err(_) => ("(no event)", "-", "-"),
    };
    let error = parked.error();
    let first = error.lines().next().unwrap_or_default();
    format!("{}  {subject}  {side}  {}  {}  {first}  [{event}]", parked.sync, since(parked), parked.kind())
}

fn document(parked: &Parked) -> Value {
    let mut told = json!({
        "sync": parked.sync,
        "parked": parked.since().map(|since| since.to_string()),
        "kind": parked.kind(),
        "error": parked.error(),
    });
    if let Ok(job) = &parked.job {
        told["event"] = json!(job.id);
        told["subject"] = json!(job.subject);
        told["issue"] = json!(job.data.issue);
        told["side"] = json!(job.data.side);
        told["attempts"] = json!(job.data.attempts);
        told["trace"] = json!(job.data.error.as_ref().and_then(|error| error.trace.as_deref()));
    }
    told
}

fn whole(parked: &Parked) -> Value {
    let mut told = document(parked);
    let text = String::from_utf8_lossy(&parked.body);
    told["message"] = serde_json::from_slice(&parked.body).unwrap_or_else(|_| json!(text));
    told
}

fn paragraph(parked: &Parked) -> String {
    let mut lines = vec![("sync", parked.sync.to_string())];
    if let Ok(job) = &parked.job {
        let data = &job.data;
        let changed = data.change.as_deref().map(|change| format!(", {change}")).unwrap_or_default();
        let actor = data.actor.as_deref().map(|actor| format!(", by {actor}")).unwrap_or_default();
        lines.push(("event", format!("{} of {:.0}: {}{changed}{actor}", job.id, job.time, data.cause)));
        lines.push(("issue", format!("{} (id {}, {} side)", job.subject, data.issue, data.side.name())));
        lines.push(("attempts", data.attempts.to_string()));
        lines.extend(data.error.as_ref().and_then(|error| error.trace.clone()).map(|trace| ("trace", trace)));
    } else {
        lines.push(("message", String::from_utf8_lossy(&parked.body).into_owned()));
    }
    lines.push(("parked", since(parked)));
    lines.push(("error", format!("{}: {}", parked.kind(), parked.error().replace('\n', "\n          "))));
    let mut lines: Vec<String> = lines.iter().map(|(name, value)| format!("{name:<9} {value}")).collect();
    // An empty line stands between two events.
    lines.push(String::new());
    lines.join("\n")
}
