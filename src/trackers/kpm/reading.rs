//! Reading a problem: what we may do with it first, then its fields, steps and documents at the same time, as far as rules need them.

use std::collections::BTreeSet;

use futures_util::future::join3;
use serde_json::{Value, json};

use super::{
    Kpm, convert, documents,
    failure::Failure,
    rights::{ADD_DOCUMENT, LIST_DOCUMENTS, READ, Rights},
    steps::{self, STATUS, Step},
    times,
};
use crate::{
    ids::IssueId,
    sync::{
        fault::Fault,
        issue::{Attributes, File, READABLE, Snapshot},
        rules::Needs,
    },
};

/// A problem as it is now; `None` if there is none of that number.
pub(super) async fn snapshot(kpm: &Kpm, id: &IssueId, needs: &Needs) -> Result<Option<Snapshot>, Fault> {
    match read(kpm, id, needs).await {
        Ok(snapshot) => Ok(Some(snapshot)),
        Err(failure) if failure.is_gone() => Ok(None),
        Err(failure) if failure.is_unreadable() => Ok(Some(unreadable(id))),
        Err(failure) => Err(Fault::from(failure).while_doing(format!("reading problem {id}"))),
    }
}

async fn read(kpm: &Kpm, id: &IssueId, needs: &Needs) -> Result<Snapshot, Failure> {
    let rights = Rights::of(&kpm.client, id.as_str()).await?;
    if !rights.allow(READ) {
        return Ok(unreadable(id));
    }
    let (problem, steps, files) =
        join3(fields(kpm, id.as_str()), read_steps(kpm, id, needs, &rights), read_documents(kpm, id, needs, &rights)).await;
    let (problem, steps, files) = (problem?, steps?, files?);
    let changed = convert::field(&problem, "LastChangeTimestamp");
    let assigned_to_us = kpm.mailbox.holds(&kpm.client, id.as_str(), &changed).await?;
    let mut snapshot = Snapshot {
        assigned_to_us,
        updated: times::moment(&changed, &kpm.zone).filter(|_| needs.updated),
        files,
        largest_file: needs.files.then(|| if rights.allow(ADD_DOCUMENT) { kpm.max_attachment } else { 0 }),
        ..Snapshot::empty(id.clone(), id.as_str())
    };
    let paths = needs.paths.iter();
    if let Some(steps) = steps {
        snapshot.attributes = paths.map(|path| (path.clone(), attribute(kpm, &problem, &steps, path))).collect();
        if needs.messages {
            snapshot.messages = steps.iter().filter(|step| !step.text.is_empty()).map(Step::message).collect();
        }
    } else {
        let shown = paths.filter(|path| !steps::ATTRIBUTES.contains(&path.as_str()));
        snapshot.attributes = shown.map(|path| (path.clone(), attribute(kpm, &problem, &[], path))).collect();
        // What steps tell must not look emptied.
        let is_restricted = steps::are_needed_for(&needs.paths);
        snapshot.restricted = is_restricted.then(|| snapshot.attributes.keys().cloned().collect());
    }
    Ok(snapshot)
}

/// A problem that is there and that we may not read: only this is told of it.
fn unreadable(id: &IssueId) -> Snapshot {
    Snapshot {
        attributes: Attributes::from([(READABLE.to_owned(), Value::Bool(false))]),
        restricted: Some(BTreeSet::from([READABLE.to_owned()])),
        ..Snapshot::empty(id.clone(), id.as_str())
    }
}

/// The fields of a problem, as KPM tells them.
pub(super) async fn fields(kpm: &Kpm, problem: &str) -> Result<Value, Failure> {
    let mut told = kpm.client.call("GetDevelopmentProblemData", json!({ "ProblemNumber": problem })).await?;
    match told["DevelopmentProblem"].take() {
        Value::Null => Err(Fault::transient(format!("KPM answers without the fields of problem {problem}")).into()),
        fields => Ok(fields),
    }
}

/// The steps, empty where nothing needs them; `None` where we may not read them.
async fn read_steps(kpm: &Kpm, id: &IssueId, needs: &Needs, rights: &Rights) -> Result<Option<Vec<Step>>, Failure> {
    if !needs.messages && !steps::are_needed_for(&needs.paths) {
        return Ok(Some(Vec::new()));
    }
    if !rights.allow_reading_steps() {
        return Ok(None);
    }
    steps::read(&kpm.client, id.as_str(), &kpm.zone).await.map(Some)
}

async fn read_documents(kpm: &Kpm, id: &IssueId, needs: &Needs, rights: &Rights) -> Result<Vec<File>, Failure> {
    if !needs.files || !rights.allow(LIST_DOCUMENTS) {
        return Ok(Vec::new());
    }
    documents::list(&kpm.client, id.as_str(), rights).await
}

fn attribute(kpm: &Kpm, problem: &Value, steps: &[Step], path: &str) -> Value {
    match path {
        READABLE => Value::Bool(true),
        path if steps::ATTRIBUTES.contains(&path) => steps::attribute(steps, path),
        STATUS => Value::from(supplier_status(problem, steps)),
        path => convert::attribute(problem, path, &kpm.zone),
    }
}

/// The supplier's status; that of the newest statement where the problem tells none.
pub(super) fn supplier_status(problem: &Value, steps: &[Step]) -> Option<String> {
    let told = convert::field(problem, STATUS);
    let stated = || steps::newest_statement(steps)?.statement.as_ref().map(|statement| statement.status.clone());
    Some(told).filter(|status| !status.is_empty()).or_else(stated).filter(|status| !status.is_empty())
}
