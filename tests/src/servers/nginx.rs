//! A private nginx with a site of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::place;
use super::supervise::{Program, answers};

/// An nginx that serves one site.
#[derive(Debug)]
pub struct Nginx {
    folder: PathBuf,
    _program: Program,
}

/// A folder in which a site is laid out before it is served.
#[derive(Debug)]
pub struct Site(PathBuf);

impl Site {
    /// An empty one.
    pub fn new() -> Result<Self> {
        Ok(Self(place::folder("nginx")?))
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Serves what stands in `site.conf`; `port` is one of those on which that listens. Refused
    /// where `nginx -t` finds a fault.
    pub fn serve(self, port: u16) -> Result<Nginx> {
        let folder = self.0;
        let file = folder.join("nginx.conf");
        fs::write(&file, configuration(place::text(&folder), place::is_root()?))?;
        let nginx = place::program("nginx", "nginx")?;
        let mut command = Command::new(&nginx);
        command.arg("-p").arg(&folder).arg("-e").arg(folder.join("error.log")).arg("-c").arg(&file);
        let mut test = Command::new(&nginx);
        place::run(test.args(command.get_args()).arg("-t"))?;
        let program = Program::start(&command, "TERM", folder.clone())?;
        program.wait(Duration::from_secs(30), || answers(port))?;
        Ok(Nginx { folder, _program: program })
    }
}

impl Nginx {
    /// A file that it has written.
    pub fn read(&self, name: &str) -> Result<String> {
        Ok(fs::read_to_string(self.folder.join(name))?)
    }
}

fn configuration(folder: &str, is_root: bool) -> String {
    // As it starts, so its workers stay: they read what lies in folders of ours.
    let user = if is_root { "user root;\n" } else { "" };
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("    {name}_temp_path {folder}/{name};\n"))
        .concat();
    format!(
        "{user}daemon off;\n\
         worker_processes 1;\n\
         pid {folder}/nginx.pid;\n\
         error_log {folder}/error.log info;\n\
         events {{ worker_connections 256; }}\n\
         http {{\n{temporary}    include {folder}/site.conf;\n}}\n"
    )
}
