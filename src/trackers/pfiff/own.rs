//! Writing: what we answer. Nothing goes out with it: answers are packed now and then.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Pfiff,
    schema::{OWN, STATES, STATUS},
};
use crate::{
    ids::IssueId,
    sync::{
        fault::Fault,
        issue::{Attributes, CopyKind},
        plan::NewMessage,
        ports::{Annotation, FileContent, Intent, MirroredFile, Token, WriteTerms},
    },
};

/// Sets what we answer.
pub(super) async fn set(pfiff: &Pfiff, id: &IssueId, fields: &Attributes, terms: WriteTerms<'_>) -> Result<(), Fault> {
    check(fields)?;
    let issue = known(pfiff, id).await?;
    let version = issue.version.to_string();
    if terms.revision.is_some_and(|revision| revision != version) {
        return Err(Fault::transient(format!("the answer to issue {id} was changed since it was read")));
    }
    let mut own = issue.own.clone();
    for (path, value) in fields {
        match value {
            Value::Null => own.remove(path),
            value => own.insert(path.clone(), value.clone()),
        };
    }
    // What is answered already is no reason for another answer.
    if own == issue.own {
        return Ok(());
    }
    let now = pfiff.records()?.now().await?;
    if pfiff.records()?.set_own(&pfiff.name, id, issue.version, &own, now).await? {
        Ok(())
    } else {
        Err(Fault::transient(format!("the answer to issue {id} was just changed by another run")))
    }
}

fn check(fields: &Attributes) -> Result<(), Fault> {
    let foreign: BTreeSet<&String> = fields.keys().filter(|path| !OWN.contains(&path.as_str())).collect();
    if let Some(path) = foreign.first() {
        let mut fault = Fault::refused(format!("PFIFF takes no {path} from us"));
        fault.fields = foreign.into_iter().cloned().collect();
        return Err(fault.hint(format!("what can be answered is {}", OWN.join(", "))));
    }
    if let Some(Value::String(state)) = fields.get(STATUS)
        && !STATES.contains(&state.as_str())
    {
        let mut fault = Fault::refused(format!("PFIFF knows no {STATUS} `{state}`"));
        fault.fields = vec![STATUS.to_owned()];
        return Err(fault.hint(format!("there are {}", STATES.join(", "))));
    }
    Ok(())
}

async fn known(pfiff: &Pfiff, id: &IssueId) -> Result<crate::sync::ports::MirroredIssue, Fault> {
    let issue = pfiff.records()?.mirrored(&pfiff.name, id).await?;
    issue.ok_or_else(|| Fault::permanent(format!("no package told of an issue {id}")))
}

/// Adds an annotation; its id is the token, so that it is added once.
pub(super) async fn annotate(pfiff: &Pfiff, id: &IssueId, message: &NewMessage, token: &Token) -> Result<String, Fault> {
    known(pfiff, id).await?;
    let annotation = Annotation {
        id: token.as_str().to_owned(),
        text: message.text.clone(),
        author: message.author.clone(),
        at: match message.date {
            Some(date) => date,
            None => pfiff.records()?.now().await?,
        },
    };
    pfiff.records()?.add_annotation(&pfiff.name, id, &annotation).await?;
    Ok(annotation.id)
}

/// Adds a file to the answer; its id is the token, so that it is added once.
pub(super) async fn attach(
    pfiff: &Pfiff,
    id: &IssueId,
    name: &str,
    content: FileContent,
    token: &Token,
) -> Result<String, Fault> {
    known(pfiff, id).await?;
    let key = format!("{}/out/{}", pfiff.name, token.as_str());
    let most = pfiff.config.max_attachment;
    if content.size.is_some_and(|size| size > most) {
        return Err(Fault::refused(format!("the file {name} has more than {most} bytes (max_attachment)")));
    }
    let size = pfiff.storage()?.put_stream(&key, content.stream, most).await.map_err(|fault| fault.while_doing(name))?;
    let file = MirroredFile {
        id: token.as_str().to_owned(),
        name: name.to_owned(),
        size: Some(size),
        stored: Some(key),
        ours: true,
        sent: None,
    };
    let now = pfiff.records()?.now().await?;
    pfiff.records()?.add_own_file(&pfiff.name, id, &file, now).await?;
    Ok(file.id)
}

/// Whether what an intent was to make is there: it has the token for its id.
pub(super) async fn find(pfiff: &Pfiff, id: &IssueId, intent: &Intent) -> Result<Option<String>, Fault> {
    let token = intent.token.as_str();
    let is_there = match intent.kind {
        CopyKind::Issue => false,
        CopyKind::Message => {
            pfiff.records()?.annotations(&pfiff.name, id).await?.iter().any(|annotation| annotation.id == token)
        }
        CopyKind::File => pfiff.records()?.mirrored_files(&pfiff.name, id).await?.iter().any(|file| file.id == token),
    };
    Ok(is_there.then(|| token.to_owned()))
}
