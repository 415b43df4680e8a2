//! A PostgreSQL of one test, for those that let it crash.

use std::{
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::Command,
};

use sqlx::{Connection as _, PgConnection};

use crate::support::{
    process::{Process, free_port},
    wait::{LONG, until_so},
};

/// Where Debian keeps the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// A cluster of its own; it ends with the test.
pub struct OwnPostgres {
    /// Where it is, without a database.
    pub url: String,
    folder: tempfile::TempDir,
    port: u16,
    server: Option<Process>,
}

impl OwnPostgres {
    /// Makes a cluster and starts it.
    pub async fn start() -> Self {
        // Its user may not be able to come to where the test writes.
        let folder = tempfile::Builder::new().prefix("trackersync-postgres-").tempdir_in("/var/tmp").unwrap();
        if let Some(user) = other_user() {
            chown(folder.path(), Some(user), None).unwrap();
        }
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        let port = free_port();
        let mut own = Self { url: format!("postgres://postgres@127.0.0.1:{port}"), folder, port, server: None };
        let mut initdb = own.program("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--pgdata"]);
        let made = initdb.arg(own.cluster()).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        own.start_again().await;
        own
    }

    /// Ends it as a crash does: what is not in the log is gone, and whoever is connected is cut off.
    pub async fn crash(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        server.signal("QUIT");
        server.ended().await;
    }

    /// Starts it with what it had before, which it recovers from its log.
    pub async fn start_again(&mut self) {
        let mut command = self.program("postgres");
        command.arg("-D").arg(self.cluster()).args(["-p", &self.port.to_string()]);
        command.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        let mut server = Process::start("postgres", self.folder.path(), &mut command);
        let address = format!("{}/postgres", self.url);
        until_so("the PostgreSQL of this test answers", LONG, async || {
            server.assert_running();
            PgConnection::connect(&address).await.is_ok()
        })
        .await;
        self.server = Some(server);
    }

    fn cluster(&self) -> PathBuf {
        self.folder.path().join("cluster")
    }

    /// A program of PostgreSQL, run as a user that it accepts.
    fn program(&self, name: &str) -> Command {
        let program = newest_version().join("bin").join(name);
        let mut command = match other_user() {
            None => Command::new(program),
            Some(_) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
                command
            }
        };
        command.current_dir("/");
        command
    }
}

/// The user that PostgreSQL runs as where we are root, which it refuses.
fn other_user() -> Option<u32> {
    let root = String::from_utf8(Command::new("id").arg("-u").output().unwrap().stdout).unwrap().trim() == "0";
    let id = || Command::new("id").args(["-u", "postgres"]).output().unwrap();
    root.then(|| String::from_utf8(id().stdout).unwrap().trim().parse().expect("this test needs the user postgres"))
}

fn newest_version() -> PathBuf {
    let versions = std::fs::read_dir(Path::new(VERSIONS)).expect("this test needs PostgreSQL; tests/run installs it");
    let number = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    versions.filter_map(|entry| Some(entry.ok()?.path())).max_by_key(number).expect("this test needs PostgreSQL")
}
