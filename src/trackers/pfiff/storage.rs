//! Where attachments wait between a package and a tracker: a folder of this machine, or a bucket that several machines share. What was
//! put there is there after a loss of power.

use std::{path::Path, sync::Arc, time::Duration};

use futures_util::{StreamExt, TryStreamExt};
use object_store::{
    ClientOptions, Error as StoreError, ObjectStore, ObjectStoreExt, RetryConfig, aws::AmazonS3Builder, buffered::BufWriter,
    local::LocalFileSystem, path::Path as Key, prefix::PrefixStore,
};
use tokio::io::AsyncWriteExt;

use crate::{
    config::partner::{BucketConfig, StorageConfig},
    sync::{
        fault::Fault,
        ports::{FileContent, FileStream},
    },
};

/// What of a file is held in memory while it is put; also the parts in which a bucket takes it, of which it demands at least 5 MiB.
const PART: usize = 8 << 20;
/// What is read of a local file at once.
const PIECE: usize = 64 << 10;
/// A bucket that does not even take the call is away.
const CONNECT: Duration = Duration::from_secs(5);
/// The longest silence of a bucket; a part has to get there within it.
const SILENCE: Duration = Duration::from_mins(1);
/// How often and how long a call is repeated: busy buckets say so now and then. More patience is the worker's.
const REPEATS: usize = 2;
const PATIENCE: Duration = Duration::from_secs(10);

/// The place.
#[derive(Clone)]
pub struct Storage {
    store: Arc<dyn ObjectStore>,
    words: String,
}

impl Storage {
    /// Opens it. A folder is made if it is not there; a bucket is not asked yet.
    ///
    /// # Errors
    /// The folder cannot be made, or what is configured of the bucket makes no sense.
    pub fn open(config: &StorageConfig, usual: &Path) -> Result<Self, Fault> {
        match config {
            StorageConfig::Folder(folder) => Self::folder(folder.as_deref().unwrap_or(usual)),
            StorageConfig::Bucket(bucket) => Self::bucket(bucket),
        }
    }

    /// A folder of this machine.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn folder(folder: &Path) -> Result<Self, Fault> {
        let words = folder.display().to_string();
        let wrong = |error: String| {
            Fault::permanent(format!("attachments cannot be kept in {words}: {error}"))
                .hint("give [trackers.NAME] a `storage` that can be written")
        };
        std::fs::create_dir_all(folder).map_err(|error| wrong(error.to_string()))?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| wrong(error.to_string()))?.with_fsync(true);
        Ok(Self { store: Arc::new(store), words })
    }

    fn bucket(config: &BucketConfig) -> Result<Self, Fault> {
        let words = format!("the bucket {}", config.bucket);
        // However long a file takes, it may, as long as it goes on.
        let client = ClientOptions::new().with_connect_timeout(CONNECT).with_timeout_disabled().with_read_timeout(SILENCE);
        let retry = RetryConfig { max_retries: REPEATS, retry_timeout: PATIENCE, ..RetryConfig::default() };
        let mut builder = AmazonS3Builder::new()
            .with_client_options(client)
            .with_retry(retry)
            .with_bucket_name(&config.bucket)
            .with_region(&config.region)
            .with_access_key_id(&config.access_key_id)
            .with_secret_access_key(config.secret_access_key.expose());
        if let Some(endpoint) = &config.endpoint {
            // Whoever writes http:// means it: a server beside this one.
            builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
        }
        let store = builder
            .build()
            .map_err(|error| Fault::permanent(format!("{words} cannot be used: {error}")).hint("mend `storage`"))?;
        let store = PrefixStore::new(store, Key::from(config.prefix.as_str()));
        Ok(Self { store: Arc::new(store), words })
    }

    /// Puts a local file there; another one under that key is replaced.
    ///
    /// # Errors
    /// It cannot be read or kept; what was under that key before is still there.
    pub async fn put(&self, key: &str, file: &Path) -> Result<(), Fault> {
        let wrong = |error: std::io::Error| Fault::transient(format!("{} cannot be read: {error}", file.display()));
        let file = tokio::fs::File::open(file).await.map_err(wrong)?;
        let stream: FileStream = Box::pin(tokio_util::io::ReaderStream::with_capacity(file, PIECE));
        self.put_stream(key, stream, u64::MAX).await.map(|_| ())
    }

    /// Puts bytes there as they come; how many there were.
    ///
    /// # Errors
    /// They break off, are more than `most`, or cannot be kept; nothing is there under that key then, or what was there before.
    pub async fn put_stream(&self, key: &str, stream: FileStream, most: u64) -> Result<u64, Fault> {
        let put = self.write(key, stream, most);
        #[cfg(feature = "crash-points")]
        let put = crate::crash::stored(put);
        put.await
    }

    async fn write(&self, key: &str, mut stream: FileStream, most: u64) -> Result<u64, Fault> {
        let mut writer = BufWriter::with_capacity(Arc::clone(&self.store), Key::from(key), PART).with_max_concurrency(1);
        let mut size = 0_u64;
        while let Some(piece) = stream.next().await {
            let outcome = match piece {
                Err(error) => Err(Fault::transient(format!("the file broke off after {size} bytes: {error}"))),
                Ok(piece) => {
                    size = size.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
                    if size > most {
                        Err(Fault::refused(format!("the file has more than {most} bytes")))
                    } else {
                        writer.write_all(&piece).await.map_err(|error| self.not_kept(&error))
                    }
                }
            };
            if let Err(fault) = outcome {
                // What is left of it is removed by whoever keeps it, if not now.
                let _ = writer.abort().await;
                return Err(fault);
            }
        }
        writer.shutdown().await.map_err(|error| self.not_kept(&error))?;
        Ok(size)
    }

    /// The content of a file there.
    ///
    /// # Errors
    /// Permanent: it is not there. Transient: it cannot be read now.
    pub async fn open_file(&self, key: &str) -> Result<FileContent, Fault> {
        let found = self.store.get(&Key::from(key)).await.map_err(|error| self.not_read(key, &error))?;
        let size = found.meta.size;
        Ok(FileContent {
            size: Some(size),
            media_type: None,
            stream: Box::pin(found.into_stream().map_err(std::io::Error::other)),
        })
    }

    /// Fetches a file from there into a local one.
    ///
    /// # Errors
    /// As for [`open_file`](Self::open_file); or the local one cannot be written. It holds anything then.
    pub async fn fetch(&self, key: &str, file: &Path) -> Result<(), Fault> {
        let mut stream = self.open_file(key).await?.stream;
        let wrong = |error: std::io::Error| Fault::transient(format!("{} cannot be written: {error}", file.display()));
        let mut to = tokio::fs::File::create(file).await.map_err(wrong)?;
        while let Some(piece) = stream.next().await {
            let piece = piece.map_err(|error| Fault::transient(format!("{}: {key} broke off: {error}", self.words)))?;
            to.write_all(&piece).await.map_err(wrong)?;
        }
        to.flush().await.map_err(wrong)
    }

    fn not_kept(&self, error: &std::io::Error) -> Fault {
        let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<StoreError>());
        Fault::transient(format!("an attachment cannot be kept in {}: {error}", self.words)).hint(hint(cause))
    }

    fn not_read(&self, key: &str, error: &StoreError) -> Fault {
        match error {
            StoreError::NotFound { .. } => Fault::permanent(format!("{} has lost {key}", self.words))
                .hint("give it back from a backup, or have the other side send the attachment again"),
            _ => Fault::transient(format!("{}: {key} cannot be read: {error}", self.words)).hint(hint(Some(error))),
        }
    }
}

