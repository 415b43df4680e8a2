//! A receiver of webhooks that keeps what it gets and answers as told.

use std::{
    collections::VecDeque,
    net::TcpListener,
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, http::StatusCode, web};
use serde_json::Value;

/// One delivery as it came.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub headers: Vec<(String, String)>,
    pub raw: Vec<u8>,
    pub body: Value,
}

impl Delivery {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub fn event(&self) -> &str {
        self.body["webhookEvent"].as_str().unwrap_or_default()
    }
}

#[derive(Default)]
struct Pile {
    deliveries: Vec<Delivery>,
    statuses: VecDeque<u16>,
}

/// The running receiver.
pub struct Receiver {
    pub url: String,
    pile: Arc<Mutex<Pile>>,
    server: ServerHandle,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

async fn take(request: HttpRequest, body: web::Bytes, pile: web::Data<Arc<Mutex<Pile>>>) -> HttpResponse {
    let headers =
        request.headers().iter().map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap().to_owned())).collect();
    let mut pile = pile.lock().unwrap();
    pile.deliveries.push(Delivery { headers, raw: body.to_vec(), body: serde_json::from_slice(&body).unwrap_or(Value::Null) });
    let status = pile.statuses.pop_front().unwrap_or(200);
    HttpResponse::build(StatusCode::from_u16(status).unwrap()).finish()
}

impl Receiver {
    /// Starts a receiver that answers with these statuses first and 200 afterwards.
    pub fn start(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let pile = Arc::new(Mutex::new(Pile { deliveries: Vec::new(), statuses: statuses.iter().copied().collect() }));
        let data = web::Data::new(Arc::clone(&pile));
        let server = HttpServer::new(move || App::new().app_data(data.clone()).default_service(web::to(take)))
            .workers(1)
            .disable_signals()
            .listen(listener)
            .unwrap()
            .run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { url, pile, server: handle }
    }

    /// Waits until so many deliveries came, and a moment longer for one too many.
    pub async fn wait_for(&self, count: usize) -> Vec<Delivery> {
        for _ in 0..500 {
            if self.pile.lock().unwrap().deliveries.len() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(60)).await;
        let deliveries = self.pile.lock().unwrap().deliveries.clone();
        let events: Vec<&str> = deliveries.iter().map(Delivery::event).collect();
        assert_eq!(deliveries.len(), count, "{events:?}");
        deliveries
    }
}
