//! RabbitMQ nodes that form one cluster on this machine.

use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};

use super::place;
use super::rabbitmq::{RabbitMq, epmd};
use super::supervise::{Program, answers};

/// Some nodes with one cookie and one epmd between them; nobody else knows them.
#[derive(Debug)]
pub struct Cluster {
    nodes: Vec<RabbitMq>,
    /// Ends after the nodes: they are registered with it.
    _epmd: Program,
}

impl Cluster {
    /// Starts so many nodes; the first alone, the others join it.
    pub fn start(count: usize) -> Result<Self> {
        let (cookie, port) = (place::name(), place::port()?);
        let folder = place::folder("epmd")?;
        let mut command = Command::new(epmd()?);
        command.args(["-address", "127.0.0.1", "-port", &port.to_string()]);
        let epmd = Program::start(&command, "TERM", folder)?;
        epmd.wait(Duration::from_secs(30), || answers(port))?;

        let first = RabbitMq::start_with(Some(port), &cookie, "")?;
        let join = format!(
            "cluster_formation.peer_discovery_backend = classic_config\n\
             cluster_formation.classic_config.nodes.1 = {}\n",
            first.node_name()
        );
        let others = thread::scope(|scope| {
            let start = || scope.spawn(|| RabbitMq::start_with(Some(port), &cookie, &join));
            let starting: Vec<_> = (1..count).map(|_| start()).collect();
            starting.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
        });
        let mut nodes = vec![first];
        for other in others {
            nodes.push(other.map_err(|_| anyhow!("a node panicked"))??);
        }
        let cluster = Self { nodes, _epmd: epmd };
        let said = cluster.nodes[0].call("length(rabbit_nodes:all_running())")?;
        ensure!(said.contains(&format!("{{ok, {count}}}")), "{count} nodes were started: {said}");
        Ok(cluster)
    }

    /// Makes a virtual host that nobody else uses and gives its URLs on all nodes, with commas
    /// between them.
    pub fn fresh_vhost(&self) -> Result<String> {
        let url = self.nodes[0].fresh_vhost()?;
        let vhost = url.rsplit('/').next().context("a URL without a virtual host")?;
        let urls: Vec<_> = self.nodes.iter().map(|node| node.url_of(vhost)).collect();
        Ok(urls.join(","))
    }

    /// The nodes, to look into.
    pub fn nodes(&self) -> &[RabbitMq] {
        &self.nodes
    }

    /// The nodes, to kill and start again.
    pub fn nodes_mut(&mut self) -> &mut [RabbitMq] {
        &mut self.nodes
    }

    /// See [`RabbitMq::settle`], for all nodes.
    pub fn settle(&self) -> Result<()> {
        self.nodes.iter().try_for_each(RabbitMq::settle)
    }
}
