//! Measures the upstream calls of a download that must follow each other (session, orders, counter), with a blocking
//! socket. Any time above that is spent in the program itself.

use std::{
    io::{BufReader, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use serde::Serialize;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, StreamOwned, pki_types::ServerName};

use crate::{
    certificate::HOST,
    extent::{COMPARED, Extent},
    figures::Times,
    runtime_api::read_message,
    scene::Scene,
};

const SESSION: &str = "GetItem sessions";
const ORDERS: &str = "GET /v1/customer-portal/orders/";
const COUNTER: &str = "UpdateItem downloads";

/// The chain, as a program asked it before.
pub(crate) struct Chain {
    tls: Arc<ClientConfig>,
    aws: SocketAddr,
    polar: SocketAddr,
    session: Vec<u8>,
    orders: Vec<u8>,
    counter: Vec<u8>,
    cold: Times,
    warm: Times,
}

/// The middle of many, in milliseconds.
#[derive(Debug, Serialize)]
pub(crate) struct ChainTimes {
    /// Connections and their handshakes included.
    pub(crate) cold: f64,
    /// Over open connections.
    pub(crate) warm: f64,
}

impl Chain {
    /// Takes the questions of the last download; `None` before one.
    pub(crate) fn of(scene: &Scene) -> Option<Self> {
        let (aws, polar) = (scene.aws(COMPARED)?, scene.polar());
        Some(Self {
            tls: scene.tls(),
            aws: aws.address(),
            polar: polar.address(),
            session: aws.asked_for(SESSION)?,
            orders: polar.asked_for(ORDERS)?,
            counter: aws.asked_for(COUNTER)?,
            cold: Times::default(),
            warm: Times::default(),
        })
    }

    /// Asks as often as the programs do.
    pub(crate) fn measure(&mut self, extent: Extent) -> anyhow::Result<()> {
        for _ in 0..extent.starts {
            let took = self.ask(&mut None, &mut None)?;
            self.cold.add(took);
        }
        let (mut aws, mut polar) = (None, None);
        self.ask(&mut aws, &mut polar)?;
        for _ in 0..extent.warm_remote {
            let took = self.ask(&mut aws, &mut polar)?;
            self.warm.add(took);
        }
        Ok(())
    }

    /// Each question waits for the answer before; a connection is opened when it is needed first.
    fn ask(&self, aws: &mut Option<Connection>, polar: &mut Option<Connection>) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        self.connected(aws, self.aws)?.ask(&self.session)?;
        self.connected(polar, self.polar)?.ask(&self.orders)?;
        self.connected(aws, self.aws)?.ask(&self.counter)?;
        Ok(begun.elapsed())
    }

    fn connected<'a>(
        &self,
        connection: &'a mut Option<Connection>,
        to: SocketAddr,
    ) -> anyhow::Result<&'a mut Connection> {
        if connection.is_none() {
            let socket = TcpStream::connect(to)?;
            socket.set_nodelay(true)?;
            let session = ClientConnection::new(Arc::clone(&self.tls), ServerName::try_from(HOST)?)?;
            *connection = Some(Connection(BufReader::new(StreamOwned::new(session, socket))));
        }
        connection.as_mut().context("a connection")
    }

    /// What it took.
    pub(crate) fn times(&self) -> ChainTimes {
        ChainTimes { cold: self.cold.median(), warm: self.warm.median() }
    }
}

struct Connection(BufReader<StreamOwned<ClientConnection, TcpStream>>);

impl Connection {
    fn ask(&mut self, question: &[u8]) -> anyhow::Result<()> {
        self.0.get_mut().write_all(question)?;
        let (status, _) = read_message(&mut self.0).context("the upstream hung up")?;
        ensure!(status == "200", "the upstream answers {status}");
        Ok(())
    }
}
