//! What was asked for on the command line and in `plimsoll.yaml`, checked before anything is loaded.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use plimsoll_behavior::alert::{GateOptions, Rate};
use plimsoll_behavior::pipeline::PipelineOptions;
use plimsoll_image::read_file_capped;
use plimsoll_notify::outputs::file::Rotation;
use plimsoll_notify::{Form, TARGETS, Target, TargetOptions};

use super::budget::Limits;
use super::scope::Scope;
use super::{RuleFiles, headers};
use crate::cli::{JudgingArgs, WatchArgs};
use crate::configuration::parse_size;
use crate::failure::{Context, Failure};

/// Memory that is enough where nothing else is said.
const MEMORY_MAX: &str = "64MiB";
/// Length past which a file of an output is put away, and how many are kept, where nothing else is
/// said.
const ROTATE_SIZE: &str = "100MiB";
const ROTATE_KEEP: u32 = 5;
/// Longest file of headers or certificates, bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// Where it is kept until when it was watched, below the folder that the service manager gives.
const STATE_FILE: &str = "watch.json";
/// That folder without a service manager.
const STATE_FOLDER: &str = "/var/lib/plimsoll";

/// What is judged, by which rules, and how often it is told.
#[derive(Debug, Clone)]
pub struct Judging {
    pub rules: RuleFiles,
    pub scope: Scope,
    pub pipeline: PipelineOptions,
}

impl Judging {
    /// Of arguments that were laid over the file already.
    pub fn new(arguments: &JudgingArgs) -> Result<Self, Failure> {
        let only_some = !arguments.container.is_empty() || !arguments.namespace.is_empty();
        let own = arguments.own_rules || arguments.rules.is_empty();
        let first_only = match arguments.rule_matching.as_deref() {
            None | Some("all") => false,
            Some("first") => true,
            Some(other) => {
                return Err(
                    Failure::new(format!("failed to read --rule-matching `{other}`"))
                        .hint("first or all"),
                );
            }
        };
        Ok(Self {
            rules: RuleFiles::new(own, arguments.rules.clone()).first_only(first_only),
            scope: Scope {
                containers: arguments.container.clone(),
                namespaces: arguments.namespace.clone(),
                host: arguments.host || !(arguments.no_host || only_some),
            },
            pipeline: PipelineOptions {
                gate: gate(arguments.dedupe.as_deref(), &arguments.alerts_max)?,
            },
        })
    }
}

/// A run that can be begun.
#[derive(Debug)]
pub struct Plan {
    pub judging: Judging,
    pub limits: Limits,
    pub duration: Option<Duration>,
    pub metrics: Option<SocketAddr>,
    pub targets: Vec<Target>,
    pub target_options: TargetOptions,
    pub form: Form,
    pub state: Option<PathBuf>,
}

impl Plan {
    /// Of arguments that were laid over the file already.
    pub fn new(arguments: &WatchArgs) -> Result<Self, Failure> {
        let memory = arguments.memory_max.as_deref().unwrap_or(MEMORY_MAX);
        Ok(Self {
            judging: Judging::new(&arguments.judging)?,
            limits: Limits {
                cpu: arguments.cpu_max.as_deref().map(percent).transpose()?,
                memory_bytes: parse_size(memory)?,
            },
            duration: arguments.duration.as_deref().map(time).transpose()?,
            metrics: arguments.metrics.as_deref().map(address).transpose()?,
            targets: arguments
                .outputs
                .iter()
                .map(|text| target(text))
                .collect::<Result<_, _>>()?,
            target_options: target_options(arguments)?,
            form: form(arguments.format.as_deref())?,
            state: state(arguments.state.as_ref()),
        })
    }
}

/// How alerts are folded and limited: `--dedupe` and `--alerts-max`.
fn gate(dedupe: Option<&str>, alerts_max: &[String]) -> Result<GateOptions, Failure> {
    let mut gate = GateOptions::default();
    if let Some(dedupe) = dedupe {
        gate.repeats.window_s = u32::try_from(time(dedupe)?.as_secs()).unwrap_or(u32::MAX);
    }
    for limit in alerts_max {
        let wrong = || {
            Failure::new(format!("failed to read --alerts-max `{limit}`"))
                .hint("for example rule=60,container=120,total=600; 0 is no limit")
        };
        let (name, value) = limit.split_once('=').ok_or_else(wrong)?;
        let per_minute: u32 = value.parse().map_err(|_| wrong())?;
        let rate = Rate {
            burst: per_minute,
            per_minute,
        };
        match name {
            "rule" => gate.per_rule = rate,
            "container" => gate.per_container = rate,
            "total" => gate.total = rate,
            _ => return Err(wrong()),
        }
    }
    Ok(gate)
}

fn target(text: &str) -> Result<Target, Failure> {
    Target::parse(text).map_err(|error| {
        let known: Vec<&str> = TARGETS.iter().map(|(form, _)| *form).collect();
        Failure::new(format!("failed to {error}")).hint(known.join(", "))
    })
}

