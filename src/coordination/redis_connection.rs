//! The connection to Redis: one for all calls, which go out together and are answered in their order. It is given up at the first call
//! that fails on it.

use std::time::{Duration, Instant};

use deadpool_redis::{
    Config, Connection, Pool, PoolConfig, Runtime, Timeouts,
    redis::{Cmd, FromRedisValue, RedisError, ScriptInvocation, aio::MultiplexedConnection},
};
use tokio::sync::Mutex;

use crate::sync::fault::Fault;

const TIMEOUT: Duration = Duration::from_secs(2);
/// For how long a Redis that could not be reached is taken to be away: whoever waited meanwhile need not try one after the other.
const AWAY_FOR: Duration = Duration::from_millis(250);

/// A connection that is made when it is needed, and made again when it fails.
pub(super) struct RedisConnection {
    /// Makes connections, and bounds the time for that. None stays in it.
    pool: Pool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: Option<MultiplexedConnection>,
    away: Option<(Instant, Fault)>,
    /// Counts the connections that were made.
    number: u64,
}

impl RedisConnection {
    /// For a server.
    ///
    /// # Errors
    /// The URL cannot be understood.
    pub(super) fn new(url: &str) -> Result<Self, Fault> {
        let mut config = Config::from_url(url);
        let timeouts = Timeouts { wait: Some(TIMEOUT), create: Some(TIMEOUT), recycle: Some(TIMEOUT) };
        config.pool = Some(PoolConfig { timeouts, ..PoolConfig::new(1) });
        let pool = config
            .create_pool(Some(Runtime::Tokio1))
            // The error may repeat the URL, and that one may hold a password.
            .map_err(|_| {
                Fault::permanent("coordination: the url cannot be used").hint("it begins with redis:// or rediss://")
            })?;
        Ok(Self { pool, state: Mutex::default() })
    }

    /// The answer to a command.
    pub(super) async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Fault> {
        let (mut connection, number) = self.numbered().await?;
        let answer = command.query_async(&mut connection).await;
        self.told(answer, number).await
    }

    /// The answer of a script.
    pub(super) async fn invoke<T: FromRedisValue>(&self, call: &ScriptInvocation<'_>) -> Result<T, Fault> {
        let (mut connection, number) = self.numbered().await?;
        let answer = call.invoke_async(&mut connection).await;
        self.told(answer, number).await
    }

    async fn numbered(&self) -> Result<(MultiplexedConnection, u64), Fault> {
        let mut state = self.state.lock().await;
        if let Some(open) = &state.open {
            return Ok((open.clone(), state.number));
        }
        if let Some((at, fault)) = &state.away
            && at.elapsed() < AWAY_FOR
        {
            return Err(fault.clone());
        }
        match self.pool.get().await {
            Ok(made) => {
                let open = Connection::take(made);
                *state = State { open: Some(open.clone()), away: None, number: state.number + 1 };
                Ok((open, state.number))
            }
            Err(error) => {
                let fault = Fault::service_away(format!("Redis cannot be reached: {error}"));
                state.away = Some((Instant::now(), fault.clone()));
                Err(fault)
            }
        }
    }

    /// A connection that fails, or does not answer in time, is not used again. What Redis itself refuses says nothing against it.
    async fn told<T>(&self, answer: Result<T, RedisError>, number: u64) -> Result<T, Fault> {
        let Err(error) = answer else { return answer.map_err(|error| failed(&error)) };
        if error.is_io_error() || error.is_timeout() || error.is_unrecoverable_error() {
            let mut state = self.state.lock().await;
            if state.number == number {
                state.open = None;
            }
        }
        Err(failed(&error))
    }
}

fn failed(error: &RedisError) -> Fault {
    Fault::service_away(format!("Redis: {error}"))
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    };

    use deadpool_redis::redis::cmd;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
    };

    use super::*;

    fn url() -> String {
        std::env::var("TRACKERSYNC_TEST_REDIS").unwrap_or_else(|_| "redis://127.0.0.1:6379".to_owned())
    }

    async fn ping(connection: &RedisConnection) -> Result<String, Fault> {
        connection.query(&cmd("PING")).await
    }

    async fn id(connection: &RedisConnection) -> u64 {
        let id = connection.query(cmd("CLIENT").arg("ID")).await;
        id.expect("this test needs Redis on 127.0.0.1:6379; tests/run starts it")
    }

    #[tokio::test]
    async fn all_calls_share_a_connection_and_one_that_was_cut_is_replaced() {
        let connection = RedisConnection::new(&url()).unwrap();
        let (first, second) = tokio::join!(id(&connection), id(&connection));
        assert_eq!(first, second);
        let _ = connection.query::<u64>(cmd("CLIENT").arg(&["KILL", "SKIPME", "no", "ID"]).arg(first)).await;
        let _ = ping(&connection).await;
        assert_ne!(id(&connection).await, first);
    }

    #[tokio::test]
    async fn what_redis_refuses_says_nothing_against_the_connection() {
        let connection = RedisConnection::new(&url()).unwrap();
        let before = id(&connection).await;
        connection.query::<String>(&cmd("NO-SUCH-COMMAND")).await.unwrap_err();
        assert_eq!(id(&connection).await, before);
    }

    /// Passes a connection on until it is to fall silent; a later one it passes on again.
    async fn falls_silent(silent: Arc<AtomicBool>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = url().trim_start_matches("redis://").rsplit('@').next().unwrap().to_owned();
        tokio::spawn(async move {
            loop {
                let (inbound, _) = listener.accept().await.unwrap();
                let outbound = TcpStream::connect(server.split('/').next().unwrap()).await.unwrap();
                let (silent, born_silent) = (Arc::clone(&silent), silent.load(Ordering::SeqCst));
                tokio::spawn(async move {
                    let ((mut from, mut to), (mut back, mut there)) = (inbound.into_split(), outbound.into_split());
                    tokio::spawn(async move { tokio::io::copy(&mut back, &mut to).await });
                    let mut buffer = [0; 4096];
                    while let Ok(read @ 1..) = from.read(&mut buffer).await {
                        if silent.load(Ordering::SeqCst) == born_silent {
                            there.write_all(&buffer[..read]).await.unwrap();
                        }
                    }
                });
            }
        });
        format!("redis://{address}")
    }

    #[tokio::test]
    async fn a_connection_that_says_nothing_more_is_given_up() {
        let silent = Arc::new(AtomicBool::new(false));
        let connection = RedisConnection::new(&falls_silent(Arc::clone(&silent)).await).unwrap();
        let before = id(&connection).await;
        silent.store(true, Ordering::SeqCst);
        ping(&connection).await.unwrap_err();
        assert_ne!(id(&connection).await, before);
    }

    #[tokio::test]
    async fn one_that_is_away_is_not_asked_by_each_caller() {
        let connection = RedisConnection::new("redis://127.0.0.1:1").unwrap();
        let fault = ping(&connection).await.unwrap_err();
        assert!(fault.message.contains("cannot be reached"), "{fault}");
        let at = connection.state.lock().await.away.as_ref().unwrap().0;
        ping(&connection).await.unwrap_err();
        assert!(connection.state.lock().await.away.as_ref().unwrap().0 == at || at.elapsed() >= AWAY_FOR);
    }
}
