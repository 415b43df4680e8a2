//! Coordination over Redis.

use std::time::Duration;

use async_trait::async_trait;
use deadpool_redis::redis::{Script, cmd};

use super::{
    Claim, Coordination, GENERATION_TTL, Generation, LONGEST_KEPT, Lease, random_token, redis_connection::RedisConnection,
};
use crate::sync::fault::Fault;

const DONE: &str = "done";
const IN_PROGRESS: &str = "in-progress";

/// Prolongs a key that still holds our token.
const RENEW: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) else return 0 end";
/// Removes a key that still holds our token.
const RELEASE: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end";
/// Counts in a hash whose epoch is made with it.
const BUMP: &str = "redis.call('HSETNX', KEYS[1], 'epoch', ARGV[1]) \
    local count = redis.call('HINCRBY', KEYS[1], 'count', 1) \
    redis.call('PEXPIRE', KEYS[1], ARGV[2]) \
    return {redis.call('HGET', KEYS[1], 'epoch'), tostring(count)}";
/// Writes down the highest covered count of an epoch.
const COVER: &str = "if redis.call('HGET', KEYS[1], 'epoch') == ARGV[1] \
    and tonumber(redis.call('HGET', KEYS[1], 'covered') or '0') < tonumber(ARGV[2]) \
    then redis.call('HSET', KEYS[1], 'covered', ARGV[2]) end return 0";

/// Coordination over Redis.
pub struct Redis {
    pub(super) connection: RedisConnection,
    prefix: String,
}

impl Redis {
    /// For a server, which is connected to when it is needed.
    ///
    /// # Errors
    /// The URL cannot be understood.
    pub fn new(url: &str, prefix: &str) -> Result<Self, Fault> {
        Ok(Self { connection: RedisConnection::new(url)?, prefix: prefix.to_owned() })
    }

    pub(super) fn key(&self, kind: &str, name: &str) -> String {
        format!("{}:{kind}:{name}", self.prefix)
    }
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).max(1)
}

#[async_trait]
impl Coordination for Redis {
    async fn acquire(&self, key: &str, ttl: Duration) -> Result<Option<Lease>, Fault> {
        let lease = Lease { key: key.to_owned(), token: random_token() };
        let mut command = cmd("SET");
        command.arg(self.key("lease", key)).arg(&lease.token).arg("NX").arg("PX").arg(millis(ttl));
        let set: Option<String> = self.connection.query(&command).await?;
        Ok(set.map(|_| lease))
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<bool, Fault> {
        let script = Script::new(RENEW);
        let mut call = script.key(self.key("lease", &lease.key));
        let renewed: u64 = self.connection.invoke(call.arg(&lease.token).arg(millis(ttl))).await?;
        Ok(renewed == 1)
    }

    async fn release(&self, lease: &Lease) -> Result<(), Fault> {
        let script = Script::new(RELEASE);
        let mut call = script.key(self.key("lease", &lease.key));
        let _: u64 = self.connection.invoke(call.arg(&lease.token)).await?;
        Ok(())
    }

    async fn claim(&self, delivery: &str, ttl: Duration) -> Result<Claim, Fault> {
        let key = self.key("delivery", delivery);
        let mut command = cmd("SET");
        command.arg(&key).arg(IN_PROGRESS).arg("NX").arg("PX").arg(millis(ttl));
        let set: Option<String> = self.connection.query(&command).await?;
        if set.is_some() {
            return Ok(Claim::New);
        }
        let state: Option<String> = self.connection.query(cmd("GET").arg(&key)).await?;
        Ok(if state.as_deref() == Some(DONE) { Claim::Done } else { Claim::InProgress })
    }

    async fn finish(&self, delivery: &str, ttl: Duration) -> Result<(), Fault> {
        let mut command = cmd("SET");
        command.arg(self.key("delivery", delivery)).arg(DONE).arg("PX").arg(millis(ttl));
        self.connection.query(&command).await
    }

    async fn forget(&self, delivery: &str) -> Result<(), Fault> {
        let mut command = cmd("DEL");
        command.arg(self.key("delivery", delivery));
        self.connection.query(&command).await
    }

    async fn bump(&self, key: &str) -> Result<Generation, Fault> {
        let script = Script::new(BUMP);
        let mut call = script.key(self.key("generation", key));
        let call = call.arg(random_token()).arg(millis(GENERATION_TTL));
        let (epoch, count): (String, u64) = self.connection.invoke(call).await?;
        Ok(Generation { epoch, count })
    }

    async fn generation(&self, key: &str) -> Result<Option<Generation>, Fault> {
        let mut command = cmd("HMGET");
        command.arg(self.key("generation", key)).arg("epoch").arg("count");
        let (epoch, count): (Option<String>, Option<u64>) = self.connection.query(&command).await?;
        Ok(epoch.zip(count).map(|(epoch, count)| Generation { epoch, count }))
    }

    async fn cover(&self, key: &str, generation: &Generation) -> Result<(), Fault> {
        let script = Script::new(COVER);
        let mut call = script.key(self.key("generation", key));
        let call = call.arg(&generation.epoch).arg(generation.count);
        let _: u64 = self.connection.invoke(call).await?;
        Ok(())
    }

    async fn is_covered(&self, key: &str, generation: &Generation) -> Result<bool, Fault> {
        let mut command = cmd("HMGET");
        command.arg(self.key("generation", key)).arg("epoch").arg("covered");
        let (epoch, covered): (Option<String>, Option<u64>) = self.connection.query(&command).await?;
        Ok(epoch.as_ref() == Some(&generation.epoch) && covered.is_some_and(|covered| covered >= generation.count))
    }

    async fn recall(&self, name: &str) -> Result<Option<String>, Fault> {
        self.connection.query(cmd("GET").arg(self.key("kept", name))).await
    }

    async fn keep(&self, name: &str, text: &str, ttl: Duration) -> Result<(), Fault> {
        if text.len() > LONGEST_KEPT {
            return Ok(());
        }
        let mut command = cmd("SET");
        command.arg(self.key("kept", name)).arg(text).arg("PX").arg(millis(ttl));
        self.connection.query(&command).await
    }

    async fn drop_kept(&self, name: &str) -> Result<(), Fault> {
        let mut command = cmd("DEL");
        command.arg(self.key("kept", name));
        self.connection.query(&command).await
    }

    async fn ping(&self) -> Result<(), Fault> {
        let _: String = self.connection.query(&cmd("PING")).await?;
        Ok(())
    }
}
