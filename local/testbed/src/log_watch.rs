use std::{
    collections::BTreeSet,
    io,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use tracing_subscriber::EnvFilter;

use crate::secrets::{Secrets, refuse};

/// Our own lines down to `debug`; of the libraries, named by how they begin, what a deployed shop logs. What stands for
/// Polar and for DynamoDB is not deployed and may say more.
const FILTER: &str = "debug,aws_s=info,hyper=info,polar_standin=off,dynoxide=off";

/// Watches what this process logs, for tests that run the shop in it. When it is dropped, a credential in the log fails the test.
pub struct LogWatch {
    secrets: Secrets,
    /// What was logged before cannot hold what this learns.
    begun_at: usize,
}

/// What this process has logged: every line, whoever's test it belongs to.
#[derive(Default)]
struct Log {
    text: String,
    /// The lines with something that looks like a credential, in words. They stay: whichever test ends next fails.
    leaks: BTreeSet<String>,
}

static LOG: LazyLock<Mutex<Log>> = LazyLock::new(|| {
    let subscriber = tracing_subscriber::fmt().json().with_env_filter(EnvFilter::new(FILTER)).with_writer(|| Writer);
    subscriber.init();
    Mutex::default()
});

impl LogWatch {
    /// Begins to watch.
    #[must_use]
    pub fn begin() -> Self {
        Self { secrets: Secrets::default(), begun_at: log().text.len() }
    }

    /// Remembers the credentials in a request or an answer: its `cookies`, `headers` and `body`, and the fields of a body that is read.
    pub fn learn(&self, message: &Value) {
        self.secrets.learn(message);
    }
}

impl Drop for LogWatch {
    fn drop(&mut self) {
        let log = log();
        let mut leaks = log.leaks.clone();
        leaks.extend(self.secrets.leaks_in(&log.text[self.begun_at..]));
        drop(log);
        refuse(&leaks);
    }
}

fn log() -> MutexGuard<'static, Log> {
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes whole lines, as the subscriber writes them.
struct Writer;

impl io::Write for Writer {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let mut log = log();
        log.leaks.extend(Secrets::default().leaks_in(&text));
        log.text += &text;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
