//! Carries out the plan: one task for each kind, so that a kind's faults do not overlap each other.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::ValueEnum;
use hub::clock::Clock;
use tests::servers::{Cluster, HubProcess, Postgres, S3, SmallDisk};
use tokio::task::{JoinSet, block_in_place};
use tokio::time::sleep;

use crate::Args;
use crate::cast::Cast;
use crate::engines::Engines;
use crate::plan::{Fault, Kind, plan};
use crate::proxy::{Mode, Proxy};

/// A fault that was injected.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Injected {
    pub(crate) kind: Kind,
    /// In milliseconds, as is the end.
    pub(crate) began: i64,
    pub(crate) ended: i64,
}

/// Who a kind of fault befalls. The hub is first: it ends before what it stands on.
pub(crate) enum Victim {
    Hub(Vec<HubProcess>),
    Broker(Cluster),
    Store(Postgres),
    Objects(S3),
    Disk(SmallDisk),
    Lines(Kind, Arc<Cast>),
}

/// Everyone, whether the plan means them or not.
pub(crate) fn victims(engines: Engines, hub: Vec<HubProcess>, cast: &Arc<Cast>) -> Vec<Victim> {
    let Engines { postgres, cluster, disk, objects } = engines;
    let mut all = vec![Victim::Hub(hub), Victim::Broker(cluster), Victim::Store(postgres)];
    all.push(Victim::Objects(objects));
    all.extend(disk.map(Victim::Disk));
    for kind in [Kind::Cut, Kind::Delay, Kind::HalfOpen] {
        all.push(Victim::Lines(kind, Arc::clone(cast)));
    }
    all
}

/// Does what the plan says, and gives the victims back, well.
pub(crate) async fn inject(
    args: &Args,
    victims: Vec<Victim>,
    clock: &Arc<Clock>,
) -> Result<(Vec<Injected>, Vec<Victim>)> {
    let all = Kind::value_variants();
    let kinds = if args.faults.is_empty() { all } else { &args.faults };
    let faults = plan(args.seed, args.span(), kinds);
    let began = clock.now_ms();
    let until = began + i64::try_from(args.span().as_millis())?;
    let mut tasks = JoinSet::new();
    for (place, mut victim) in victims.into_iter().enumerate() {
        let kind = victim.kind();
        let own: Vec<_> = faults.iter().copied().filter(|fault| fault.kind == kind).collect();
        let clock = Arc::clone(clock);
        tasks.spawn(async move {
            let mut injected = Vec::new();
            for fault in own {
                let due = began + i64::try_from(fault.at.as_millis())?;
                let wait = u64::try_from(due - clock.now_ms()).unwrap_or(0);
                sleep(Duration::from_millis(wait)).await;
                if clock.now_ms() >= until {
                    break;
                }
                let since = clock.now_ms();
                block_in_place(|| victim.harm(&fault)).with_context(|| format!("{fault:?}"))?;
                sleep(fault.lasts).await;
                let ended = clock.now_ms();
                block_in_place(|| victim.heal(&fault)).with_context(|| format!("{fault:?}"))?;
                injected.push(Injected { kind, began: since, ended });
            }
            anyhow::Ok((place, injected, victim))
        });
    }
    let mut done = tasks.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
    done.sort_by_key(|(place, ..)| *place);
    let (injected, victims): (Vec<_>, Vec<_>) =
        done.into_iter().map(|(_, injected, victim)| (injected, victim)).unzip();
    Ok((injected.into_iter().flatten().collect(), victims))
}

impl Victim {
    fn kind(&self) -> Kind {
        match self {
            Self::Hub(_) => Kind::Hub,
            Self::Broker(_) => Kind::Broker,
            Self::Store(_) => Kind::Store,
            Self::Objects(_) => Kind::Objects,
            Self::Disk(_) => Kind::Disk,
            Self::Lines(kind, _) => *kind,
        }
    }

    fn harm(&mut self, fault: &Fault) -> Result<()> {
        match self {
            Self::Hub(all) => one(all, fault).kill(),
            Self::Broker(cluster) => one(cluster.nodes_mut(), fault).kill(),
            Self::Store(postgres) => postgres.kill(),
            Self::Objects(server) => server.stop(),
            Self::Disk(disk) => disk.fill(),
            Self::Lines(_, cast) => {
                on_lines(cast, fault, Proxy::set);
                Ok(())
            }
        }
    }

    fn heal(&mut self, fault: &Fault) -> Result<()> {
        match self {
            Self::Hub(all) => {
                one(all, fault).restart()?;
                one(all, fault).wait()
            }
            Self::Broker(cluster) => one(cluster.nodes_mut(), fault).restart(),
            Self::Store(postgres) => postgres.restart(),
            Self::Objects(server) => server.restart(),
            Self::Disk(disk) => disk.free(),
            Self::Lines(_, cast) => {
                on_lines(cast, fault, Proxy::heal);
                Ok(())
            }
        }
    }
}

/// The one that the salt chooses.
fn one<'a, T>(all: &'a mut [T], fault: &Fault) -> &'a mut T {
    let count = all.len() as u64;
    &mut all[usize::try_from(fault.salt % count).unwrap_or(0)]
}

/// Half of all lines, chosen by the salt.
fn on_lines(cast: &Cast, fault: &Fault, act: impl Fn(&Proxy, Mode)) {
    for (at, proxy) in cast.proxies.iter().enumerate() {
        if fault.salt.rotate_left(u32::try_from(at % 64).unwrap_or(0)) & 1 == 0 {
            continue;
        }
        let share = fault.salt.wrapping_add(at as u64);
        let mode = match fault.kind {
            // In the head of a request, in its body, or before the answer's end.
            Kind::Cut => Mode::Cut { after: usize::try_from(share % 24_000).unwrap_or(0) },
            Kind::Delay => Mode::Late(Duration::from_millis(100 + share % 900)),
            Kind::HalfOpen
            | Kind::Hub
            | Kind::Broker
            | Kind::Store
            | Kind::Objects
            | Kind::Disk => Mode::HalfOpen,
        };
        act(proxy, mode);
    }
}

/// Gives what the hub's processes log a second name in a folder, so that it stays however the run
/// ends.
pub(crate) fn keep_logs(processes: &[HubProcess], folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for process in processes {
        let name = process.name().replace([' ', ','], "-").replace(':', "");
        let kept = folder.join(name).with_extension("log");
        std::fs::hard_link(process.log(), &kept).with_context(|| {
            format!("--logs: {}; use a new folder on the temporary disk", kept.display())
        })?;
    }
    Ok(())
}
