//! A bucket and a database that several machines share.

use std::process::{Command, Stdio};

use sqlx::{Connection as _, PgConnection};
use trackersync::{
    config::{
        partner::{BucketConfig, StorageConfig},
        secret::Secret,
    },
    trackers::pfiff::Storage,
};

use crate::roundup_site::{
    process::{Process, free_port},
    roundup_home::{python, repository},
};

const NAME: &str = "pfiff";
const REGION: &str = "eu-central-1";
const HINT: &str = "this test needs a server of buckets: start the tests by tests/run, or set TRACKERSYNC_TEST_PYTHON to a Python that \
                    has moto[s3] 5.2.1, flask and flask-cors";

/// A served bucket; it ends with the test.
pub struct Bucket {
    server: Process,
    port: u16,
    key: String,
    secret: String,
    _folder: tempfile::TempDir,
}

impl Bucket {
    pub async fn start() -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let python = python();
        let check = Command::new(&python).args(["-c", "import moto.server, flask_cors"]).stderr(Stdio::null()).status();
        assert!(check.is_ok_and(|status| status.success()), "{HINT} (tried {})", python.display());
        let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
        let mut command = Command::new(python);
        command.arg(repository("tests/kit/s3/serve_bucket.py")).args(["--port", &port.to_string(), "--bucket", NAME]);
        let mut server = Process::start("bucket", folder.path(), &mut command);
        let told = server.ready().await;
        let (key, secret) = told.split_once(' ').unwrap();
        Self { server, port, key: key.to_owned(), secret: secret.to_owned(), _folder: folder }
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// Ends the server.
    pub fn end(&mut self) {
        self.server.end();
    }

    /// A storage in it.
    pub fn storage(&self, prefix: &str) -> Storage {
        self.storage_with(prefix, &self.key, &self.secret)
    }

    /// The same for somebody else.
    pub fn storage_with(&self, prefix: &str, key: &str, secret: &str) -> Storage {
        self.open(NAME, prefix, key, secret)
    }

    /// A storage in another bucket of the server.
    pub fn storage_of(&self, bucket: &str, prefix: &str) -> Storage {
        self.open(bucket, prefix, &self.key, &self.secret)
    }

    fn open(&self, bucket: &str, prefix: &str, key: &str, secret: &str) -> Storage {
        let config = BucketConfig {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            endpoint: Some(self.endpoint()),
            region: REGION.to_owned(),
            access_key_id: key.to_owned(),
            secret_access_key: Secret::built_in(secret),
        };
        Storage::open(&StorageConfig::Bucket(Box::new(config)), "unused".as_ref()).unwrap()
    }

    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// `storage` of a configuration, with the secret in the variable S3_SECRET.
    pub fn settings(&self, prefix: &str) -> String {
        format!(
            "{{ bucket = \"{NAME}\", prefix = \"{prefix}\", endpoint = \"{}\", region = \"{REGION}\", access_key_id = \"{}\", \
             secret_access_key = {{ env = \"S3_SECRET\" }} }}",
            self.endpoint(),
            self.key
        )
    }
}

/// A database of a test's own.
pub struct Database {
    pub url: String,
    name: String,
}

impl Database {
    pub async fn make() -> Self {
        let name = format!("pfiff_{}", uuid::Uuid::now_v7().simple());
        run(&format!("CREATE DATABASE {name}")).await;
        Self { url: of(&name), name }
    }

    pub async fn remove(self) {
        run(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }
}

fn of(name: &str) -> String {
    let server = std::env::var("TRACKERSYNC_TEST_POSTGRES").unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432".to_owned());
    let mut url = url::Url::parse(&server).unwrap();
    url.set_path(name);
    url.into()
}

async fn run(statement: &str) {
    let server = of("postgres");
    let mut connection = PgConnection::connect(&server)
        .await
        .unwrap_or_else(|error| panic!("this test needs PostgreSQL at {server}; tests/run starts it: {error}"));
    sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.unwrap();
}
