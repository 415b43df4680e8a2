//! The folders of the OFTP server, which the predecessor wrote as `host:folder`, and the addresses in ENGDAT packages, which it wrote line by
//! line.

use super::{
    evaluate::Evaluator,
    settings::{Building, Settings},
};
use crate::config::{
    diagnostic::Diagnostic,
    node::{Node, NodeValue},
    place::Place,
};

const FOLDERS: [(&str, &str); 3] = [("OFTP_INCOMING", "inbox"), ("OFTP_OUTGOING", "outbox"), ("OFTP_TMP_OUT", "staging")];

pub(super) fn put_folders(settings: &Settings, evaluator: &mut Evaluator<'_>, to: &mut Building) {
    let mut host: Option<(Place, String, Place)> = None;
    for (name, key) in FOLDERS {
        let Some((place, text, value)) = settings.text(evaluator, name) else { continue };
        // The address of a host may hold colons itself; a folder does not.
        let Some((told, folder)) = text.rsplit_once(':') else {
            to.text(key, place, &text, value);
            continue;
        };
        to.text(key, place.clone(), folder, value.clone());
        match &host {
            Some((_, first, _)) if first != told => {
                let message = format!("all folders are on one host, and `{told}` is not `{first}`");
                evaluator.findings.push(Diagnostic::error("python::value", message, value));
            }
            Some(_) => {}
            None => host = Some((place, told.to_owned(), value)),
        }
    }
    if let Some((place, host, value)) = host {
        to.put_path("ssh.host", place, Node { value: NodeValue::String(host), place: value });
    } else {
        // Without a host the folders are here, and a key opens nothing.
        to.table.entries.retain(|entry| entry.key != "ssh");
    }
    put_address(settings, evaluator, to, "own", ["ENGDAT_OWN_ADR1", "ENGDAT_OWN_ADR2", "ENGDAT_OWN_ADR3", "ENGDAT_OWN_ADR4"]);
    let lines = ["ENGDAT_PEER_ADR1", "ENGDAT_PEER_ADR2", "ENGDAT_PEER_ADR3", "ENGDAT_PEER_ADR4"];
    put_address(settings, evaluator, to, "peer", lines);
}

fn put_address(settings: &Settings, evaluator: &mut Evaluator<'_>, to: &mut Building, party: &str, names: [&str; 4]) {
    let lines: Vec<(Place, String, Place)> = names.iter().filter_map(|name| settings.text(evaluator, name)).collect();
    let Some((place, ..)) = lines.first().cloned() else { return };
    let lines = lines.into_iter().map(|(_, line, place)| Node { value: NodeValue::String(line), place });
    let node = Node { value: NodeValue::Array(lines.collect()), place: place.clone() };
    to.put_path(&format!("{party}.address"), place, node);
}
