//! Answers while the process drains.

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::ConnectionType,
    middleware::Next,
    web,
};

use super::Intake;

/// While the process drains, each answer is the last one of its connection, so that the sender's next delivery goes to another
/// process.
pub(super) async fn close_connections(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let intake = request.app_data::<web::Data<Intake>>().cloned();
    let mut response = next.call(request).await?;
    // Asked only now: a request may have been under way when the signal came.
    if intake.is_some_and(|intake| intake.lifecycle.is_draining()) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}
