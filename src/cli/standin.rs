//! `standin`: a stand-in tracker as a process of its own, for tests.

use std::time::Duration;

use super::{CliError, Exit, Global, output::Output};
use crate::{
    config::section::parse_duration,
    lifecycle::Lifecycle,
    standin::{
        jira::{self, Dialect, JiraOptions},
        roundup::{self, RoundupOptions},
    },
};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Which tracker
    #[arg(value_enum)]
    tracker: Kind,
    /// Address and port
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// Which Jira
    #[arg(long, value_enum, default_value = "cloud")]
    dialect: JiraDialect,
    /// Where webhooks go
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
    /// Variable that holds the secret of the webhooks
    #[arg(long, value_name = "NAME", default_value = "STANDIN_WEBHOOK_SECRET")]
    webhook_secret_env: String,
    /// Pause before a delivery is sent again
    #[arg(long, value_parser = duration, default_value = "1s")]
    retry_delay: Duration,
    /// How often a delivery is sent again (Jira)
    #[arg(long, default_value_t = 5)]
    retries: u32,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Kind {
    Jira,
    Roundup,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum JiraDialect {
    Cloud,
    DataCenter,
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).ok_or_else(|| "write a number and a unit, as in 500ms or 2s".to_owned())
}

pub(super) async fn run(_global: &Global, arguments: Arguments, output: &Output) -> Result<Exit, CliError> {
    let lifecycle = Lifecycle::default();
    lifecycle.listen_for_signals()?;
    let secret = std::env::var(&arguments.webhook_secret_env).ok();
    match arguments.tracker {
        Kind::Jira => {
            let dialect = match arguments.dialect {
                JiraDialect::Cloud => Dialect::Cloud,
                JiraDialect::DataCenter => Dialect::DataCenter,
            };
            let webhooks =
                arguments.webhook.into_iter().map(|url| jira::WebhookTarget { url, secret: secret.clone() }).collect();
            let options = JiraOptions {
                listen: arguments.listen,
                dialect,
                webhooks,
                retry_delay: arguments.retry_delay,
                retries: arguments.retries,
                ..JiraOptions::default()
            };
            let running = jira::start(options).await?;
            output.line(&format!("ready {}", running.url()));
            lifecycle.draining().cancelled().await;
            running.stop().await;
        }
        Kind::Roundup => {
            let secret = secret.unwrap_or_default();
            let webhooks =
                arguments.webhook.into_iter().map(|url| roundup::WebhookTarget { url, secret: secret.clone() }).collect();
            let options = RoundupOptions {
                listen: arguments.listen,
                webhooks,
                retry_delay: arguments.retry_delay,
                ..RoundupOptions::default()
            };
            let running = roundup::start(options).await?;
            output.line(&format!("ready {}", running.url()));
            lifecycle.draining().cancelled().await;
            running.stop().await;
        }
    }
    Ok(Exit::Done)
}
