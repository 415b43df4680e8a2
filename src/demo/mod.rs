//! The demo: the whole program in one process, everything embedded, between a stand-in Roundup and a stand-in Jira. A scripted
//! sequence shows what it does and verifies each step.

mod scene;
mod script;

use std::{net::TcpListener, path::PathBuf, sync::Arc};

use crate::{
    app::{App, Role, StartError},
    config::{environment::Environment, load, place::Source, services::TelemetryConfig},
    standin::{
        jira::{self, JiraOptions, RunningJira},
        roundup::{self, RoundupOptions, RunningRoundup},
    },
};

pub use scene::Narrator;

/// The rules of the demo, as they would stand in a file of one's own.
const RULES: &str = include_str!("rules.toml");
const ROUNDUP_SECRET: &str = "whsec_ZGVtby1zZWNyZXQtb2YtdGhlLW9mZmljZQ==";
const JIRA_SECRET: &str = "demo-secret-of-upstream";

/// Everything of a running demo.
pub struct Demo {
    roundup: RunningRoundup,
    jira: RunningJira,
    app: Arc<App>,
    address: String,
    /// The folder of the embedded data; removed at the end.
    folder: PathBuf,
    serving: tokio::task::JoinHandle<Result<(), StartError>>,
}

impl Demo {
    /// Starts the stand-ins and the program itself; its workers are started by the script.
    ///
    /// # Errors
    /// A port or the folder for data is not to be had.
    pub async fn start(port: u16) -> Result<Self, StartError> {
        let listener =
            TcpListener::bind(("127.0.0.1", port)).map_err(|error| StartError::Listen(format!("127.0.0.1:{port}"), error))?;
        let address = listener.local_addr()?.to_string();
        let roundup = roundup::start(RoundupOptions {
            webhooks: vec![roundup::WebhookTarget {
                url: format!("http://{address}/webhooks/office"),
                secret: ROUNDUP_SECRET.to_owned(),
            }],
            ..RoundupOptions::default()
        })
        .await?;
        let jira = jira::start(JiraOptions {
            webhooks: vec![jira::WebhookTarget {
                url: format!("http://{address}/webhooks/upstream"),
                secret: Some(JIRA_SECRET.to_owned()),
            }],
            ..JiraOptions::default()
        })
        .await?;
        let folder = std::env::temp_dir().join(format!("trackersync-demo-{}", uuid::Uuid::new_v4().simple()));
        let config = config(&roundup, &jira, &folder)?;
        let app = Arc::new(App::build(config).await?);
        let intake = Arc::clone(&app);
        let serving = tokio::spawn(async move { intake.run(&[Role::Intake], listener).await });
        Ok(Self { roundup, jira, app, address, folder, serving })
    }

    /// Plays the script; `false` if a step could not be verified.
    pub async fn play(&self, narrator: &Narrator) -> bool {
        script::play(self, narrator).await
    }

    /// Works on, as the service does, until the process is told to end.
    pub async fn stay(&self, narrator: &Narrator) {
        narrator.tell(&format!(
            "The demo stays up until Ctrl-C. Change something and watch the other side:\n\
             \n  Roundup (stand-in)   {roundup}rest/data/issue   user jane, password jane-secret\
             \n  Jira (stand-in)      {jira}/rest/api/2/issue/UP-1   user jane, password jane-secret\
             \n  metrics, readiness   http://{address}/metrics   http://{address}/readyz\
             \n\nFor example:\n\
             \n  curl -u jane:jane-secret -X PUT -H 'Content-Type: application/json' \\\
             \n       -d '{{\"fields\":{{\"summary\":\"Hello from Jira\"}}}}' {jira}/rest/api/2/issue/UP-1\
             \n  curl -u jane:jane-secret '{roundup}rest/data/issue/1?@fields=title'\n",
            roundup = self.roundup.url(),
            jira = self.jira.url(),
            address = self.address,
        ));
        Arc::new(self.app.worker()).run(std::time::Duration::from_secs(5)).await;
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
        self.roundup.stop().await;
        self.jira.stop().await;
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, folder = %self.folder.display(), "the demo's data could not be removed");
        }
    }
}

/// The configuration goes the way of every configuration: through text, variables and the compiler.
fn config(roundup: &RunningRoundup, jira: &RunningJira, folder: &std::path::Path) -> Result<crate::config::Config, StartError> {
    let text = RULES
        .replace("{roundup}", roundup.url())
        .replace("{jira}", jira.url())
        .replace("{data_dir}", &folder.display().to_string());
    let environment = Environment::of_variables([
        ("OFFICE_PASSWORD", "sync-secret"),
        ("OFFICE_SECRET", ROUNDUP_SECRET),
        ("UPSTREAM_TOKEN", "sync-secret"),
        ("UPSTREAM_SECRET", JIRA_SECRET),
    ]);
    let source = Arc::new(Source { name: "demo.toml".to_owned(), text });
    let loaded = load(&[source], &environment, &[]);
    loaded.config.ok_or(StartError::Configuration(loaded.diagnostics))
}

/// Logs of the demo: warnings only, so that the story can be read.
#[must_use]
pub fn telemetry() -> TelemetryConfig {
    TelemetryConfig { otlp_endpoint: None, log_format: crate::config::services::LogFormat::Text, log_level: "error".to_owned() }
}
