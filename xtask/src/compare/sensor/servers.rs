//! Servers under load, on loopback, on folders and ports of their own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::installed;

const NGINX_PORT: u16 = 18_081;
const REDIS_PORT: u16 = 18_082;
const POSTGRES_PORT: u16 = 18_083;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Server {
    Nginx,
    Redis,
    Postgres,
}

/// A server that runs.
pub struct Running {
    server: Server,
    child: Child,
    scratch: PathBuf,
}

impl Server {
    pub const ALL: [Self; 3] = [Self::Nginx, Self::Redis, Self::Postgres];

    pub const fn describe(self) -> &'static str {
        match self {
            Self::Nginx => "nginx under wrk (1 thread, 32 connections, 3 s, a file of 4 KiB)",
            Self::Redis => {
                "redis under redis-benchmark (GET and SET, 32 clients, 200,000 requests each)"
            }
            Self::Postgres => "postgresql under pgbench (scale 10, 8 clients, 3 s, read and write)",
        }
    }

    pub fn start(self, scratch: &Path) -> Result<Running> {
        let folder = scratch.join(format!("server-{}", self.port()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder)?;
        let mut command = match self {
            Self::Nginx => nginx(&folder)?,
            Self::Redis => redis(&folder)?,
            Self::Postgres => postgres(&folder)?,
        };
        let child = command
            .stdin(Stdio::null())
            .stdout(File::create(folder.join("out"))?)
            .stderr(File::create(folder.join("err"))?)
            .spawn()
            .with_context(|| format!("failed to start {}", self.describe()))?;
        let running = Running {
            server: self,
            child,
            scratch: folder,
        };
        let until = Instant::now() + Duration::from_secs(30);
        while std::net::TcpStream::connect(("127.0.0.1", self.port())).is_err() {
            ensure!(
                Instant::now() < until,
                "the server does not listen: see {}",
                running.scratch.display()
            );
            thread::sleep(Duration::from_millis(50));
        }
        if self == Self::Postgres {
            thread::sleep(Duration::from_secs(1));
            ran(&mut pgbench(&["-i", "-q", "-s", "10"])?)?;
        }
        Ok(running)
    }

    const fn port(self) -> u16 {
        match self {
            Self::Nginx => NGINX_PORT,
            Self::Redis => REDIS_PORT,
            Self::Postgres => POSTGRES_PORT,
        }
    }
}

impl Running {
    /// Requests (or transactions) a second.
    pub fn load(&self) -> Result<f64> {
        match self.server {
            Server::Nginx => {
                let said = ran(Command::new("wrk").args([
                    "-t1",
                    "-c32",
                    "-d3s",
                    &format!("http://127.0.0.1:{NGINX_PORT}/page"),
                ]))?;
                number_after(&said, "Requests/sec:")
            }
            Server::Redis => {
                let said = ran(Command::new("redis-benchmark").args([
                    "-p",
                    &REDIS_PORT.to_string(),
                    "-t",
                    "get,set",
                    "-c",
                    "32",
                    "-n",
                    "200000",
                    "--csv",
                ]))?;
                redis_rate(&said)
            }
            Server::Postgres => {
                let said = ran(&mut pgbench(&["-c", "8", "-j", "1", "-T", "3", "-n"])?)?;
                number_after(&said, "tps = ")
            }
        }
    }

    pub fn stop(mut self) -> Result<()> {
        if let Some(pid) = i32::try_from(self.child.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw)
        {
            rustix::process::kill_process(pid, rustix::process::Signal::INT)?;
        }
        self.child.wait()?;
        Ok(())
    }
}

