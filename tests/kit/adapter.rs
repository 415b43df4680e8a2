//! An adapter by itself, as a worker has it.

use std::{sync::Arc, time::Duration};

use trackersync::{
    app::connect_sharing,
    config::{environment::Environment, load, place::Source},
    coordination::Coordination,
    sync::ports::Tracker,
    telemetry::metrics::Metrics,
};

/// The adapter of the Jira `up` at this address, which shares what it learns with all that use the same coordination.
pub fn jira_sharing(url: &str, shared: &Arc<dyn Coordination>) -> Arc<dyn Tracker> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let text = format!(
        "[trackers.up]\nkind = \"jira\"\nurl = \"{url}\"\nusername = \"sync\"\npassword = {{ env = \"PASSWORD\" }}\n\
         insecure_no_signature = true\n"
    );
    let source = Arc::new(Source { name: "test.toml".to_owned(), text });
    let loaded = load(&[source], &Environment::of_variables([("PASSWORD", "sync-secret")]), &[]);
    let config = loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    let name = "up".into();
    connect_sharing(&name, &config.trackers[&name], &Metrics::default(), shared, Duration::from_hours(1)).unwrap()
}
