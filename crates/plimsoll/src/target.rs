//! From what the user named to an inventory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plimsoll_image::engine::Engine;
use plimsoll_image::http::HttpOptions;
use plimsoll_image::registry::{Credentials, Reference, RegistryOptions, open_registry};
use plimsoll_image::{
    Folder, OpenError, Opened, Selection, TargetSpec, Transport, open_path, read_file_capped,
};
use plimsoll_model::{Inventory, Platform, State, Target, TargetKind};
use plimsoll_report::{is_sbom, read_sbom};
use plimsoll_scan::{Cache, ScanOptions};

use crate::cli::{RegistryArgs, TargetArgs};
use crate::commands::scan::tool;
use crate::failure::{Context, Failure};
use crate::session::Session;
use crate::store::Store;
use crate::{input, progress, talk};

/// Largest file of certificate authorities, in bytes.
const CA_BYTES_MAX: u64 = 4 << 20;

/// Opens the target and finds what is in it.
pub fn inventory(session: &Session, arguments: &TargetArgs) -> Result<Inventory, Failure> {
    let states = states(&arguments.state)?;
    let platform = platform(session)?;
    let spec = TargetSpec::parse(&arguments.target);
    let opened = open_path(&spec, platform.as_ref()).map_err(|error| open_failure(&error))?;
    let opened = match opened {
        Opened::Elsewhere(spec) => elsewhere(session, &spec, platform, &arguments.registry)?,
        here => here,
    };
    let installed = || states.clone().unwrap_or_else(|| vec![State::Installed]);
    match opened {
        Opened::Image(image) => with_options(session, &image.facts.name, installed(), |options| {
            plimsoll_scan::image_inventory(&image, options)
        }),
        Opened::Stream(stream) => with_options(session, stream.name(), installed(), |options| {
            plimsoll_scan::stream_inventory(&stream, options)
        }),
        Opened::Folder(opened, kind) => folder(session, &opened, kind, states),
        Opened::Sbom(path) if path.as_os_str() == "-" => {
            sbom("standard input", &input::read_stdin()?)
        }
        Opened::Sbom(path) => sbom(&path.display().to_string(), &input::read(&path)?),
        Opened::Elsewhere(spec) => Err(Failure::new(format!(
            "failed to open {spec}: neither a path nor an image"
        ))),
    }
}

fn platform(session: &Session) -> Result<Option<Platform>, Failure> {
    let Some(text) = session.platform.as_deref() else {
        return Ok(None);
    };
    Platform::parse(text).map(Some).ok_or_else(|| {
        Failure::new(format!(
            "failed to read --platform: `{text}` is no platform"
        ))
        .hint("for example linux/amd64 or linux/arm/v7")
    })
}

/// An image that an engine or a registry has.
fn elsewhere(
    session: &Session,
    spec: &TargetSpec,
    platform: Option<Platform>,
    arguments: &RegistryArgs,
) -> Result<Opened, Failure> {
    let selection = Selection {
        reference: None,
        platform,
    };
    match spec.transport {
        Some(Transport::Registry) => registry(session, &spec.name, &selection, arguments),
        Some(transport @ (Transport::Docker | Transport::Podman)) => {
            let sockets = sockets(transport);
            let engine = Engine::find(&sockets).ok_or_else(|| {
                let looked: Vec<String> = sockets
                    .iter()
                    .map(|socket| socket.display().to_string())
                    .collect();
                Failure::new(format!(
                    "failed to reach {}: no engine answers at {}",
                    transport.prefix(),
                    looked.join(" or ")
                ))
                .hint("start it (`podman system service`), or save the image and name the archive")
            })?;
            engine
                .open_image(&spec.name, &selection)
                .map(Opened::Stream)
                .map_err(|error| open_failure(&error))
        }
        Some(other) => Err(Failure::new(format!(
            "failed to open {spec}: `{}:` is not there yet",
            other.prefix()
        ))
        .hint("save the image (`ctr images export`) and name it with `oci-archive:`")),
        None => bare(session, spec, &selection, arguments),
    }
}

/// A bare name: the engines that run here, then a registry.
fn bare(
    session: &Session,
    spec: &TargetSpec,
    selection: &Selection,
    arguments: &RegistryArgs,
) -> Result<Opened, Failure> {
    for transport in [Transport::Docker, Transport::Podman] {
        let Some(engine) = Engine::find(&sockets(transport)) else {
            continue;
        };
        if engine.image_id(&spec.name).is_ok_and(|id| id.is_some()) {
            return engine
                .open_image(&spec.name, selection)
                .map(Opened::Stream)
                .map_err(|error| open_failure(&error));
        }
    }
    registry(session, &spec.name, selection, arguments)
}

fn registry(
    session: &Session,
    name: &str,
    selection: &Selection,
    arguments: &RegistryArgs,
) -> Result<Opened, Failure> {
    let reference: Reference = name.parse().map_err(|error| {
        Failure::new(format!("failed to {error}"))
            .hint("a path that exists, or an image as registry.example/shop/cart:2.3")
    })?;
    if session.configuration.offline {
        return Err(
            Failure::new(format!("failed to reach {reference}: --offline forbids it"))
                .hint("save the image and name the archive, or leave --offline away"),
        );
    }
    open_registry(
        &reference,
        selection,
        &registry_options(session, arguments)?,
    )
    .map(|image| Opened::Image(Box::new(image)))
    .map_err(|error| open_failure(&error))
}

