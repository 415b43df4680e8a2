//! A Jira that knows nothing: it answers as it was told to, and keeps what it was asked.

use std::{
    net::TcpListener,
    sync::{Arc, Mutex},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, http::StatusCode, web};
use serde_json::{Value, json};

/// The answer to a method and a path.
pub struct Reply {
    pub method: &'static str,
    pub path: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    /// A success with a body.
    pub fn ok(method: &'static str, path: &str, body: &Value) -> Self {
        let headers = vec![("Content-Type".to_owned(), "application/json;charset=UTF-8".to_owned())];
        Self { method, path: path.to_owned(), status: 200, headers, body: body.to_string().into_bytes() }
    }
}

/// A request: method, path and body.
pub type Asked = (String, String, Value);

struct Told {
    replies: Vec<Reply>,
    asked: Mutex<Vec<Asked>>,
}

pub struct Replay {
    pub url: String,
    told: Arc<Told>,
    server: ServerHandle,
}

impl Drop for Replay {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

/// What concerns one connection or one form of the bytes, and neither is what it was when this was recorded.
const OF_THE_CONNECTION: [&str; 5] = ["connection", "content-encoding", "content-length", "date", "transfer-encoding"];

async fn answer(request: HttpRequest, body: web::Bytes, told: web::Data<Arc<Told>>) -> HttpResponse {
    let (method, path) = (request.method().as_str(), request.path());
    let asked = (method.to_owned(), path.to_owned(), serde_json::from_slice(&body).unwrap_or_default());
    told.asked.lock().unwrap().push(asked);
    let Some(reply) = told.replies.iter().find(|reply| reply.method == method && reply.path == path) else {
        return HttpResponse::NotFound().json(json!({ "errorMessages": ["nothing was said of this path"], "errors": {} }));
    };
    let mut answer = HttpResponse::build(StatusCode::from_u16(reply.status).unwrap());
    for (name, value) in &reply.headers {
        if !OF_THE_CONNECTION.contains(&name.to_ascii_lowercase().as_str()) {
            answer.append_header((name.as_str(), value.as_str()));
        }
    }
    answer.body(reply.body.clone())
}

impl Replay {
    /// Starts with these replies, of which the first that fits is given.
    pub fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let told = Arc::new(Told { replies, asked: Mutex::default() });
        let data = web::Data::new(Arc::clone(&told));
        let server = HttpServer::new(move || App::new().app_data(data.clone()).default_service(web::to(answer)))
            .workers(1)
            .disable_signals()
            .listen(listener)
            .unwrap()
            .run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { url, told, server: handle }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.told.asked.lock().unwrap().clone()
    }
}
