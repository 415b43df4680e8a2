//! Connections to `RabbitMQ`.

use std::time::Duration;

use lapin::{Connection, ConnectionProperties};

use crate::{config::secret::Secret, sync::fault::Fault};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Opens a connection; its name is what the broker's own tools show.
pub(super) async fn connect(url: &Secret, name: &str) -> Result<Connection, Fault> {
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    match tokio::time::timeout(CONNECT_TIMEOUT, Connection::connect(url.expose(), properties)).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(failed(&error).while_doing("connecting")),
        Err(_) => Err(Fault::transient(format!("RabbitMQ did not answer within {} s", CONNECT_TIMEOUT.as_secs()))),
    }
}

/// The broker's error. Whatever it is, the events wait: nothing about them is wrong.
pub(super) fn failed(error: &lapin::Error) -> Fault {
    Fault::transient(format!("RabbitMQ: {error}"))
}
