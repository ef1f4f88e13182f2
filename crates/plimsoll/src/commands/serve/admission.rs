//! `serve admission`: reads policy and certificate, again when they change, and says so.

use std::path::{Path, PathBuf};
use std::time::Duration;

use plimsoll_image::read_file_capped;
use plimsoll_model::Timestamp;
use plimsoll_server::admission::{Gate, Own, Rulebook};
use plimsoll_server::edge::{Identity, Log, LogSettings, Server, Setup};

use super::watched::Watched;
use crate::cli::ServeAdmissionArgs;
use crate::commands::{EXIT_ALLOWED, check};
use crate::configuration::{Configuration, parse_size};
use crate::failure::{Context, Failure};
use crate::session::Session;
use crate::talk;
use crate::watch::Signals;

/// Largest certificate or key file, in bytes.
const PEM_BYTES_MAX: u64 = 1 << 20;
/// How often files and signals are looked at.
const LOOK: Duration = Duration::from_millis(250);
/// Longest wait for requests under way at the end; the API server waits no longer for any.
const ENDING_MAX: Duration = Duration::from_secs(30);

pub fn run(session: &Session, arguments: &ServeAdmissionArgs) -> Result<u8, Failure> {
    let configuration = &session.configuration;
    let signals = Signals::listen().context("listen to signals")?;
    let mut policy = Watched::new(policy_files(configuration));
    let mut certificate = Watched::new(certificate_files(arguments));
    let setup = Setup {
        listen: arguments.listen,
        identity: identity(arguments)?,
        gate: Gate::new(rulebook(configuration, arguments)?),
        jobs: configuration.jobs,
        log: log(arguments)?,
        clock: Timestamp::now,
    };
    let name = configuration.policy.name.clone();
    let server = Server::start(setup).map_err(|error| {
        Failure::new(format!("failed to {error}"))
            .hint("is the port free, and do certificate and key belong together?")
    })?;
    if !configuration.quiet {
        let address = server.address();
        talk::note(&format!(
            "admission by policy `{name}` at https://{address}/validate"
        ));
    }
    while !signals.is_stopped() {
        std::thread::sleep(LOOK);
        let is_asked = signals.take_reload();
        if is_asked {
            server.reopen_log();
        }
        if policy.wants_reading() || is_asked {
            let outcome = read_policy(session, arguments, &server);
            tell(session, &server, &mut policy, "policy", outcome);
        }
        if certificate.wants_reading() || is_asked {
            let outcome = read_certificate(arguments, &server);
            tell(session, &server, &mut certificate, "certificate", outcome);
        }
    }
    server.stop(Duration::from_secs(arguments.drain_seconds), ENDING_MAX);
    Ok(EXIT_ALLOWED)
}

/// A reload in words: what was taken, or why the one before stays.
fn tell(
    session: &Session,
    server: &Server,
    watched: &mut Watched,
    what: &str,
    outcome: Result<(), Failure>,
) {
    let is_taken = outcome.is_ok();
    let refused = watched.read(outcome.map_err(|failure| failure.to_string()));
    if let Some(refused) = refused {
        server.count_refused(what);
        talk::warning(&format!("{refused}; the {what} that was read before stays"));
    }
    if is_taken && !session.configuration.quiet {
        talk::note(&format!("the {what} was read again"));
    }
}

fn read_policy(
    session: &Session,
    arguments: &ServeAdmissionArgs,
    server: &Server,
) -> Result<(), Failure> {
    let configuration = Configuration::load(&session.global)?;
    server.set_gate(Gate::new(rulebook(&configuration, arguments)?));
    Ok(())
}

fn read_certificate(arguments: &ServeAdmissionArgs, server: &Server) -> Result<(), Failure> {
    let identity = identity(arguments)?;
    let taken = server.set_identity(&identity);
    taken.map_err(|error| Failure::new(format!("failed to {error}")))
}

fn rulebook(
    configuration: &Configuration,
    arguments: &ServeAdmissionArgs,
) -> Result<Rulebook, Failure> {
    let namespace = arguments.own_namespace.clone();
    let user = arguments
        .own_service_account
        .as_ref()
        .zip(namespace.as_ref());
    let user = user.map(|(name, namespace)| format!("system:serviceaccount:{namespace}:{name}"));
    Ok(Rulebook {
        policy: configuration.policy.clone(),
        exceptions: configuration.exceptions.clone(),
        admission: configuration.admission.clone(),
        registries: configuration.settings.registries.clone(),
        persona: check::persona(&arguments.persona)?,
        minor: check::minor(arguments.kubernetes_version.as_deref())?,
        own: Own { namespace, user },
    })
}

fn policy_files(configuration: &Configuration) -> Vec<PathBuf> {
    let files = [&configuration.file, &configuration.policy_file];
    let mut files: Vec<PathBuf> = files.into_iter().flatten().cloned().collect();
    files.dedup();
    files
}

fn certificate_files(arguments: &ServeAdmissionArgs) -> Vec<PathBuf> {
    let mut files = vec![arguments.tls_cert.clone(), arguments.tls_key.clone()];
    files.extend(arguments.client_ca.clone());
    files
}

fn identity(arguments: &ServeAdmissionArgs) -> Result<Identity, Failure> {
    let read = |path: &Path| {
        read_file_capped(path, PEM_BYTES_MAX).context(format_args!("read {}", path.display()))
    };
    Ok(Identity {
        certificate: read(&arguments.tls_cert)?,
        key: read(&arguments.tls_key)?,
        client_authority: arguments.client_ca.as_deref().map(read).transpose()?,
    })
}

fn log(arguments: &ServeAdmissionArgs) -> Result<Option<Log>, Failure> {
    let Some(file) = &arguments.decision_log else {
        return Ok(None);
    };
    let settings = LogSettings {
        file: file.clone(),
        file_bytes_max: parse_size(&arguments.decision_log_size)?,
        kept: arguments.decision_log_keep,
    };
    let log = Log::open(settings).context(format_args!("open {}", file.display()))?;
    Ok(Some(log))
}
