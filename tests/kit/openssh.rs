//! A real OpenSSH server of our own, as an OFTP host has one: SFTP only, on a free port of this machine, for the account that runs the
//! tests. It needs `sshd` and `ssh-keygen`, which `tests/run` installs.

use std::{
    ffi::OsStr,
    fs,
    io::Read,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const START: Duration = Duration::from_secs(20);

/// A running server; it ends with this.
pub struct OpenSsh {
    folder: tempfile::TempDir,
    process: Child,
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    /// The account that may log in.
    pub user: String,
}

/// A key that may log in.
pub struct ClientKey {
    /// Its private half.
    pub file: PathBuf,
}

impl OpenSsh {
    /// Starts one, with a host key of this type, as `ssh-keygen -t` names it.
    pub fn start(host_key: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        generate(&folder.path().join("host_key"), &["-t", host_key], "");
        fs::write(folder.path().join("authorized_keys"), "").unwrap();
        if is_root() {
            // sshd wants it, and Debian makes it when the machine starts.
            fs::create_dir_all("/run/sshd").unwrap();
        }
        let port = free_port();
        fs::write(folder.path().join("sshd_config"), configuration(folder.path(), port)).unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let process = Command::new(program("sshd"))
            .args(["-D", "-e", "-f"])
            .arg(folder.path().join("sshd_config"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Self { folder, process, port, user: output("id", &["-un"]).trim().to_owned() };
        server.wait();
        server
    }

    /// Waits until it greets.
    fn wait(&mut self) {
        let started = Instant::now();
        loop {
            let greeting = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).and_then(|mut stream| {
                let mut greeting = [0; 4];
                stream.set_read_timeout(Some(START))?;
                stream.read_exact(&mut greeting).map(|()| greeting)
            });
            if greeting.is_ok_and(|greeting| &greeting == b"SSH-") {
                return;
            }
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none() && started.elapsed() < START, "sshd does not answer: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What it wrote so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// A folder for what belongs to it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Makes a key of these arguments of `ssh-keygen`, and lets it in.
    pub fn let_in(&self, name: &str, arguments: &[&str], passphrase: &str) -> ClientKey {
        let key = self.key(name, arguments, passphrase);
        let public = fs::read_to_string(key.file.with_extension("pub")).unwrap();
        let list = self.path("authorized_keys");
        fs::write(&list, fs::read_to_string(&list).unwrap() + &public).unwrap();
        key
    }

    /// Makes a key that is not let in.
    pub fn key(&self, name: &str, arguments: &[&str], passphrase: &str) -> ClientKey {
        let file = self.path(name);
        generate(&file, arguments, passphrase);
        ClientKey { file }
    }

    /// A file of known hosts that has the key of this server, at these ports.
    pub fn known_hosts(&self, ports: &[u16]) -> PathBuf {
        let public = fs::read_to_string(self.path("host_key.pub")).unwrap();
        self.known_hosts_with(&public, ports)
    }

    /// The same with another key.
    pub fn known_hosts_with(&self, public: &str, ports: &[u16]) -> PathBuf {
        let file = self.path("known_hosts");
        let lines: String = ports.iter().map(|port| format!("[127.0.0.1]:{port} {}\n", public.trim())).collect();
        fs::write(&file, lines).unwrap();
        file
    }

    /// The fingerprint of its host key, as `ssh-keygen` tells it.
    pub fn fingerprint(&self) -> String {
        let told = output("ssh-keygen", &[OsStr::new("-lf"), self.path("host_key.pub").as_os_str()]);
        told.split_whitespace().nth(1).unwrap().to_owned()
    }
}

impl Drop for OpenSsh {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Hashes the names in a file of known hosts.
pub fn hash_names(file: &Path) {
    output("ssh-keygen", &[OsStr::new("-H"), OsStr::new("-f"), file.as_os_str()]);
    assert!(fs::read_to_string(file).unwrap().starts_with("|1|"));
}

/// Whether the tests may change owners.
pub fn is_root() -> bool {
    output("id", &["-u"]).trim() == "0"
}

fn configuration(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    let lines = [
        format!("ListenAddress 127.0.0.1:{port}"),
        format!("HostKey {folder}/host_key"),
        format!("AuthorizedKeysFile {folder}/authorized_keys"),
        format!("PidFile {folder}/pid"),
        format!("ForceCommand internal-sftp -d {folder}"),
        "Subsystem sftp internal-sftp".to_owned(),
        "UsePAM no".to_owned(),
        "StrictModes no".to_owned(),
        "PermitRootLogin prohibit-password".to_owned(),
        "AuthenticationMethods publickey".to_owned(),
        "DisableForwarding yes".to_owned(),
        // Tests let go of connections before they have logged in.
        "MaxStartups 100".to_owned(),
    ];
    lines.join("\n") + "\n"
}

fn generate(file: &Path, arguments: &[&str], passphrase: &str) {
    let mut all: Vec<&OsStr> = vec![OsStr::new("-q"), OsStr::new("-N"), OsStr::new(passphrase), OsStr::new("-f")];
    all.push(file.as_os_str());
    all.extend(arguments.iter().map(OsStr::new));
    output("ssh-keygen", &all);
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o077, 0);
}

fn output(name: &str, arguments: &[impl AsRef<OsStr>]) -> String {
    let output = Command::new(program(name)).args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Where a program is; Debian keeps `sshd` out of the path of people, and it wants to be started by its full path.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("there is no {name} here: `tests/run --only-setup` installs it"))
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
