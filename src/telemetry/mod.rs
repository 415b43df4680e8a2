//! Logs, traces, metrics.

pub mod metrics;
pub mod otlp;
pub mod propagation;

use std::io::IsTerminal;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::{EnvFilter, Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::services::{LogFormat, TelemetryConfig};

/// Keeps the export of traces alive; [`Telemetry::shutdown`] sends what is still held.
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

/// What went wrong at start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter of `log_level`.
    #[error("log_level cannot be understood: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// The exporter.
    #[error("traces cannot be exported: {0}")]
    Export(#[from] opentelemetry_otlp::ExporterBuildError),
    /// Two starts in one process.
    #[error("logging was started already: {0}")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Crates that log bodies or much noise: only their errors, whatever the level.
const MUTED: &str = "lapin=error,lapin::returned_messages=off,sqlx=error,hyper=error,hyper_util=error,reqwest=error,\
    opentelemetry=error,opentelemetry_sdk=error,opentelemetry-otlp=error,rustls=error,actix_server=warn,mio=error";

/// Starts logs on standard error and, when configured, the export of traces. Must be called within the runtime.
///
/// # Errors
/// The filter or the endpoint cannot be understood, or logging was started before.
pub fn start(config: &TelemetryConfig, colour: bool) -> Result<Telemetry, TelemetryError> {
    let filter = EnvFilter::builder().parse(format!("{MUTED},{}", config.log_level))?;
    let logs = match config.log_format {
        LogFormat::Json => {
            tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(std::io::stderr).with_filter(filter).boxed()
        }
        LogFormat::Text => tracing_subscriber::fmt::layer()
            .with_target(false)
            .with_ansi(colour && std::io::stderr().is_terminal())
            .with_writer(std::io::stderr)
            .with_filter(filter)
            .boxed(),
    };
    let traces = config.otlp_endpoint.as_deref().map(otlp::provider).transpose()?;
    // The exporter's own requests must not become spans that are exported in turn.
    let ours = Targets::new().with_target("trackersync", tracing::Level::INFO);
    let spans = traces
        .as_ref()
        .map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer("trackersync")).with_filter(ours));
    tracing_subscriber::registry().with(logs).with(spans).try_init()?;
    Ok(Telemetry { traces })
}

impl Telemetry {
    /// Sends the spans that are still held.
    pub async fn shutdown(self) {
        let Some(provider) = self.traces else { return };
        // It blocks until the last batch is away, and the batch is sent by this runtime.
        let done = tokio::task::spawn_blocking(move || provider.shutdown()).await;
        if let Ok(Err(error)) = done {
            tracing::warn!(%error, "the last traces could not be exported");
        }
    }
}
