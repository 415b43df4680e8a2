//! Coordination over Redis.

use std::time::Duration;

use async_trait::async_trait;
use deadpool_redis::{
    Config, Connection, Pool, PoolConfig, Runtime, Timeouts,
    redis::{Script, cmd},
};

use super::{Claim, Coordination, GENERATION_TTL, Generation, LONGEST_KEPT, Lease, random_token};
use crate::sync::fault::Fault;

const TIMEOUT: Duration = Duration::from_secs(2);
const CONNECTIONS: usize = 16;
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
    pool: Pool,
    prefix: String,
}

impl Redis {
    /// A pool for a server; connections are made when they are needed.
    ///
    /// # Errors
    /// The URL cannot be understood.
    pub fn new(url: &str, prefix: &str) -> Result<Self, Fault> {
        let mut config = Config::from_url(url);
        let timeouts = Timeouts { wait: Some(TIMEOUT), create: Some(TIMEOUT), recycle: Some(TIMEOUT) };
        config.pool = Some(PoolConfig { max_size: CONNECTIONS, timeouts, ..PoolConfig::default() });
        let pool = config
            .create_pool(Some(Runtime::Tokio1))
            // The error may repeat the URL, and that one may hold a password.
            .map_err(|_| {
                Fault::permanent("coordination: the url cannot be used").hint("it begins with redis:// or rediss://")
            })?;
        Ok(Self { pool, prefix: prefix.to_owned() })
    }

    pub(super) async fn connection(&self) -> Result<Connection, Fault> {
        self.pool.get().await.map_err(|error| Fault::service_away(format!("Redis cannot be reached: {error}")))
    }

    pub(super) fn key(&self, kind: &str, name: &str) -> String {
        format!("{}:{kind}:{name}", self.prefix)
    }
}

#[allow(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
pub(super) fn failed(error: deadpool_redis::redis::RedisError) -> Fault {
    Fault::service_away(format!("Redis: {error}"))
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
        let set: Option<String> = command.query_async(&mut self.connection().await?).await.map_err(failed)?;
        Ok(set.map(|_| lease))
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<bool, Fault> {
        let script = Script::new(RENEW);
        let mut call = script.key(self.key("lease", &lease.key));
        let renewed: u64 =
            call.arg(&lease.token).arg(millis(ttl)).invoke_async(&mut self.connection().await?).await.map_err(failed)?;
        Ok(renewed == 1)
    }

    async fn release(&self, lease: &Lease) -> Result<(), Fault> {
        let script = Script::new(RELEASE);
        let mut call = script.key(self.key("lease", &lease.key));
        let _: u64 = call.arg(&lease.token).invoke_async(&mut self.connection().await?).await.map_err(failed)?;
        Ok(())
    }

    async fn claim(&self, delivery: &str, ttl: Duration) -> Result<Claim, Fault> {
        let key = self.key("delivery", delivery);
        let mut connection = self.connection().await?;
        let mut command = cmd("SET");
        command.arg(&key).arg(IN_PROGRESS).arg("NX").arg("PX").arg(millis(ttl));
        let set: Option<String> = command.query_async(&mut connection).await.map_err(failed)?;
        if set.is_some() {
            return Ok(Claim::New);
        }
        let state: Option<String> = cmd("GET").arg(&key).query_async(&mut connection).await.map_err(failed)?;
        Ok(if state.as_deref() == Some(DONE) { Claim::Done } else { Claim::InProgress })
    }

    async fn finish(&self, delivery: &str, ttl: Duration) -> Result<(), Fault> {
        let mut command = cmd("SET");
        command.arg(self.key("delivery", delivery)).arg(DONE).arg("PX").arg(millis(ttl));
        command.query_async(&mut self.connection().await?).await.map_err(failed)
    }

    async fn forget(&self, delivery: &str) -> Result<(), Fault> {
        let mut command = cmd("DEL");
        command.arg(self.key("delivery", delivery));
        command.query_async(&mut self.connection().await?).await.map_err(failed)
    }

    async fn bump(&self, key: &str) -> Result<Generation, Fault> {
        let script = Script::new(BUMP);
        let mut call = script.key(self.key("generation", key));
        let call = call.arg(random_token()).arg(millis(GENERATION_TTL));
        let (epoch, count): (String, u64) = call.invoke_async(&mut self.connection().await?).await.map_err(failed)?;
        Ok(Generation { epoch, count })
    }

    async fn generation(&self, key: &str) -> Result<Option<Generation>, Fault> {
        let mut command = cmd("HMGET");
        command.arg(self.key("generation", key)).arg("epoch").arg("count");
        let (epoch, count): (Option<String>, Option<u64>) =
            command.query_async(&mut self.connection().await?).await.map_err(failed)?;
        Ok(epoch.zip(count).map(|(epoch, count)| Generation { epoch, count }))
    }

    async fn cover(&self, key: &str, generation: &Generation) -> Result<(), Fault> {
        let script = Script::new(COVER);
        let mut call = script.key(self.key("generation", key));
        let call = call.arg(&generation.epoch).arg(generation.count);
        let _: u64 = call.invoke_async(&mut self.connection().await?).await.map_err(failed)?;
        Ok(())
    }

    async fn is_covered(&self, key: &str, generation: &Generation) -> Result<bool, Fault> {
        let mut command = cmd("HMGET");
        command.arg(self.key("generation", key)).arg("epoch").arg("covered");
        let (epoch, covered): (Option<String>, Option<u64>) =
            command.query_async(&mut self.connection().await?).await.map_err(failed)?;
        Ok(epoch.as_ref() == Some(&generation.epoch) && covered.is_some_and(|covered| covered >= generation.count))
    }

    async fn recall(&self, name: &str) -> Result<Option<String>, Fault> {
        cmd("GET").arg(self.key("kept", name)).query_async(&mut self.connection().await?).await.map_err(failed)
    }

    async fn keep(&self, name: &str, text: &str, ttl: Duration) -> Result<(), Fault> {
        if text.len() > LONGEST_KEPT {
            return Ok(());
        }
        let mut command = cmd("SET");
        command.arg(self.key("kept", name)).arg(text).arg("PX").arg(millis(ttl));
        command.query_async(&mut self.connection().await?).await.map_err(failed)
    }

    async fn drop_kept(&self, name: &str) -> Result<(), Fault> {
        let mut command = cmd("DEL");
        command.arg(self.key("kept", name));
        command.query_async(&mut self.connection().await?).await.map_err(failed)
    }

    async fn ping(&self) -> Result<(), Fault> {
        let _: String = cmd("PING").query_async(&mut self.connection().await?).await.map_err(failed)?;
        Ok(())
    }
}
