//! End to end: a real Roundup, a stand-in Jira, and the program as its users start it, each in a process of its own, joined by a
//! real RabbitMQ, PostgreSQL and Redis. Nothing is skipped: a service that is missing fails the test that needs it.

mod conflict;
mod embedded;
mod failures;
mod flow;
mod latency;
mod lost_answer;
mod receiver_down;
mod retry;
mod shutdown;
mod support;
