//! A disk so small that it can be filled: a mount of its own in memory, gone when its owner is.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::place;
use super::supervise::Program;

const MOUNT: &str = "mount -t tmpfs -o size=$1,mode=0755 tmpfs \"$2\" || exit 1\n\
                     trap 'umount -l \"$2\"; exit' TERM\n\
                     while :; do sleep 3600 & wait; done\n";

/// The mounted disk.
#[derive(Debug)]
pub struct SmallDisk {
    path: PathBuf,
    _program: Program,
}

impl SmallDisk {
    /// Mounts one with room for so many bytes; takes root.
    pub fn start(bytes: u64) -> Result<Self> {
        ensure!(place::is_root()?, "only root can mount a small disk");
        let folder = place::folder("disk")?;
        let path = folder.join("disk");
        std::fs::create_dir(&path)?;
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", MOUNT, "mount", &bytes.to_string()]).arg(&path);
        let program = Program::start(&shell, "TERM", folder)?;
        program.wait(Duration::from_secs(10), || {
            let mounts = std::fs::read_to_string("/proc/mounts")?;
            ensure!(mounts.contains(place::text(&path)), "it is not mounted");
            Ok(())
        })?;
        Ok(Self { path, _program: program })
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves no byte free.
    pub fn fill(&self) -> Result<()> {
        let mut ballast = File::create(self.ballast())?;
        for block in [vec![0; 1 << 20], vec![0; 1 << 12]] {
            loop {
                match ballast.write(&block) {
                    Ok(_) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => return Err(error).context("fill the disk"),
                }
            }
        }
        Ok(())
    }

    /// Gives the room back.
    pub fn free(&self) -> Result<()> {
        std::fs::remove_file(self.ballast()).context("free the disk")
    }

    fn ballast(&self) -> PathBuf {
        self.path.join("ballast")
    }
}
