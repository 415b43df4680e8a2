//! Export of traces to an OpenTelemetry collector: OTLP over HTTP, protobuf.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tokio::runtime::Handle;

use crate::sync::fault::Fault;

const TIMEOUT: Duration = Duration::from_secs(10);

/// A tracer provider that exports in batches. Must be called within the runtime that is to send them.
pub(super) fn provider(endpoint: &str) -> Result<SdkTracerProvider, ExporterBuildError> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(ClientOnRuntime { client: reqwest::Client::new(), runtime: Handle::current() })
        .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
        .with_timeout(TIMEOUT)
        .build()?;
    let resource = Resource::builder().with_service_name("trackersync").build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

/// Sends an export of nothing: whether a collector takes it.
///
/// # Errors
/// None answers there, or it is no collector.
pub async fn reach(endpoint: &str) -> Result<(), Fault> {
    let url = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
    let request = reqwest::Client::new().post(url).timeout(TIMEOUT).header("content-type", "application/x-protobuf");
    let answer = request.send().await.map_err(|error| {
        let error = error.without_url();
        let mut cause: &dyn std::error::Error = &error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        Fault::transient(cause.to_string())
    })?;
    if answer.status().is_success() { Ok(()) } else { Err(Fault::permanent(answer.status().to_string())) }
}

/// The batch exporter runs in a thread without a reactor, where an async client would panic: requests are made on the runtime.
#[derive(Debug)]
struct ClientOnRuntime {
    client: reqwest::Client,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for ClientOnRuntime {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move {
            let mut request = reqwest::Request::try_from(request)?;
            *request.timeout_mut() = Some(TIMEOUT);
            let answer = client.execute(request).await?.error_for_status()?;
            let status = answer.status();
            let body = answer.bytes().await?;
            Ok::<_, HttpError>(Response::builder().status(status).body(body)?)
        });
        sent.await?
    }
}
