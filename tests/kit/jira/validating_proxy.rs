//! Prism as a validating proxy in front of a site, and a recorder in front of it that collects what Prism has to say.
//!
//! client -> recorder -> Prism -> stand-in. Prism compares each request and each answer with an official description and writes
//! its complaints into a header of the answer, which no client looks at: the recorder does.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, http::StatusCode, web};
use serde_json::{Value, json};

const DEADLINE: Duration = Duration::from_secs(120);
/// What belongs to one connection and is not passed on.
const OF_A_CONNECTION: [&str; 6] =
    ["host", "connection", "content-length", "transfer-encoding", "keep-alive", "accept-encoding"];

/// A complaint of Prism's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub method: String,
    /// As called.
    pub path: String,
    pub status: u16,
    /// Such as `response.body.fields`.
    pub place: String,
    pub message: String,
}

/// What was seen.
#[derive(Default)]
struct Seen {
    requests: usize,
    violations: Vec<Violation>,
}

/// A listener that is open before it is known where it leads.
pub struct Door {
    listener: TcpListener,
    pub url: String,
}

impl Door {
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        Self { listener, url }
    }
}

/// The running proxy.
pub struct ValidatingProxy {
    prism: Child,
    recorder: ServerHandle,
    seen: Arc<Mutex<Seen>>,
}

impl Drop for ValidatingProxy {
    fn drop(&mut self) {
        drop(self.recorder.stop(false));
        let _ = self.prism.kill();
        let _ = self.prism.wait();
    }
}

/// The program of Prism.
fn program() -> PathBuf {
    let given = std::env::var_os("TRACKERSYNC_TEST_PRISM").map(PathBuf::from);
    let own = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/test-prism/node_modules/.bin/prism");
    let program = given.unwrap_or_else(own);
    assert!(program.exists(), "there is no Prism at {}: run tests/run, or set TRACKERSYNC_TEST_PRISM", program.display());
    program
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl ValidatingProxy {
    /// Starts Prism with a description between a door and a site.
    pub async fn start(door: Door, description: &Path, site: &str) -> Self {
        let port = free_port();
        let mut command = Command::new(program());
        command.arg("proxy").arg(description).arg(site).args(["--port", &port.to_string(), "--host", "127.0.0.1"]);
        let mut prism = command.env("NO_PROXY", "*").stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        let deadline = Instant::now() + DEADLINE;
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(prism.try_wait().unwrap().is_none(), "Prism ended at its start");
            assert!(Instant::now() < deadline, "Prism does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let seen = Arc::new(Mutex::new(Seen::default()));
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let way = Way { client, prism: format!("http://127.0.0.1:{port}"), site: site.to_owned(), seen: Arc::clone(&seen) };
        let way = web::Data::new(way);
        let server = HttpServer::new(move || {
            App::new().app_data(way.clone()).app_data(web::PayloadConfig::new(64 << 20)).default_service(web::to(pass_on))
        });
        let server = server.workers(1).disable_signals().listen(door.listener).unwrap().run();
        let recorder = server.handle();
        tokio::spawn(server);
        Self { prism, recorder, seen }
    }

    /// How many requests were compared, and the complaints about them.
    pub fn seen(&self) -> (usize, Vec<Violation>) {
        let seen = self.seen.lock().unwrap();
        (seen.requests, seen.violations.clone())
    }
}

/// Prism ends at a file that comes without a media type, which is good for HTTP: such a request goes past it.
fn can_be_read(request: &HttpRequest, body: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&body[..body.len().min(1_000)]).to_lowercase();
    !request.path().ends_with("/attachments") || head.contains("content-type:")
}

struct Way {
    client: reqwest::Client,
    prism: String,
    site: String,
    seen: Arc<Mutex<Seen>>,
}

async fn pass_on(request: HttpRequest, body: web::Bytes, way: web::Data<Way>) -> HttpResponse {
    let path = request.uri().path_and_query().map_or("/", |full| full.as_str());
    // Only the REST interface is described.
    let described = path.starts_with("/rest/api/") && can_be_read(&request, &body);
    let target = format!("{}{path}", if described { &way.prism } else { &way.site });
    let mut onward = way.client.request(request.method().as_str().parse().unwrap(), target).body(body);
    for (name, value) in request.headers() {
        if !OF_A_CONNECTION.contains(&name.as_str()) {
            onward = onward.header(name.as_str(), value.as_bytes());
        }
    }
    let answer = onward.send().await.unwrap();
    let status = answer.status().as_u16();
    if described {
        let mut seen = way.seen.lock().unwrap();
        seen.requests += 1;
        let told = answer.headers().get("sl-violations").and_then(|value| value.to_str().ok()).unwrap_or("[]");
        seen.violations
            .extend(told_in(told).iter().map(|one| violation(request.method().as_str(), request.path(), status, one)));
    }
    let mut back = HttpResponse::build(StatusCode::from_u16(status).unwrap());
    for (name, value) in answer.headers() {
        if !OF_A_CONNECTION.contains(&name.as_str()) {
            back.append_header((name.as_str(), value.as_bytes()));
        }
    }
    back.body(answer.bytes().await.unwrap())
}

/// The complaints in a header. Where there are too many for one, Prism cuts them off, which is a complaint as well.
fn told_in(header: &str) -> Vec<Value> {
    let Some(cut) = header.strip_prefix("Too many violations! ") else {
        return serde_json::from_str(header).unwrap();
    };
    let end = cut.rfind("},{").unwrap();
    let mut told: Vec<Value> = serde_json::from_str(&format!("{}}}]", &cut[..end])).unwrap();
    told.push(json!({"location": ["response"], "message": "too many violations for the header"}));
    told
}

fn violation(method: &str, path: &str, status: u16, told: &Value) -> Violation {
    let place = told["location"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned));
    Violation {
        method: method.to_owned(),
        path: path.to_owned(),
        status,
        place: place.collect::<Vec<_>>().join("."),
        message: told["message"].as_str().unwrap_or_default().to_owned(),
    }
}
