//! dockerd: what it keeps of each container in its data folder.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::details::{Details, harmless, text, text_map, texts};
use super::file::{self, Links};
use super::oci::Configuration;
use super::{probes, time};

/// Kubernetes' labels on containers that its old interface to docker made.
const LABEL: &str = "io.kubernetes.";

/// The folder of a container: where its bundle mounts files from, or below a data folder.
pub fn folder(
    configuration: Option<&Configuration>,
    roots: &[PathBuf],
    id: &str,
) -> Option<PathBuf> {
    let mounted = configuration.and_then(|configuration| {
        configuration.sources().find_map(|source| {
            let folder = Path::new(source).parent()?;
            (folder.ends_with(Path::new("containers").join(id))).then(|| folder.to_owned())
        })
    });
    let candidates = mounted
        .into_iter()
        .chain(roots.iter().map(|root| root.join("containers").join(id)));
    candidates
        .into_iter()
        .find(|folder| folder.join("config.v2.json").is_file())
}

/// Takes over what dockerd says.
pub fn take(folder: &Path, links: Links, details: &mut Details) -> std::io::Result<()> {
    let value = file::json(&folder.join("config.v2.json"), links)?;
    let at = |path: &str| value.pointer(path).unwrap_or(&Value::Null);
    details.name = text(at("/Name")).map(|name| name.trim_start_matches('/').to_owned());
    details.image = text(at("/Config/Image"));
    details.image_id = text(at("/Image"));
    details.labels = text_map(at("/Config/Labels"));
    details.user = text(at("/Config/User")).or(details.user.take());
    details.hostname = text(at("/Config/Hostname")).or(details.hostname.take());
    details.env = harmless(texts(at("/Config/Env")));
    details.created_ns = text(at("/Created")).and_then(|text| time::nanoseconds(&text));
    details.started_ns = text(at("/State/StartedAt")).and_then(|text| time::nanoseconds(&text));
    let pid = at("/State/Pid")
        .as_u64()
        .and_then(|pid| u32::try_from(pid).ok());
    details.init_pid = pid.filter(|pid| *pid != 0).or(details.init_pid);
    details.healthcheck = probes::healthcheck(&texts(at("/Config/Healthcheck/Test")));
    let mut command = vec![text(at("/Path")).unwrap_or_default()];
    command.extend(texts(at("/Args")));
    if command.iter().any(|word| !word.is_empty()) {
        details.command = command;
    }
    let networks = at("/NetworkSettings/Networks").as_object();
    details.ip = networks
        .into_iter()
        .flatten()
        .find_map(|(_, network)| text(network.get("IPAddress")?));
    take_host(folder, links, details);
    take_pod(details);
    Ok(())
}

/// What stands in the other file.
fn take_host(folder: &Path, links: Links, details: &mut Details) {
    let value = match file::json(&folder.join("hostconfig.json"), links) {
        Ok(value) => value,
        Err(error) => return details.missing(format!("docker's hostconfig.json: {error}")),
    };
    let is = |key: &str, word: &str| {
        let text = value.get(key).and_then(Value::as_str);
        text.map(|text| text == word)
    };
    details.privileged = value.get("Privileged").and_then(Value::as_bool);
    details.host_pid = is("PidMode", "host").or(details.host_pid);
    details.host_network = is("NetworkMode", "host").or(details.host_network);
    details.host_ipc = is("IpcMode", "host").or(details.host_ipc);
    details.read_only = value
        .get("ReadonlyRootfs")
        .and_then(Value::as_bool)
        .or(details.read_only);
}

fn take_pod(details: &mut Details) {
    let label = |key: &str| details.labels.get(&format!("{LABEL}{key}")).cloned();
    let (Some(name), namespace, uid) =
        (label("pod.name"), label("pod.namespace"), label("pod.uid"))
    else {
        return;
    };
    let (container, sandbox) = (label("container.name"), label("sandbox.id"));
    let kind = details.labels.get("io.kubernetes.docker.type").cloned();
    let pod = details.pod();
    (pod.name, pod.namespace, pod.uid, pod.sandbox_id) = (Some(name), namespace, uid, sandbox);
    details.sandbox = kind.map(|kind| kind == "podsandbox");
    details.name = container.or(details.name.take());
}
