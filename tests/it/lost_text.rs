//! Roundup commits a message before it moves the file with its text into place, and a reader that comes in between makes it lose
//! that file. A message of ours gets its text again, and what Roundup tells in place of a text is copied nowhere.

use jiff::Timestamp;
use trackersync::{
    ids::LinkId,
    sync::{
        issue::{CopyKind, Side},
        plan::NewMessage,
        ports::{Intent, Token},
        rules::Needs,
    },
};

use crate::support::site::{Site, Wanted};

const TEXT: &str = "Said\n\nin two paragraphs";

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_text_roundup_has_lost_gets_it_again() {
    let site = Site::start(Wanted { embedded: true, ..Wanted::default() }).await;
    let office = site.office();
    let issue = site.roundup.create("Loses a text").await.as_str().into();
    let (message, intent) = (said(), intent());
    let made = office.add_message(&issue, &message, &intent.token).await.unwrap();
    site.roundup.lose_text(&made);

    let needs = Needs { messages: true, ..Needs::default() };
    let fault = office.read(&issue, &needs).await.unwrap_err();
    assert!(fault.is_transient() && fault.to_string().contains(&format!("lost the text of msg{made}")), "{fault}");
    assert_eq!(office.find_effect(&issue, &intent, &[]).await.unwrap(), None, "it is not what was intended");

    assert_eq!(office.add_message(&issue, &message, &intent.token).await.unwrap(), made, "it is completed, not doubled");
    assert_eq!(office.find_effect(&issue, &intent, &[]).await.unwrap(), Some(made));
    let messages = office.read(&issue, &needs).await.unwrap().unwrap().messages;
    assert_eq!(messages.iter().map(|message| message.text.as_str()).collect::<Vec<_>>(), [format!("Jane:\n\n{TEXT}")]);
}

fn said() -> NewMessage {
    NewMessage {
        text: TEXT.to_owned(),
        author: Some("Jane".to_owned()),
        date: Some("2026-11-22T10:00:00Z".parse().unwrap()),
        source: "1".to_owned(),
        kind: None,
        rule: 0,
    }
}

fn intent() -> Intent {
    let link = LinkId::derive(&"up".into(), &"1".into());
    let token = Token::of_copy(&link, CopyKind::Message, Side::Local, "1");
    let (source, content) = ("1".to_owned(), TEXT.to_owned());
    Intent {
        token,
        link,
        kind: CopyKind::Message,
        to: Side::Local,
        source,
        content,
        size: None,
        since: Timestamp::now(),
        run: String::new(),
    }
}
