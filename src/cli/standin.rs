//! `standin`: a stand-in tracker as a process of its own, for tests.

use std::{path::PathBuf, time::Duration};

use super::{CliError, Exit, Global, output::Output};
use crate::{
    config::section::parse_duration,
    lifecycle::Lifecycle,
    standin::{
        jira::{self, Dialect, JiraOptions},
        kpm::{self, KpmOptions, Mailbox, MutualTls},
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
    #[command(flatten)]
    kpm: KpmArguments,
}

#[derive(clap::Args)]
struct KpmArguments {
    /// A mailbox of the user (KPM)
    #[arg(long = "mailbox", value_name = "UNIT/PLANT", default_value = "KPM-TEST/Z$")]
    mailboxes: Vec<Mailbox>,
    /// A user that is let in (KPM)
    #[arg(long = "user", value_name = "ID", default_value = "kpm-sync")]
    users: Vec<String>,
    /// How long new steps and documents stay invisible (KPM)
    #[arg(long, value_parser = duration, default_value = "0s")]
    read_back_delay: Duration,
    /// The server's certificate in PEM, which switches TLS on (KPM)
    #[arg(long, value_name = "FILE", requires_all = ["key", "client_authorities"])]
    certificate: Option<PathBuf>,
    /// The server's private key in PEM (KPM)
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// Certificates in PEM of those who vouch for clients (KPM)
    #[arg(long, value_name = "FILE", requires = "certificate")]
    client_authorities: Option<PathBuf>,
}

impl KpmArguments {
    fn options(self, listen: String) -> std::io::Result<KpmOptions> {
        let read = |path: PathBuf| {
            let said = |error: std::io::Error| std::io::Error::new(error.kind(), format!("{}: {error}", path.display()));
            std::fs::read_to_string(&path).map_err(said)
        };
        let tls = match (self.certificate, self.key, self.client_authorities) {
            (Some(certificate), Some(key), Some(authorities)) => {
                Some(MutualTls { certificate: read(certificate)?, key: read(key)?, client_authorities: read(authorities)? })
            }
            _ => None,
        };
        Ok(KpmOptions {
            listen,
            tls,
            user_ids: self.users,
            mailboxes: self.mailboxes,
            read_back_delay: self.read_back_delay,
            ..KpmOptions::default()
        })
    }
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Kind {
    Jira,
    Kpm,
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
        Kind::Kpm => {
            let running = kpm::start(arguments.kpm.options(arguments.listen)?).await?;
            output.line(&format!("ready {}", running.url()));
            output.line(&format!("orders {}", running.control_url()));
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