/// What to do. Nothing of it is a reason to refuse a package: whoever mends it need not ask for the package again.
fn hint(error: Option<&StoreError>) -> &'static str {
    match error {
        Some(StoreError::PermissionDenied { .. } | StoreError::Unauthenticated { .. }) => {
            "look at `access_key_id` and `secret_access_key` of `storage`, and at what that account may do in the bucket"
        }
        _ => "is it there, and is there room?",
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn stream(pieces: Vec<std::io::Result<Bytes>>) -> FileStream {
        Box::pin(futures_util::stream::iter(pieces))
    }

    async fn read(storage: &Storage, key: &str) -> Option<Vec<u8>> {
        let content = storage.open_file(key).await.ok()?;
        Some(content.stream.try_collect::<Vec<Bytes>>().await.unwrap().concat())
    }

    #[tokio::test]
    async fn what_was_put_is_there_and_what_broke_off_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::folder(folder.path()).unwrap();
        let long = vec![7; PART + 1_000];
        let pieces = vec![Ok(Bytes::from(long.clone())), Ok(Bytes::from_static(b"end"))];
        assert_eq!(storage.put_stream("t/1/a", stream(pieces), u64::MAX).await.unwrap(), long.len() as u64 + 3);
        assert_eq!(read(&storage, "t/1/a").await.unwrap(), [&long[..], b"end"].concat());

        let broken = vec![Ok(Bytes::from_static(b"ab")), Err(std::io::Error::other("hung up"))];
        assert!(storage.put_stream("t/1/b", stream(broken), u64::MAX).await.unwrap_err().is_transient());
        assert_eq!(read(&storage, "t/1/b").await, None);
        let more = storage.put_stream("t/1/a", stream(vec![Ok(Bytes::from_static(b"abc"))]), 2).await.unwrap_err();
        assert!(more.to_string().contains("more than 2 bytes"), "{more}");
        assert_eq!(read(&storage, "t/1/a").await.unwrap().len(), long.len() + 3, "what was there stays");

        let local = folder.path().join("local");
        storage.fetch("t/1/a", &local).await.unwrap();
        storage.put("t/2", &local).await.unwrap();
        assert_eq!(read(&storage, "t/2").await, read(&storage, "t/1/a").await);
        let lost = storage.open_file("t/9").await.err().unwrap();
        assert!(lost.to_string().contains("has lost t/9"), "{lost}");
    }
}
