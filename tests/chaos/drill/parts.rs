//! What runs on machines of our own, each part by its name, to be stopped and started.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use tests::servers::{Cluster, HubProcess, Postgres, S3};

use crate::engines::{Engines, Hub};

/// All of it. The hub's processes come first: they end before what they stand on.
pub(super) struct Parts {
    processes: BTreeMap<String, HubProcess>,
    cluster: Cluster,
    objects: S3,
    postgres: Postgres,
    stopped: BTreeSet<String>,
    /// What the object store lies on.
    _disk: Option<tests::servers::SmallDisk>,
}

const BROKER: &str = "rabbitmq";
const OBJECTS: &str = "object-store";
const STORE: &str = "postgresql";

impl Parts {
    pub(super) fn new(engines: Engines, hub: Hub) -> Self {
        let mut processes = BTreeMap::new();
        for process in hub.processes {
            let role = process.roles().to_owned();
            let same = processes.keys().filter(|name: &&String| name.contains(&role)).count();
            processes.insert(format!("todoke-{role}-{}", same + 1), process);
        }
        let Engines { postgres, cluster, disk, objects } = engines;
        Self { processes, cluster, objects, postgres, stopped: BTreeSet::new(), _disk: disk }
    }

    /// Each name, and whether it runs.
    pub(super) fn list(&self) -> Vec<(String, bool)> {
        let servers = [BROKER, OBJECTS, STORE].map(str::to_owned);
        let names = self.processes.keys().cloned().chain(servers);
        names.map(|name| (name.clone(), !self.stopped.contains(&name))).collect()
    }

    pub(super) fn stop(&mut self, name: &str) -> Result<()> {
        match name {
            BROKER => self.cluster.nodes_mut().first_mut().context("a node")?.kill()?,
            OBJECTS => self.objects.stop()?,
            STORE => self.postgres.kill()?,
            _ => self.processes.get_mut(name).context("no such part")?.kill()?,
        }
        self.stopped.insert(name.to_owned());
        Ok(())
    }

    /// Starts it if it is down; gives whether it was.
    pub(super) fn start(&mut self, name: &str) -> Result<bool> {
        if !self.list().iter().any(|(known, _)| known == name) {
            anyhow::bail!("no such part");
        }
        if !self.stopped.contains(name) {
            return Ok(false);
        }
        match name {
            BROKER => self.cluster.nodes_mut().first_mut().context("a node")?.restart()?,
            OBJECTS => self.objects.restart()?,
            STORE => self.postgres.restart()?,
            _ => self.processes.get_mut(name).context("no such part")?.restart()?,
        }
        self.stopped.remove(name);
        Ok(true)
    }
}
