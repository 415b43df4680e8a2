//! The journal of effects that must happen once.

use jiff::Timestamp;

use super::pool::{Pool, StoreError, on_pool};
use crate::{
    clock::millis,
    ids::LinkId,
    sync::{
        issue::{Copied, CopyKind, Side},
        ports::{Intent, Opened, Token},
    },
};

#[derive(sqlx::FromRow)]
struct Row {
    token: String,
    link_id: String,
    kind: String,
    to_side: String,
    source: String,
    content: String,
    size: Option<i64>,
    since: i64,
    run: String,
    made: Option<String>,
}

impl Row {
    fn kind(&self) -> CopyKind {
        [CopyKind::Issue, CopyKind::File].into_iter().find(|kind| kind.name() == self.kind).unwrap_or(CopyKind::Message)
    }

    fn side(&self) -> Side {
        if self.to_side == Side::Local.name() { Side::Local } else { Side::Remote }
    }
}

impl From<Row> for Intent {
    fn from(row: Row) -> Self {
        Intent {
            kind: row.kind(),
            to: row.side(),
            token: Token::stored(row.token),
            link: LinkId::new(row.link_id),
            source: row.source,
            content: row.content,
            size: row.size.and_then(|size| u64::try_from(size).ok()),
            since: Timestamp::from_millisecond(row.since).unwrap_or_default(),
            run: row.run,
        }
    }
}

async fn of_link(pool: &Pool, link: &LinkId) -> Result<Vec<Row>, StoreError> {
    Ok(on_pool!(pool, pool ->
        sqlx::query_as("SELECT * FROM journal WHERE link_id = $1 ORDER BY since, token").bind(link.as_str()).fetch_all(pool).await?))
}

pub(super) async fn copies(pool: &Pool, link: &LinkId) -> Result<Vec<Copied>, StoreError> {
    let rows = of_link(pool, link).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let (kind, to) = (row.kind(), row.side());
            let text = (kind == CopyKind::Message).then_some(row.content);
            Some(Copied { kind, to, source: row.source, copy: row.made?, text })
        })
        .collect())
}

pub(super) async fn open_intents(pool: &Pool, link: &LinkId) -> Result<Vec<Intent>, StoreError> {
    // The creation of the issue is settled where issues are created: there is nothing to look into before it exists.
    let open = |row: &Row| row.made.is_none() && row.kind() != CopyKind::Issue;
    Ok(of_link(pool, link).await?.into_iter().filter(open).map(Intent::from).collect())
}

pub(super) async fn open_creations(pool: &Pool) -> Result<Vec<Intent>, StoreError> {
    const SELECT: &str = "SELECT * FROM journal WHERE kind = $1 AND to_side = $2 AND made IS NULL ORDER BY since, token";
    let (kind, side) = (CopyKind::Issue.name(), Side::Remote.name());
    let rows: Vec<Row> = on_pool!(pool, pool -> sqlx::query_as(SELECT).bind(kind).bind(side).fetch_all(pool).await?);
    Ok(rows.into_iter().map(Intent::from).collect())
}

pub(super) async fn open(pool: &Pool, intent: &Intent) -> Result<Opened, StoreError> {
    const INSERT: &str = "INSERT INTO journal (token, link_id, kind, to_side, source, content, size, since, run, made) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL) ON CONFLICT DO NOTHING";
    let written = on_pool!(pool, pool -> sqlx::query(INSERT)
        .bind(intent.token.as_str())
        .bind(intent.link.as_str())
        .bind(intent.kind.name())
        .bind(intent.to.name())
        .bind(&intent.source)
        .bind(&intent.content)
        .bind(intent.size.and_then(|size| i64::try_from(size).ok()))
        .bind(millis(intent.since))
        .bind(&intent.run)
        .execute(pool)
        .await?
        .rows_affected());
    if written == 1 {
        return Ok(Opened::Ours);
    }
    let row: Option<Row> = on_pool!(pool, pool ->
        sqlx::query_as("SELECT * FROM journal WHERE token = $1").bind(intent.token.as_str()).fetch_optional(pool).await?);
    Ok(match row {
        // Dropped between the two statements: whoever did is at work on it.
        None => Opened::Theirs(intent.clone()),
        Some(Row { made: Some(made), .. }) => Opened::Done(made),
        Some(row) => Opened::Theirs(row.into()),
    })
}

pub(super) async fn close(pool: &Pool, token: &Token, made: &str) -> Result<(), StoreError> {
    on_pool!(pool, pool =>
        sqlx::query("UPDATE journal SET made = $1 WHERE token = $2").bind(made).bind(token.as_str()).execute(pool).await?);
    Ok(())
}

pub(super) async fn forget(pool: &Pool, token: &Token, run: &str) -> Result<(), StoreError> {
    const DELETE: &str = "DELETE FROM journal WHERE token = $1 AND run = $2 AND made IS NULL";
    on_pool!(pool, pool => sqlx::query(DELETE).bind(token.as_str()).bind(run).execute(pool).await?);
    Ok(())
}

pub(super) async fn surrender(pool: &Pool, token: &Token, run: &str) -> Result<(), StoreError> {
    const UPDATE: &str = "UPDATE journal SET run = '' WHERE token = $1 AND run = $2 AND made IS NULL";
    on_pool!(pool, pool => sqlx::query(UPDATE).bind(token.as_str()).bind(run).execute(pool).await?);
    Ok(())
}

pub(super) async fn knows(pool: &Pool, token: &Token) -> Result<bool, StoreError> {
    let row: Option<Row> = on_pool!(pool, pool ->
        sqlx::query_as("SELECT * FROM journal WHERE token = $1").bind(token.as_str()).fetch_optional(pool).await?);
    Ok(row.is_some())
}

pub(super) async fn note_text(pool: &Pool, link: &LinkId, to: Side, copy: &str, text: &str) -> Result<(), StoreError> {
    const UPDATE: &str =
        "UPDATE journal SET content = $1 WHERE link_id = $2 AND kind = 'message' AND to_side = $3 AND made = $4";
    on_pool!(pool, pool => sqlx::query(UPDATE)
        .bind(text)
        .bind(link.as_str())
        .bind(to.name())
        .bind(copy)
        .execute(pool)
        .await?);
    Ok(())
}
