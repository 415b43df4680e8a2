//! The requests to compare; they build on each other.

use Step::{Call, Change, Download, Get, Send, Upload};
use serde_json::{Value as Json, json};

/// One request.
#[derive(Debug)]
pub enum Step {
    Get(&'static str),
    Send(&'static str, &'static str, Json),
    /// With the ETag fetched before.
    Change(&'static str, &'static str, Json),
    /// The form field `content`: file name and bytes.
    Upload(Option<&'static str>, &'static [u8]),
    /// With this `Accept`.
    Download(&'static str, &'static str),
    /// An XML-RPC method without arguments, and whether the header that all writes need is there.
    Call(&'static str, bool),
}

/// All of them, in order.
pub fn steps() -> Vec<Step> {
    [classes(), messages(), issue(), changes(), creations(), files(), searches(), flags()].into_iter().flatten().collect()
}

/// What is there from the start.
fn classes() -> Vec<Step> {
    vec![
        Get(""),
        Get("/data"),
        Get("/data/status"),
        Get("/data/status/unread"),
        Get("/data/status/name=unread"),
        Get("/data/status/nope"),
        Get("/data/file/nope"),
        Call("schema", true),
        Call("schema", false),
        Call("nope", true),
        Get("/data/status/99"),
        Get("/data/status/1/order"),
        Get("/data/nope"),
        Get("/data/nope/1"),
        Get("/data/issue/abc"),
        Get("/nope"),
        Get("/data/ext_tracker/upstream"),
        Get("/data/user/sync"),
        Get("/data/user/jane"),
    ]
}

/// A message in all views.
fn messages() -> Vec<Step> {
    vec![
        Send(
            "POST",
            "/data/msg",
            json!({"content": "\u{a0} hello\r\nworld  \n", "author": "sync", "date": "2026-01-02.07:29:22", "messageid": "<a@b>", "keywords": ["customer"]}),
        ),
        Get("/data/msg/1"),
        Get("/data/msg/1?@verbose=0"),
        Get("/data/msg/1?@verbose=2"),
        Get("/data/msg/1?@verbose=3"),
        Get("/data/msg/1?@protected=true"),
        Get("/data/msg/1/content"),
        Download("/data/msg/1/binary_content", "application/octet-stream"),
        Download("/data/msg/1/binary_content", "*/*"),
        Download("/data/msg/1/binary_content", "application/json"),
        Download("/data/msg/1/binary_content", "image/png"),
        Download("/data/msg/1/content", "application/octet-stream"),
        Send("POST", "/data/msg", json!({"content": "two", "author": "3"})),
    ]
}

/// An issue in all views.
fn issue() -> Vec<Step> {
    vec![
        Send("POST", "/data/issue", json!({"title": " x ", "priority": "bug", "messages": ["1"]})),
        Get("/data/issue/1"),
        Get("/data/issue/1?@protected=true"),
        Get("/data/issue/1?@verbose=0"),
        Get("/data/issue/1?@verbose=2"),
        Get("/data/issue/1?@verbose=x"),
        Get("/data/issue/1/title"),
        Get("/data/issue/1/messages"),
        Get("/data/issue/1/status"),
        Get("/data/issue/1/nope"),
        Get("/data/issue/1/creation"),
        Get("/data/issue/1/ext_id"),
        Get("/data/issue/1?@fields=nope"),
        Get("/data/issue/1?@fields=status.name,messages&@verbose=2"),
    ]
}

/// Changes, possible and impossible ones.
fn changes() -> Vec<Step> {
    vec![
        Send("PUT", "/data/issue/1", json!({"title": "y"})),
        Send("PATCH", "/data/issue/1", json!({"@op": "add", "messages": ["2"]})),
        Change("PUT", "/data/issue/1", json!({"title": "y"})),
        Change("PUT", "/data/issue/1/title", json!({"data": "z"})),
        Change("PATCH", "/data/issue/1", json!({"@op": "add", "messages": ["2"]})),
        Change("PATCH", "/data/issue/1", json!({"@op": "add", "messages": ["2"]})),
        Change("PATCH", "/data/issue/1", json!({"@op": "remove", "keyword": ["2"]})),
        Change("PATCH", "/data/issue/1", json!({"@op": "remove", "messages": ["2"]})),
        Change("PATCH", "/data/issue/1/messages", json!({"@op": "add", "data": "2"})),
        Change("PUT", "/data/issue/1", json!({"messages": "-2"})),
        Change("PUT", "/data/issue/1", json!({"messages": "+2"})),
        Change("PUT", "/data/issue/1", json!({"title": "z"})),
        Change("PATCH", "/data/issue/1", json!({"@op": "nope", "title": "q"})),
        Change("PATCH", "/data/issue/1", json!({"@op": "add", "title": "q"})),
        Change("PATCH", "/data/issue/1", json!({"@op": "remove", "title": "q"})),
        Change("PATCH", "/data/issue/1", json!({"@op": "action", "@action_name": "retire"})),
        Change("PUT", "/data/issue/1", json!({"priority": ""})),
        Change("PUT", "/data/issue/1", json!({"priority": "nope"})),
        Change("PUT", "/data/issue/1", json!({"priority": "77"})),
        Change("PUT", "/data/issue/1", json!({"priority": "-1"})),
        Change("PUT", "/data/issue/1", json!({"title": null})),
        Change("PUT", "/data/issue/1", json!({"titel": "q"})),
        Change("PUT", "/data/issue/1", json!({"creator": "q"})),
        Change("PUT", "/data/issue/1", json!({"messages": ["99"]})),
        Change("PUT", "/data/issue/1", json!({"messages": []})),
        Change("PUT", "/data/issue/1", json!({"title": 5, "assignedto": "jane"})),
        Change("PUT", "/data/issue/1", json!({"title": ["a"]})),
        Change("PUT", "/data/issue/1", json!({"messages": [1]})),
        Change("PUT", "/data/issue/1", json!({})),
        Change("PUT", "/data/issue/1/creator", json!({"data": "1"})),
        Change("PUT", "/data/issue/1/nope", json!({"data": "1"})),
        Change("PUT", "/data/issue/1/title", json!({"nodata": "1"})),
        Change(
            "PUT",
            "/data/issue/1",
            json!({"ext_id": "4711", "ext_tracker": "upstream", "ext_attributes": "2", "ext_status": "open"}),
        ),
        Send("PUT", "/data/issue/1", json!({"@etag": "x", "title": "5"})),
        Send("PUT", "/data/issue/99", json!({"title": "5"})),
        Send("PATCH", "/data/issue/99", json!({"title": "5"})),
        Send("POST", "/data/issue/1", json!({})),
    ]
}

/// Creating items of all classes.
fn creations() -> Vec<Step> {
    vec![
        Send("POST", "/data/issue", json!({})),
        Send("POST", "/data/issue", json!({"priority": "bug"})),
        Send("POST", "/data/issue", json!({"title": "q", "messages": []})),
        Send("POST", "/data/issue", json!({"title": "q", "messages": "x"})),
        Send("POST", "/data/issue", json!({"title": "q", "keyword": ["x"]})),
        Send("POST", "/data/issue", json!({"title": true})),
        Send("POST", "/data/issue", json!({"title": "q", "activity": "2026-01-01", "id": "5"})),
        Send("POST", "/data/issue", json!({"title": "q\r\nb\rc", "assignedto": "sync"})),
        Get("/data/issue?@fields=title,nosy,status.name"),
        Send("POST", "/data/msg", json!({"author": "sync"})),
        Send("POST", "/data/msg", json!({"content": "noauthor"})),
        Send("POST", "/data/msg", json!({"content": "a", "date": "yesterday"})),
        Send("POST", "/data/msg", json!({"content": "a", "author": "sync", "date": "2026-01-02T07:29:22Z"})),
        Send("POST", "/data/msg", json!({"content": "a", "author": "sync", "date": "2026-01-02"})),
        Send("POST", "/data/msg", json!({"content": "a", "author": "jane", "date": "2026-01-02.07:29:22.123"})),
        Get("/data/msg?@fields=author,date&@verbose=0"),
        Send("POST", "/data/issue", json!({"title": "a", "messages": ["3"]})),
        Change("PATCH", "/data/issue/1", json!({"@op": "add", "messages": ["3"]})),
        Send("POST", "/data/ext_msg", json!({"ext_id": "1"})),
        Send("POST", "/data/ext_msg", json!({"ext_id": "1", "key": "1:1", "msg": "1", "ext_tracker": "upstream"})),
        Send("POST", "/data/ext_msg", json!({"ext_id": "1", "key": "1:1"})),
        Get("/data/ext_msg/1:1?@verbose=2"),
        Get("/data/ext_msg/1:2"),
        Send("POST", "/data/keyword", json!({"name": "net"})),
        Send("POST", "/data/status", json!({"name": "net"})),
        Send("POST", "/data/ext_tracker", json!({"name": "net"})),
        Send("POST", "/data/nope", json!({})),
        Send("POST", "/data/issue/@poe", json!({"lifetime": 120})),
        Send("POST", "/data/issue/@poe", json!({"lifetime": "x"})),
        Send("POST", "/data/issue/@poe", json!({"lifetime": "9999"})),
        Send("POST", "/data/issue/@poe/x", json!({"title": "x"})),
    ]
}

/// A property that holds yes or no, in all that it may be set to.
fn flags() -> Vec<Step> {
    let words = [json!("true"), json!(true), json!(" Yes "), json!("on"), json!(1), json!("false"), json!(0), json!("maybe")];
    let set = words.into_iter().flat_map(|word| {
        let change = Change("PUT", "/data/issue/1", json!({"reproducible": word}));
        [change, Get("/data/issue/1?@fields=reproducible")]
    });
    let looks = [
        Get("/data/issue/1/reproducible"),
        Get("/data/issue?reproducible=0&@fields=reproducible"),
        Get("/data/issue?reproducible=true&@fields=reproducible"),
        Get("/data/issue?reproducible=1,no&@fields=reproducible"),
        Change("PUT", "/data/issue/1", json!({"frequency": "always"})),
        Get("/data/issue/1?@fields=frequency.name,frequency&@verbose=2"),
        Change("PUT", "/data/issue/1", json!({"reproducible": ""})),
        Get("/data/issue?reproducible=0&@fields=reproducible"),
        Get("/data/issue/1/reproducible"),
    ];
    set.chain(looks).collect()
}

/// Files.
fn files() -> Vec<Step> {
    vec![
        Upload(Some("a.bin"), b" \0\xff\x01 bytes \n"),
        Upload(None, b"  text "),
        Get("/data/file/1"),
        Get("/data/file/1?@verbose=3"),
        Get("/data/file/1?@protected=true&@verbose=0"),
        Get("/data/file/2?@verbose=3"),
        Get("/data/file/3"),
        Get("/data/file/1/content"),
        Get("/data/file/99/binary_content"),
        Download("/data/file/1/binary_content", "application/octet-stream"),
        Download("/data/file/1/binary_content", "*/*"),
        Download("/data/file/1/binary_content", "application/json"),
        Download("/data/file/1/binary_content", "application/x-foo"),
        Download("/data/file/1/binary_content", "image/png"),
        Send("POST", "/data/file", json!({"name": "n"})),
        Send("POST", "/data/file", json!({"name": "n", "content": ""})),
        Get("/data/file?@fields=name&@verbose=0"),
        Send("POST", "/data/msg", json!({"author": "sync", "content": " \n"})),
        Send("POST", "/data/msg", json!({"author": "sync", "content": ""})),
        Get("/data/msg?@fields=author,content,date&@verbose=0"),
        Send("POST", "/data/file", json!({"name": "e", "type": "text/plain", "content": " "})),
        Download("/data/file/4/binary_content", "application/octet-stream"),
        Upload(Some("e"), b""),
    ]
}

/// Searches.
fn searches() -> Vec<Step> {
    vec![
        Get("/data/issue?status=unread,chatting&@fields=title,status.name&@sort=-id&@page_size=1&@page_index=1&@verbose=0"),
        Get("/data/issue?title=Q"),
        Get("/data/issue?title:=q"),
        Get("/data/issue?priority=-1"),
        Get("/data/issue?priority=bug,-1"),
        Get("/data/issue?priority=3"),
        Get("/data/issue?status=nope"),
        Get("/data/issue?nope=1"),
        Get("/data/issue?activity=from 2020-01-01"),
        Get("/data/issue?activity=from 2030-01-01"),
        Get("/data/issue?activity=2020-01-01;2021-01-01"),
        Get("/data/issue?activity=;2021-01-01"),
        Get("/data/issue?activity=from -1d"),
        Get("/data/issue?activity=from 2026-01-01.00:00:00"),
        Get("/data/issue?messages=1"),
        Get("/data/issue?messages=1,2"),
        Get("/data/issue?messages=-1"),
        Get("/data/issue?ext_tracker=upstream"),
        Get("/data/issue?ext_id:=4711"),
        Get("/data/issue?ext_id=47"),
        Get("/data/issue?status.name=unread"),
        Get("/data/issue?id=1"),
        Get("/data/issue?id=1,2"),
        Get("/data/issue?id=1&id=2"),
        Get("/data/issue?id=1&id=2&id=99&@fields=title,messages,files,status,priority.name,nosy,ext_id,activity&@verbose=2"),
        Get("/data/issue?status=1&status=2"),
        Get("/data/issue?@fields=nope"),
        Get("/data/issue?@sort=nope"),
        Get("/data/issue?@page_size=x"),
        Get("/data/issue?@page_size=2"),
        Get("/data/issue?@page_size=2&@page_index=2"),
        Get("/data/issue?@page_size=2&@page_index=9"),
        Get("/data/issue?@verbose=2"),
        Get("/data/issue?@fields=messages,status"),
        Get("/data/issue?@fields=messages,status,activity&@verbose=0"),
        Get("/data/issue?@fields=messages.author"),
        Get("/data/issue?@fields=status.nope"),
        Get("/data/issue?@sort=-id"),
        Get("/data/issue?@sort=title"),
        Get("/data/issue?@sort=-status,id"),
        Get("/data/issue?@sort=priority,-id"),
        Get("/data/issue?title="),
        Get("/data/issue?ext_id=-1"),
        Get("/data/issue?ext_id:="),
        Get("/data/issue?creator=sync"),
        Get("/data/issue?nosy=jane"),
        Get("/data/issue?messages.messageid:=<a@b>"),
        Get("/data/issue?title=q&title=b"),
        Get("/data/issue?activity=x"),
        Get("/data/msg?messageid:=<a@b>"),
        Get("/data/msg?messageid=A@"),
        Get("/data/msg?messageid:=a@"),
        Get("/data/msg?@fields=messageid,content"),
        Get("/data/msg?@fields=messageid&@verbose=3"),
        Get("/data/msg?keywords=customer"),
        Get("/data/msg?author=jane"),
        Get("/data/msg?date=2026-01-02"),
        Get("/data/msg?date=2026-01-02.07:29"),
        Get("/data/msg?@sort=date"),
    ]
}
