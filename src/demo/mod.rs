//! The demo: the whole program in one process, everything embedded, between stand-ins of a Roundup, two Jiras and a KPM,
//! and the folders of an OFTP server. Scripted scenes show what it does and verify each step.

mod narrator;
mod partner;
mod running_worker;
mod scenes;
mod stage;
mod trackers;

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    sync::Arc,
};

pub use narrator::Narrator;

use self::{partner::PfiffPartner, running_worker::RunningWorker, stage::Stage, trackers::Trackers};
use crate::{
    app::{App, Role, StartError},
    config::{environment::Environment, load, place::Source, services::TelemetryConfig},
    standin::kpm,
};

/// The rules of the demo, as they would stand in a file of one's own.
const RULES: &str = include_str!("rules.toml");

/// Everything of a running demo.
pub struct Demo {
    trackers: Trackers,
    partner: PfiffPartner,
    app: Arc<App>,
    address: String,
    /// The folder of the embedded data; removed at the end.
    folder: PathBuf,
    serving: tokio::task::JoinHandle<Result<(), StartError>>,
}

impl Demo {
    /// Starts the stand-ins and the program itself; its workers are started by the scenes.
    ///
    /// # Errors
    /// A port or the folder for data is not to be had.
    pub async fn start(port: u16) -> Result<Self, StartError> {
        let listener =
            TcpListener::bind(("127.0.0.1", port)).map_err(|error| StartError::Listen(format!("127.0.0.1:{port}"), error))?;
        let address = listener.local_addr()?.to_string();
        let trackers = Trackers::start(&address).await?;
        let folder = std::env::temp_dir().join(format!("trackersync-demo-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("kpm.wsdl"), kpm::WSDL)?;
        for name in partner::FOLDERS {
            std::fs::create_dir_all(folder.join("oftp").join(name))?;
        }
        let partner = PfiffPartner::new(folder.join("oftp"));
        let config = config(&trackers, &folder)?;
        let app = Arc::new(App::build(config).await?);
        let intake = Arc::clone(&app);
        let serving = tokio::spawn(async move { intake.run(&[Role::Intake], listener).await });
        Ok(Self { trackers, partner, app, address, folder, serving })
    }

    /// Plays the scenes; `false` if a step could not be verified.
    pub async fn play(&self, narrator: &Narrator) -> bool {
        let verified = scenes::play(&Stage { demo: self, narrator }).await.is_ok();
        narrator.tell(if verified {
            "\nAll steps were verified on both sides.\n"
        } else {
            "\nThe demo failed at the step above.\n"
        });
        verified
    }

    /// Works on, as the service does, until the process is told to end.
    pub async fn stay(&self, narrator: &Narrator) {
        narrator.tell(&format!(
            "The demo stays up until Ctrl-C. Change something and watch the other side:\n{}\
             \n  metrics, readiness      http://{address}/metrics   http://{address}/readyz\n{}",
            self.trackers.addresses(),
            self.trackers.suggestions(),
            address = self.address,
        ));
        RunningWorker::until(self, self.app.lifecycle.clone()).ended().await;
    }

    /// How many packages of PFIFF were taken in, by the figures of the program.
    fn packages_taken_in(&self) -> usize {
        const LINE: &str = "trackersync_packages_arrived_total{tracker=\"pfiff\",outcome=\"ingested\"} ";
        let figures = self.app.metrics.to_text();
        figures.lines().find_map(|line| line.strip_prefix(LINE)?.parse().ok()).unwrap_or_default()
    }

    /// When the process is to end.
    #[must_use]
    pub fn lifecycle(&self) -> crate::lifecycle::Lifecycle {
        self.app.lifecycle.clone()
    }

    /// Ends everything and removes the data.
    pub async fn stop(self) {
        self.app.lifecycle.drain();
        if let Ok(Err(error)) = self.serving.await {
            tracing::warn!(%error, "intake did not end in order");
        }
        self.trackers.stop().await;
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, folder = %self.folder.display(), "the demo's data could not be removed");
        }
    }
}

/// The configuration goes the way of every configuration: through text, variables and the compiler.
fn config(trackers: &Trackers, folder: &Path) -> Result<crate::config::Config, StartError> {
    let text = RULES
        .replace("{roundup}", trackers.roundup.url())
        .replace("{upstream}", trackers.upstream.url())
        .replace("{home}", trackers.home.url())
        .replace("{kpm}", trackers.kpm.url())
        .replace("{data_dir}", &folder.display().to_string());
    let environment = Environment::of_variables(trackers::SECRETS);
    let source = Arc::new(Source { name: "demo.toml".to_owned(), text });
    let loaded = load(&[source], &environment, &[]);
    loaded.config.ok_or(StartError::Configuration(loaded.diagnostics))
}

/// Logs of the demo: errors only, so that the story can be read, and none of what a stand-in does wrong because it is told to.
#[must_use]
pub fn telemetry() -> TelemetryConfig {
    TelemetryConfig {
        otlp_endpoint: None,
        log_format: crate::config::services::LogFormat::Text,
        log_level: "error,actix_http=off".to_owned(),
    }
}
