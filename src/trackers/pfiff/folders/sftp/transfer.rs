//! Bytes, with several requests under way: a line that takes long to answer is not slow for that.

use std::path::Path;

use futures_util::{StreamExt, stream::FuturesOrdered};
use russh_sftp::{client::error::Error, protocol::StatusCode};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncWriteExt},
};

use super::{super::refusal, failure::Failure, opened::Opened, session::Session};
use crate::sync::fault::Fault;

/// Requests under way at once.
const UNDER_WAY: usize = 32;

/// Copies a file that a foreign server wrote.
pub(super) async fn fetch(session: &Session, path: &str, into: &Path, limit: u64) -> Result<u64, Failure> {
    // The protocol has no way to open a file only if it is no link: that is looked at before.
    let found = session.look(path).await?.ok_or_else(|| refusal::gone(path))?;
    let kind = found.file_type();
    if kind.is_symlink() {
        return Err(refusal::link(path).into());
    }
    if !kind.is_file() {
        return Err(refusal::no_file(path).into());
    }
    let size = found.len();
    if size > limit {
        return Err(refusal::too_long(path, limit).into());
    }
    let file = match Opened::read(session, path).await {
        Err(failure) if failure.is_not_there() => return Err(refusal::gone(path).into()),
        opened => opened?,
    };
    let copied = async {
        receive(session, &file, path, size, into).await?;
        let after = file.attributes().await?;
        if after.size != Some(size) || after.mtime != found.mtime {
            return Err(refusal::still_written(path).into());
        }
        Ok(size)
    };
    let copied = copied.await;
    file.close(copied).await
}

async fn receive(session: &Session, file: &Opened<'_>, path: &str, size: u64, into: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Fault::transient(format!("writing {}: {error}", into.display()));
    let mut copy = File::create(into).await.map_err(failed)?;
    let (mut asked, mut got) = (0, 0);
    let mut under_way = FuturesOrdered::new();
    while got < size {
        while under_way.len() < UNDER_WAY && asked < size {
            let length = part(session, size - asked);
            under_way.push_back(read(session, file.handle(), asked, length));
            asked += u64::from(length);
        }
        let expected = part(session, size - got);
        let bytes = session.soon(under_way.next()).await?.unwrap_or_else(|| Ok(Vec::new()))?;
        if bytes.len() as u64 != u64::from(expected) {
            return Err(refusal::still_written(path).into());
        }
        copy.write_all(&bytes).await.map_err(failed)?;
        got += u64::from(expected);
    }
    copy.sync_all().await.map_err(failed)?;
    Ok(())
}

/// The length of the next part.
fn part(session: &Session, left: u64) -> u32 {
    let chunk = session.extensions().chunk;
    u32::try_from(left).map_or(chunk, |left| left.min(chunk))
}

/// Reads a part; fewer bytes are the end of the file.
async fn read(session: &Session, handle: &str, offset: u64, length: u32) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    loop {
        let missing = length.saturating_sub(u32::try_from(bytes.len()).unwrap_or(length));
        if missing == 0 {
            return Ok(bytes);
        }
        match session.sftp.read(handle, offset + bytes.len() as u64, missing).await {
            Ok(data) if data.data.is_empty() => return Ok(bytes),
            Ok(data) if data.data.len() as u64 > u64::from(missing) => {
                return Err(Failure::Lost("the server sent more than it was asked for".to_owned()));
            }
            // Servers may send less than they are asked for.
            Ok(data) if bytes.is_empty() => bytes = data.data,
            Ok(data) => bytes.extend(data.data),
            Err(Error::Status(status)) if status.status_code == StatusCode::Eof => return Ok(bytes),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Writes a local file; the number of bytes.
pub(super) async fn send(session: &Session, file: &Opened<'_>, local: &Path) -> Result<u64, Failure> {
    let failed = |error: std::io::Error| Fault::permanent(format!("reading {}: {error}", local.display()));
    let mut source = File::open(local).await.map_err(failed)?;
    let mut sent = 0;
    let mut under_way = FuturesOrdered::new();
    loop {
        let mut bytes = Vec::new();
        let chunk = u64::from(session.extensions().chunk);
        (&mut source).take(chunk).read_to_end(&mut bytes).await.map_err(failed)?;
        let ended = bytes.is_empty();
        if !ended {
            let length = bytes.len() as u64;
            under_way.push_back(session.sftp.write(file.handle(), sent, bytes));
            sent += length;
        }
        while under_way.len() >= UNDER_WAY || ended {
            let Some(answer) = session.soon(under_way.next()).await? else { return Ok(sent) };
            answer?;
        }
    }
}

/// Whether two files of the same size have the same bytes.
pub(super) async fn is_same(session: &Session, one: &str, other: &str, size: u64) -> Result<bool, Failure> {
    let one = Opened::read(session, one).await?;
    let other = match Opened::read(session, other).await {
        Ok(other) => other,
        Err(failure) => return one.close(Err(failure)).await,
    };
    let compared = compare(session, &one, &other, size).await;
    let compared = one.close(compared).await;
    other.close(compared).await
}

async fn compare(session: &Session, one: &Opened<'_>, other: &Opened<'_>, size: u64) -> Result<bool, Failure> {
    let mut offset = 0;
    while offset < size {
        let length = part(session, size - offset);
        let parts =
            async { tokio::join!(read(session, one.handle(), offset, length), read(session, other.handle(), offset, length)) };
        let (one, other) = session.soon(parts).await?;
        let (one, other) = (one?, other?);
        if one != other || one.len() as u64 != u64::from(length) {
            return Ok(false);
        }
        offset += u64::from(length);
    }
    Ok(true)
}
