//! A Lambda runtime API that measures time, with one thread per connection to add as little overhead as possible. Unlike
//! the testbed's runtime API, it does not serve parallel events.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, bail};

/// Time for a start and for an invocation.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a program says, and when it has said it.
enum Heard {
    /// It asks for an event.
    Ready(Instant),
    /// An event went out to it.
    Sent(Instant),
    /// It answers.
    Answer(Instant, Vec<u8>),
    /// It reports an error in place of an answer.
    Error(String),
}

/// One program's side of Lambda.
pub(crate) struct RuntimeApi {
    address: SocketAddr,
    heard: Receiver<Heard>,
    events: Sender<Vec<u8>>,
}

/// An invocation that was answered.
pub(crate) struct Invocation {
    /// From the event's last byte to the answer's.
    pub(crate) took: Duration,
    /// The answer.
    pub(crate) answer: Vec<u8>,
}

impl RuntimeApi {
    /// Listens on a port of its own, until the program ends.
    pub(crate) fn listen() -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let (hear, heard) = channel();
        let (events, next) = channel();
        let next = Arc::new(Mutex::new(next));
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let (hear, next) = (hear.clone(), Arc::clone(&next));
                thread::spawn(move || Connection { hear, next }.serve(&connection));
            }
        });
        Ok(Self { address, heard, events })
    }

    /// For `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the program asks for its first event; when that was.
    pub(crate) fn ready(&self) -> anyhow::Result<Instant> {
        match self.heard.recv_timeout(PATIENCE).context("the program asks for no event")? {
            Heard::Ready(at) => Ok(at),
            Heard::Error(error) => bail!("the program does not start: {error}"),
            Heard::Sent(_) | Heard::Answer(..) => bail!("an answer to nothing"),
        }
    }

    /// Hands over one event, and waits until the program is ready for the next.
    pub(crate) fn invoke(&self, event: Vec<u8>) -> anyhow::Result<Invocation> {
        self.events.send(event)?;
        let (mut sent, mut answered) = (None, None);
        loop {
            match self.heard.recv_timeout(PATIENCE).context("the program does not answer")? {
                Heard::Sent(at) => sent = Some(at),
                Heard::Answer(at, answer) => answered = Some((at, answer)),
                Heard::Error(error) => bail!("the program failed: {error}"),
                Heard::Ready(_) => {
                    let (at, answer) = answered.context("the program asks for more without an answer")?;
                    return Ok(Invocation { took: at - sent.context("nothing was sent")?, answer });
                }
            }
        }
    }
}

struct Connection {
    hear: Sender<Heard>,
    next: Arc<Mutex<Receiver<Vec<u8>>>>,
}

impl Connection {
    fn serve(&self, stream: &TcpStream) {
        stream.set_nodelay(true).ok();
        let mut reader = BufReader::new(stream);
        while let Some((path, body)) = read_message(&mut reader) {
            let at = Instant::now();
            let served = if path.ends_with("/invocation/next") {
                self.hear.send(Heard::Ready(at)).is_ok() && self.hand_over(stream)
            } else {
                let heard = if path.ends_with("/response") {
                    Heard::Answer(at, body)
                } else {
                    Heard::Error(String::from_utf8_lossy(&body).into_owned())
                };
                // Before the write: the program may ask for the next event on another connection.
                self.hear.send(heard).is_ok()
                    && write_all(stream, b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")
            };
            if !served {
                return;
            }
        }
    }

    fn hand_over(&self, stream: &TcpStream) -> bool {
        let Ok(event) = self.next.lock().unwrap_or_else(PoisonError::into_inner).recv() else { return false };
        let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + Duration::from_secs(15);
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
             lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
             lambda-runtime-deadline-ms: {}\r\n\
             lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:123456789012:function:bench\r\n\
             lambda-runtime-trace-id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0\r\n\
             content-length: {}\r\n\r\n",
            deadline.as_millis(),
            event.len()
        );
        // Before the write, so that it is noted before the answer.
        let sent = self.hear.send(Heard::Sent(Instant::now())).is_ok();
        sent && write_all(stream, &[head.as_bytes(), &event].concat())
    }
}

fn write_all(mut stream: &TcpStream, bytes: &[u8]) -> bool {
    stream.write_all(bytes).is_ok()
}

/// The second word of a request or an answer, that is its path or its status, and its body; `None` once the other side has hung up.
pub(crate) fn read_message(reader: &mut impl BufRead) -> Option<(String, Vec<u8>)> {
    let word = read_line(reader)?.split(' ').nth(1)?.to_owned();
    let (mut length, mut chunked) = (0, false);
    loop {
        let line = read_line(reader)?.to_ascii_lowercase();
        match line.split_once(": ") {
            Some(("content-length", value)) => length = value.parse().ok()?,
            Some(("transfer-encoding", "chunked")) => chunked = true,
            _ if line.is_empty() => break,
            _ => {}
        }
    }
    let mut body = Vec::new();
    if chunked {
        loop {
            let size = usize::from_str_radix(&read_line(reader)?, 16).ok()?;
            read_exact(reader, &mut body, size)?;
            read_line(reader)?;
            if size == 0 {
                break;
            }
        }
    } else {
        read_exact(reader, &mut body, length)?;
    }
    Some((word, body))
}

fn read_line(reader: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    let read = reader.read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}

fn read_exact(reader: &mut impl Read, body: &mut Vec<u8>, size: usize) -> Option<()> {
    let begin = body.len();
    body.resize(begin + size, 0);
    reader.read_exact(&mut body[begin..]).ok()
}
