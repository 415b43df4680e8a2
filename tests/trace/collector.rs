//! A stand-in for an OpenTelemetry collector: takes traces over HTTP and keeps them.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    sync::{Arc, Mutex},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, web};
use opentelemetry_proto::tonic::{
    collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
    common::v1::{AnyValue, KeyValue, any_value::Value},
    trace::v1::span::SpanKind,
};
use prost::Message;

/// A span as it was exported.
#[derive(Clone, Debug)]
pub struct Span {
    pub trace: String,
    pub id: String,
    /// Empty for a root.
    pub parent: String,
    pub name: String,
    pub kind: SpanKind,
    pub started: u64,
    pub attributes: BTreeMap<String, String>,
    /// All that was exported of it, its events included.
    pub everything: String,
}

type Spans = Arc<Mutex<Vec<Span>>>;

/// The running collector.
pub struct Collector {
    pub url: String,
    spans: Spans,
    server: ServerHandle,
}

impl Drop for Collector {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

impl Collector {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let spans = Spans::default();
        let data = web::Data::new(Arc::clone(&spans));
        let server = HttpServer::new(move || {
            let app = App::new().app_data(data.clone()).app_data(web::PayloadConfig::new(64 << 20));
            app.route("/v1/traces", web::post().to(take))
        });
        let server = server.workers(1).disable_signals().listen(listener).unwrap().run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { url, spans, server: handle }
    }

    pub fn spans(&self) -> Vec<Span> {
        self.spans.lock().unwrap().clone()
    }
}

async fn take(request: HttpRequest, body: web::Bytes, spans: web::Data<Spans>) -> HttpResponse {
    if request.headers().get("content-type").is_none_or(|kind| kind != "application/x-protobuf") {
        return HttpResponse::UnsupportedMediaType().finish();
    }
    let Ok(export) = ExportTraceServiceRequest::decode(body) else { return HttpResponse::BadRequest().finish() };
    for resource in export.resource_spans {
        let about = format!("{:?}", resource.resource);
        assert!(about.contains("service.name") && about.contains("trackersync"), "{about}");
        for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            let everything = format!("{about} {span:?}");
            spans.lock().unwrap().push(Span {
                trace: hex::encode(&span.trace_id),
                id: hex::encode(&span.span_id),
                parent: hex::encode(&span.parent_span_id),
                kind: span.kind(),
                started: span.start_time_unix_nano,
                attributes: span.attributes.iter().map(|attribute| (attribute.key.clone(), shown(attribute))).collect(),
                name: span.name,
                everything,
            });
        }
    }
    let answer = ExportTraceServiceResponse { partial_success: None };
    HttpResponse::Ok().content_type("application/x-protobuf").body(answer.encode_to_vec())
}

fn shown(attribute: &KeyValue) -> String {
    match &attribute.value {
        Some(AnyValue { value: Some(Value::StringValue(text)) }) => text.clone(),
        Some(AnyValue { value: Some(Value::IntValue(number)) }) => number.to_string(),
        other => format!("{other:?}"),
    }
}
