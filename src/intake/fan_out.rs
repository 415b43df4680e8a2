//! One delivery becomes one event for each sync that involves the tracker, and for each issue that it names.

use std::time::Duration;

use futures_util::future::join_all;
use tracing::{Instrument, info_span, warn};

use super::{
    Intake, Sender, Subscription,
    decode::{Cause, Change},
    reject::Rejection,
};
use crate::{
    coordination::{Claim, generation_key},
    ids::EventId,
    queue::{
        Destination, Lane, Route,
        job::{ISSUE_CHANGED, ISSUE_DELETED, Job, JobData, PACKAGE_ARRIVED},
    },
    telemetry::propagation::traceparent,
};

/// How long a delivery may be in the making; then somebody else may try.
const CLAIM: Duration = Duration::from_secs(30);
/// How long a delivery is remembered: longer than any sender goes on sending it.
const REMEMBERED: Duration = Duration::from_hours(24);

/// What became of a delivery.
pub(super) enum Taken {
    /// Durable, under this id.
    Accepted(EventId),
    /// Taken in before.
    Duplicate,
    /// Nobody wants it; why, in a word.
    Unwanted(&'static str),
}

/// An event to be, and its generation where that could be counted.
struct Counted<'a> {
    change: &'a Change,
    subscription: &'a Subscription,
    generation: Option<String>,
}

impl Intake {
    /// Makes a delivery durable. It counts as seen only afterwards, so that a failed attempt is not mistaken for a good one.
    pub(super) async fn take_in(
        &self,
        sender: &Sender,
        delivery: Option<String>,
        changes: &[Change],
    ) -> Result<Taken, Rejection> {
        if sender.subscriptions.is_empty() || changes.is_empty() {
            return Ok(Taken::Unwanted("no_sync"));
        }
        let seen_key = delivery.as_ref().map(|delivery| format!("{}/{delivery}", sender.name));
        // A generation too many covers nothing that it should not, so that both are asked at once.
        let (claim, counted) = tokio::join!(self.claim(seen_key.as_deref()), self.count(sender, changes));
        if claim == Claim::Done {
            return Ok(Taken::Duplicate);
        }
        let id = delivery.clone().map_or_else(EventId::generate, EventId::new);
        let stored = self.publish_all(sender, &id, delivery.as_deref(), counted).await;
        if let Some(key) = &seen_key {
            let noted = match stored {
                Ok(()) => self.coordination.finish(key, REMEMBERED).await,
                Err(_) => self.coordination.forget(key).await,
            };
            if let Err(fault) = noted {
                warn!(%fault, "the delivery cannot be remembered");
            }
        }
        stored.map(|()| Taken::Accepted(id))
    }

    /// Whether a delivery was taken in before. One that is on its way on another connection may still fail there, and twice does no
    /// harm.
    async fn claim(&self, seen_key: Option<&str>) -> Claim {
        let Some(key) = seen_key else { return Claim::New };
        self.coordination.claim(key, CLAIM).await.unwrap_or_else(|fault| {
            warn!(%fault, "deliveries cannot be remembered; taking this one in as new");
            Claim::New
        })
    }

    /// The events of a delivery, each with its generation. Without one an event is never taken for covered, which costs a read.
    async fn count<'a>(&self, sender: &'a Sender, changes: &'a [Change]) -> Vec<Counted<'a>> {
        let events =
            changes.iter().flat_map(|change| sender.subscriptions.iter().map(move |subscription| (change, subscription)));
        let counted = events.map(async |(change, subscription)| {
            let key = generation_key(&subscription.sync, subscription.side, &change.issue);
            let generation = self.coordination.bump(&key).await.ok().map(|generation| generation.to_text());
            Counted { change, subscription, generation }
        });
        join_all(counted).await
    }

    async fn publish_all(
        &self,
        sender: &Sender,
        id: &EventId,
        delivery: Option<&str>,
        counted: Vec<Counted<'_>>,
    ) -> Result<(), Rejection> {
        for Counted { change, subscription, generation } in counted {
            let (kind, cause) = match change.cause {
                Cause::PackageArrived => (PACKAGE_ARRIVED, "arrival"),
                _ if change.deleted => (ISSUE_DELETED, "webhook"),
                _ => (ISSUE_CHANGED, "webhook"),
            };
            let data = JobData {
                change: Some(change.cause.word().to_owned()),
                delivery: delivery.map(str::to_owned),
                actor: change.actor.clone(),
                generation,
                ..JobData::of(subscription.sync.clone(), subscription.side, change.issue.clone(), cause)
            };
            let job = Job::new(id.clone(), &sender.name, kind, change.subject.clone(), self.clock.now(), data);
            self.publish(job).await?;
        }
        Ok(())
    }

    async fn publish(&self, mut job: Job) -> Result<(), Rejection> {
        let route = Route { sync: job.data.sync.clone(), lane: Lane::Live };
        let span = info_span!("publish", sync = %route.sync, issue = job.subject);
        job.traceparent = traceparent(&span);
        let published = self.queue.publish(&Destination::Now(route), &job).instrument(span).await;
        published.map_err(|fault| {
            warn!(%fault, event = %job.id, issue = job.subject, "the event could not be made durable; the sender is asked to send it again");
            Rejection::Unavailable
        })
    }
}