fn target_options(arguments: &WatchArgs) -> Result<TargetOptions, Failure> {
    let read = |path: &PathBuf| {
        read_file_capped(path, FILE_BYTES_MAX).context(format_args!("read {}", path.display()))
    };
    let headers = match &arguments.http_headers {
        Some(path) => {
            let text = read(path)?;
            let name = path.display().to_string();
            headers::parse(&String::from_utf8_lossy(&text), &name)?
        }
        None => Vec::new(),
    };
    Ok(TargetOptions {
        rotation: Rotation {
            bytes_max: parse_size(arguments.rotate_size.as_deref().unwrap_or(ROTATE_SIZE))?,
            kept: arguments.rotate_keep.unwrap_or(ROTATE_KEEP),
        },
        headers,
        ca_pem: arguments
            .ca_file
            .iter()
            .map(read)
            .collect::<Result<_, _>>()?,
    })
}

fn form(format: Option<&str>) -> Result<Form, Failure> {
    match format {
        None | Some("text") => Ok(Form::Text),
        Some("json") => Ok(Form::Json),
        Some(other) => Err(
            Failure::new(format!("failed to write the format `{other}` here"))
                .hint("watch knows `text` and `json`, one alert a line"),
        ),
    }
}

fn state(said: Option<&PathBuf>) -> Option<PathBuf> {
    match said {
        Some(path) if path.as_os_str() == "off" => None,
        Some(path) => Some(path.clone()),
        None => {
            // The service manager's folder; where there is none, the folder must be there already:
            // watching for a while leaves nothing behind on a machine.
            let managed = std::env::var_os("STATE_DIRECTORY").map(PathBuf::from);
            let folder = managed.unwrap_or_else(|| STATE_FOLDER.into());
            folder.is_dir().then(|| folder.join(STATE_FILE))
        }
    }
}

/// `10%`, `0.5` of a percent as `0.5%`, `50`: a share.
fn percent(text: &str) -> Result<f64, Failure> {
    let number = text.trim().trim_end_matches('%');
    match number.parse::<f64>() {
        Ok(value) if value > 0.0 && value <= 100_000.0 => Ok(value / 100.0),
        _ => Err(Failure::new(format!("failed to read --cpu-max `{text}`"))
            .hint("percent of one processor, for example 10%")),
    }
}

/// `9187` on loopback, or `0.0.0.0:9187`.
fn address(text: &str) -> Result<SocketAddr, Failure> {
    if let Ok(port) = text.parse::<u16>() {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    text.parse().map_err(|_| {
        Failure::new(format!("failed to read --metrics `{text}`"))
            .hint("a port, as 9187, or an address and a port, as 0.0.0.0:9187 or [::]:9187")
    })
}

/// `0`, `500ms`, `30s`, `10m`, `2h`, `1d`.
fn time(text: &str) -> Result<Duration, Failure> {
    let wrong = || {
        Failure::new(format!("failed to read the time `{text}`")).hint("for example 30s, 10m or 2h")
    };
    let trimmed = text.trim();
    let split = trimmed.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = trimmed.split_at(split.unwrap_or(trimmed.len()));
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let factor_ms = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "" if number == 0 => 1,
        _ => return Err(wrong()),
    };
    let ms = number.checked_mul(factor_ms).ok_or_else(wrong)?;
    Ok(Duration::from_millis(ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_judged_is_read() {
        let of = |change: fn(&mut JudgingArgs)| {
            let mut arguments = JudgingArgs::default();
            change(&mut arguments);
            Judging::new(&arguments)
        };
        assert!(of(|_| ()).unwrap().scope.is_everything());
        let some = of(|a| a.container = vec!["web".to_owned()]).unwrap();
        assert!(!some.scope.host);
        let limited = of(|a| a.alerts_max = vec!["rule=5".to_owned()]).unwrap();
        assert_eq!(limited.pipeline.gate.per_rule.per_minute, 5);
        assert_eq!(limited.pipeline.gate.repeats.window_s, 600);
        for wrong in [
            of(|a| a.alerts_max = vec!["rules=5".to_owned()]),
            of(|a| a.dedupe = Some("5".to_owned())),
            of(|a| a.rule_matching = Some("last".to_owned())),
        ] {
            assert!(wrong.is_err());
        }
    }

    #[test]
    fn times_shares_and_addresses_are_read() {
        assert_eq!(time("90s").unwrap(), Duration::from_secs(90));
        assert_eq!(time("0").unwrap(), Duration::ZERO);
        assert_eq!(time("2h").unwrap(), Duration::from_hours(2));
        for wrong in ["", "10", "s", "1y", "99999999999999999h", "-1s"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
        assert!((percent("10%").unwrap() - 0.1).abs() < 1e-9);
        for wrong in ["", "%", "0", "-1", "nan", "inf"] {
            assert!(percent(wrong).is_err(), "{wrong}");
        }
        assert_eq!(address("9187").unwrap().to_string(), "127.0.0.1:9187");
        assert_eq!(address("[::]:1").unwrap().to_string(), "[::]:1");
        assert!(address("localhost").is_err());
    }
}
