//! Compares all programs in rounds, so that other load on the machine affects all of them alike.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use anyhow::{Context, ensure};
use serde::Serialize;

use crate::{
    artefacts::{self, FUNCTIONS, Size},
    chain::{Chain, ChainTimes},
    extent::{COMPARED, Extent},
    figures::{Figures, Measured},
    program::{Program, Running},
    scene::{Asked, Delays, ROUTES, Route, Scene},
};

/// The names of the two programs that the shop's are compared with.
pub(crate) const FLOOR: &str = "floor";
/// See [`FLOOR`].
pub(crate) const PEER: &str = "Node 24";

/// How long Polar and DynamoDB take where they are not at hand.
pub(crate) const REMOTE: Delays = Delays { polar: Duration::from_millis(30), aws: Duration::from_millis(2) };

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Comparison {
    /// Each program, in the order of the tables.
    pub(crate) programs: Vec<Entry>,
    /// The longest chain of a download's questions, [`REMOTE`] upstreams.
    pub(crate) chain: Option<ChainTimes>,
    /// What each route asks its upstreams for, once warm.
    pub(crate) routes: Vec<RouteCalls>,
    /// Rounds, starts and warm invocations.
    pub(crate) rounds: usize,
}

/// One program.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    /// Its name.
    pub(crate) name: String,
    /// How large it is.
    pub(crate) size: Size,
    /// With upstreams that answer at once.
    pub(crate) near: Figures,
    /// With [`REMOTE`] upstreams.
    pub(crate) remote: Option<Figures>,
}

/// The calls of one warm invocation.
#[derive(Debug, Serialize)]
pub(crate) struct RouteCalls {
    /// The function.
    pub(crate) function: &'static str,
    /// The route.
    pub(crate) route: &'static str,
    /// To Polar, by method and path.
    pub(crate) polar: BTreeMap<String, usize>,
    /// To DynamoDB and the queue, by action and table.
    pub(crate) aws: BTreeMap<String, usize>,
}

struct Contestant {
    program: Program,
    route: Option<Route>,
    size: Size,
    near: Measured,
    remote: Measured,
}

/// A program that has answered once: clock and CPU time of its init and of the answer.
struct Started {
    running: Running,
    init: (Duration, Duration),
    first: (Duration, Duration),
}

/// Measures everything, or one function beside the floor.
pub(crate) async fn compare(extent: Extent, only: Option<&str>, beside: &[PathBuf]) -> anyhow::Result<Comparison> {
    let mut scene = Scene::begin(true).await?;
    let mut contestants = contestants(&mut scene, only, beside).await?;
    let routes = learn(&scene, &contestants)?;
    scene.remember(true);
    // Once each, so that upstreams and caches know what they ask.
    for contestant in &contestants {
        contestant.start()?;
    }
    let mut chain = Chain::of(&scene);
    for round in 1..=extent.rounds {
        eprintln!("round {round} of {}", extent.rounds);
        scene.delay(Delays::default());
        measure(&mut contestants, |contestant| &mut contestant.near, extent.starts, extent.warm)?;
        scene.delay(REMOTE);
        measure(&mut contestants, |contestant| &mut contestant.remote, extent.starts, extent.warm_remote)?;
        if let Some(chain) = &mut chain {
            chain.measure(extent)?;
        }
    }
    let programs = contestants.into_iter().map(Contestant::entry).collect();
    let chain = chain.map(|chain| chain.times());
    Ok(Comparison { programs, chain, routes, rounds: extent.rounds })
}

/// A turn of all: they start in an order of chance, so that each finds the machine's caches as another has left them; then
/// each answers on by itself.
fn measure(
    contestants: &mut [Contestant],
    of: fn(&mut Contestant) -> &mut Measured,
    starts: usize,
    warm: usize,
) -> anyhow::Result<()> {
    let mut order: Vec<_> = (0..contestants.len()).collect();
    for _ in 0..starts {
        fastrand::shuffle(&mut order);
        for &place in &order {
            let contestant = &mut contestants[place];
            let started = contestant.start()?;
            of(contestant).start(started.init, started.first);
        }
    }
    contestants.iter_mut().try_for_each(|contestant| contestant.go_on(of, warm))
}