/// How to speak to registries: what was said, over what is configured.
pub fn registry_options(
    session: &Session,
    arguments: &RegistryArgs,
) -> Result<RegistryOptions, Failure> {
    let settings = &session.configuration.settings;
    let mut mirrors: BTreeMap<String, Vec<String>> = settings.mirrors.clone();
    for mirror in &arguments.mirror {
        let (registry, host) = mirror.split_once('=').ok_or_else(|| {
            Failure::new(format!("failed to read `--mirror {mirror}`")).hint("REGISTRY=MIRROR")
        })?;
        mirrors
            .entry(registry.to_owned())
            .or_default()
            .push(host.to_owned());
    }
    Ok(RegistryOptions {
        http: http_options(session, &arguments.plain_http, arguments.ca_file.as_deref())?,
        mirrors,
        credentials: credentials()?,
    })
}

/// How to speak HTTP: what was said, over what is configured.
pub fn http_options(
    session: &Session,
    plain_http: &[String],
    ca_file: Option<&Path>,
) -> Result<HttpOptions, Failure> {
    let settings = &session.configuration.settings;
    let ca_file = ca_file
        .map(Path::to_owned)
        .or_else(|| settings.ca_file.clone().map(PathBuf::from));
    let ca_pem = ca_file
        .map(|path| {
            read_file_capped(&path, CA_BYTES_MAX).context(format_args!("read {}", path.display()))
        })
        .transpose()?;
    Ok(HttpOptions {
        ca_pem: ca_pem.into_iter().collect(),
        plain_http: settings
            .plain_http
            .iter()
            .chain(plain_http)
            .cloned()
            .collect(),
        ..HttpOptions::default()
    })
}

/// `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`.
fn credentials() -> Result<Credentials, Failure> {
    let folder = std::env::var_os("DOCKER_CONFIG")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".docker")));
    match folder {
        None => Ok(Credentials::default()),
        Some(folder) => Credentials::from_docker_config(&folder.join("config.json"))
            .map_err(|error| open_failure(&error)),
    }
}

/// Where an engine's socket may be, the likeliest first.
pub fn sockets(transport: Transport) -> Vec<PathBuf> {
    let (variable, below_runtime, system) = match transport {
        Transport::Podman => (
            "CONTAINER_HOST",
            "podman/podman.sock",
            "/run/podman/podman.sock",
        ),
        _ => ("DOCKER_HOST", "docker.sock", "/var/run/docker.sock"),
    };
    let said = std::env::var(variable).ok();
    let said = said
        .as_deref()
        .and_then(|host| host.strip_prefix("unix://"))
        .map(PathBuf::from);
    let runtime =
        std::env::var_os("XDG_RUNTIME_DIR").map(|folder| Path::new(&folder).join(below_runtime));
    match said {
        Some(socket) => vec![socket],
        None => runtime.into_iter().chain([PathBuf::from(system)]).collect(),
    }
}

/// Which packages were asked for; `None` leaves it to the kind of target.
fn states(asked: &[String]) -> Result<Option<Vec<State>>, Failure> {
    let parsed: Result<Vec<State>, Failure> = asked
        .iter()
        .map(|word| {
            State::ALL
                .into_iter()
                .find(|state| state.as_str() == word)
                .ok_or_else(|| {
                    Failure::new(format!("failed to read --state: `{word}` is not known"))
                        .hint("installed, declared, or both with a comma")
                })
        })
        .collect();
    parsed.map(|states| {
        if states.is_empty() {
            None
        } else {
            Some(states)
        }
    })
}

fn sbom(name: &str, bytes: &[u8]) -> Result<Inventory, Failure> {
    let mut inventory = read_sbom(bytes).map_err(|error| {
        let hint = if is_sbom(bytes) {
            "the document is damaged or of a version that is not read"
        } else {
            "CycloneDX 1.4 to 1.6 JSON, SPDX 2.2 and 2.3 JSON or tag-value are read"
        };
        Failure::new(format!("failed to read the SBOM {name}: {error}")).hint(hint)
    })?;
    if inventory.target.name.is_empty() {
        name.clone_into(&mut inventory.target.name);
    }
    Ok(inventory)
}

fn folder(
    session: &Session,
    folder: &Folder,
    kind: TargetKind,
    states: Option<Vec<State>>,
) -> Result<Inventory, Failure> {
    let default = if kind == TargetKind::Directory {
        State::Declared
    } else {
        State::Installed
    };
    let name = folder.path().display().to_string();
    let target = Target {
        kind,
        name: name.clone(),
        digest: None,
        platform: None,
        os: None,
    };
    with_options(
        session,
        &name,
        states.unwrap_or_else(|| vec![default]),
        |options| Ok(plimsoll_scan::folder_inventory(target, folder, options)),
    )
}

/// Runs the work with scan options, the cache and a progress bar.
fn with_options<T>(
    session: &Session,
    name: &str,
    states: Vec<State>,
    work: impl FnOnce(&ScanOptions<'_>) -> Result<T, OpenError>,
) -> Result<T, Failure> {
    let store = session.store();
    let cache = store.as_ref().map(|store| store as &dyn Cache);
    let result = progress::shown(session, name, |progress| {
        work(&ScanOptions {
            states,
            cache,
            read: session.read_options(progress),
            tool: tool(),
        })
    });
    if let Some(trouble) = store.as_ref().and_then(Store::trouble)
        && result.is_ok()
        && !session.configuration.quiet
    {
        talk::warning(&format!(
            "{trouble}; the result is whole, the next run starts from nothing"
        ));
    }
    result.map_err(|error| open_failure(&error))
}

/// What could not be opened, with the hint that goes with it.
pub fn open_failure(error: &OpenError) -> Failure {
    Failure::new(format!("failed to {error}")).maybe_hint(error.hint())
}
