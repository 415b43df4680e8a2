//! What the tests stand on: processes, services, the two trackers, and the site that joins them.

pub mod balancer;
pub mod config;
pub mod flood;
pub mod jira;
pub mod own_rabbitmq;
pub mod own_redis;
pub mod process;
pub mod program;
pub mod queues;
pub mod roundup;
pub mod roundup_home;
pub mod services;
pub mod site;
pub mod wait;