async fn contestants(scene: &mut Scene, only: Option<&str>, beside: &[PathBuf]) -> anyhow::Result<Vec<Contestant>> {
    let functions = FUNCTIONS.into_iter().filter(|function| only.is_none_or(|only| only == *function));
    let mut contestants = Vec::new();
    let floor = artefacts::program(FLOOR);
    let program = Program { name: FLOOR.to_owned(), command: vec![floor.clone()], settings: Vec::new() };
    contestants.push(Contestant::new(program, ROUTES.first().copied(), Size::of(&floor)?));
    for function in functions {
        let file = artefacts::program(function);
        if !file.exists() {
            eprintln!("without {function}, which is not built");
            continue;
        }
        let program = scene.program(function, function, vec![file.clone()]).await?;
        contestants.push(Contestant::new(program, Route::of(function).next(), Size::of(&file)?));
    }
    if only.is_some_and(|only| only != COMPARED) {
        return Ok(contestants);
    }
    for file in beside {
        let program = scene.program(&file.display().to_string(), COMPARED, vec![file.clone()]).await?;
        contestants.push(Contestant::new(program, Route::of(COMPARED).next(), Size::of(file)?));
    }
    match artefacts::peer() {
        Some(command) => {
            let mut program = scene.program(PEER, COMPARED, command).await?;
            let bundle = artefacts::peer_bundle();
            let folder = bundle.parent().context("a folder")?.display().to_string();
            program.settings.extend([("LAMBDA_TASK_ROOT", folder), ("_HANDLER", "download.handler".to_owned())]);
            contestants.push(Contestant::new(program, Route::of(COMPARED).next(), Size::of(&bundle)?));
        }
        None => eprintln!("without the Node peer: bench/node/install.sh installs it"),
    }
    Ok(contestants)
}

/// Asks every route twice: after that Polar's credential is kept, and the second time shows what a warm invocation asks.
fn learn(scene: &Scene, contestants: &[Contestant]) -> anyhow::Result<Vec<RouteCalls>> {
    let mut learned = Vec::new();
    for contestant in contestants {
        for route in Route::of(&contestant.program.name) {
            let running = contestant.program.start()?;
            running.invoke(route.event()).with_context(|| route.name)?;
            scene.take_asked();
            running.invoke(route.event()).with_context(|| route.name)?;
            let Asked { polar, aws } = scene.take_asked();
            learned.push(RouteCalls { function: route.function, route: route.name, polar, aws });
        }
    }
    Ok(learned)
}

impl Contestant {
    fn new(program: Program, route: Option<Route>, size: Size) -> Self {
        Self { program, route, size, near: Measured::default(), remote: Measured::default() }
    }

    fn event(&self) -> Vec<u8> {
        self.route.map(|route| route.event()).unwrap_or_default()
    }

    /// Starts it and has it answer once: what that took.
    fn start(&self) -> anyhow::Result<Started> {
        let running = self.program.start()?;
        let init = (running.init, running.cpu());
        let first = running.invoke(self.event()).with_context(|| self.program.name.clone())?;
        ensure!(!first.answer.is_empty(), "{} answers nothing", self.program.name);
        let first = (first.took, running.cpu().saturating_sub(init.1));
        Ok(Started { running, init, first })
    }

    /// Has it answer on, once it is warm.
    fn go_on(&mut self, of: fn(&mut Self) -> &mut Measured, warm: usize) -> anyhow::Result<()> {
        let Started { running, .. } = self.start()?;
        let begun = running.cpu();
        for _ in 0..warm {
            let took = running.invoke(self.event())?.took;
            of(self).warm.add(took);
        }
        let measured = of(self);
        measured.warm_cpu.add(running.cpu().saturating_sub(begun) / u32::try_from(warm)?.max(1));
        measured.peak_memory = measured.peak_memory.max(running.peak_memory());
        Ok(())
    }

    fn entry(self) -> Entry {
        let is_floor = self.program.name == FLOOR;
        Entry {
            name: self.program.name,
            size: self.size,
            near: self.near.figures(),
            remote: (!is_floor).then(|| self.remote.figures()),
        }
    }
}