fn nginx(folder: &Path) -> Result<Command> {
    let text = format!(
        "worker_processes 1; pid {0}/pid; error_log {0}/error.log; daemon off; user root;\n\
         events {{ worker_connections 1024; }}\n\
         http {{ access_log {0}/access.log; server {{ listen 127.0.0.1:{NGINX_PORT}; root {0}; }} }}\n",
        folder.display()
    );
    std::fs::write(folder.join("nginx.conf"), text)?;
    std::fs::write(folder.join("page"), vec![b'x'; 4096])?;
    let mut command = Command::new(need(&["/usr/sbin/nginx"], "nginx")?);
    command.arg("-c").arg(folder.join("nginx.conf"));
    Ok(command)
}

fn redis(folder: &Path) -> Result<Command> {
    let mut command = Command::new(need(&["/usr/bin/redis-server"], "redis-server")?);
    command
        .args(["--port", &REDIS_PORT.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--dir"])
        .arg(folder);
    Ok(command)
}

/// PostgreSQL refuses to run as root: it runs as its own user.
fn postgres(folder: &Path) -> Result<Command> {
    let data = PathBuf::from("/var/tmp/plimsoll-compare-postgres");
    let _ = std::fs::remove_dir_all(&data);
    std::fs::create_dir(&data)?;
    ran(Command::new("chown").arg("postgres").arg(&data))?;
    let binaries = postgres_binaries()?;
    let as_postgres = |program: &str| {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
            .arg(binaries.join(program))
            .current_dir("/");
        command
    };
    ran(as_postgres("initdb").args(["-A", "trust", "-D"]).arg(&data))
        .with_context(|| format!("failed to make a database for {}", folder.display()))?;
    let mut command = as_postgres("postgres");
    command
        .arg("-D")
        .arg(&data)
        .args(["-p", &POSTGRES_PORT.to_string(), "-k", ""])
        .args([
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "shared_buffers=256MB",
        ])
        .args(["-c", "synchronous_commit=off"]);
    Ok(command)
}

fn pgbench(arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(postgres_binaries()?.join("pgbench"));
    command
        .args(["-h", "127.0.0.1", "-U", "postgres", "-p"])
        .arg(POSTGRES_PORT.to_string())
        .args(arguments)
        .arg("postgres");
    Ok(command)
}

fn postgres_binaries() -> Result<PathBuf> {
    let folders = [
        "/usr/lib/postgresql/17/bin",
        "/usr/lib/postgresql/16/bin",
        "/usr/lib/postgresql/15/bin",
    ];
    need(&folders, "postgresql")
}

fn need(paths: &[&str], package: &str) -> Result<PathBuf> {
    installed(paths).with_context(|| format!("install Debian's package `{package}`"))
}

/// Runs to the end; standard output.
fn ran(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("failed to run {}", command.get_program().display()))?;
    if !output.status.success() {
        bail!(
            "{} failed: {}",
            command.get_program().display(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn number_after(text: &str, mark: &str) -> Result<f64> {
    let (_, rest) = text
        .split_once(mark)
        .with_context(|| format!("no `{mark}` in what the load program said"))?;
    let word = rest.split_whitespace().next().unwrap_or_default();
    word.parse()
        .with_context(|| format!("`{word}` is no number"))
}

/// The harmonic mean of GET and SET: requests of both over the time of both.
fn redis_rate(text: &str) -> Result<f64> {
    let rates: Vec<f64> = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').nth(1)?.trim_matches('"').parse().ok())
        .collect();
    ensure!(
        rates.len() == 2,
        "redis-benchmark said something else: {text}"
    );
    let time: f64 = rates.iter().map(|rate| 1.0 / rate).sum();
    Ok(2.0 / time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read() {
        assert!(
            (number_after("Requests/sec:  1234.5\n", "Requests/sec:").unwrap() - 1234.5).abs()
                < 1e-9
        );
        let text = "\"test\",\"rps\"\n\"SET\",\"100.0\",\"1\"\n\"GET\",\"300.0\",\"1\"\n";
        assert!((redis_rate(text).unwrap() - 150.0).abs() < 1e-9);
        assert!(redis_rate("nothing").is_err());
        assert!(number_after("tps : 3", "tps = ").is_err());
    }
}
