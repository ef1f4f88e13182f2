//! Credentials from a program that the kubeconfig names (`exec`), as `kubectl` asks it.
//!
//! Specification: <https://kubernetes.io/docs/reference/config-api/client-authentication.v1/>.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::error::ClusterError;
use crate::kubeconfig::{FILE_BYTES_MAX, Plugin, Target};

/// Longest line of its complaint that is repeated, in characters.
const COMPLAINT_CHARS_MAX: usize = 300;
/// Pause between looks at whether it has ended.
const LOOK: Duration = Duration::from_millis(10);

/// What it handed out.
#[derive(Debug, Default)]
pub(crate) struct Credentials {
    pub token: Option<String>,
    /// Chain and key, PEM.
    pub certificate: Option<(Vec<u8>, Vec<u8>)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    api_version: String,
    kind: String,
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
}

/// Runs it and waits. Where a person is there, it may ask and speak at the terminal; else it is silent,
/// and its complaint becomes the error.
pub(crate) fn run(
    plugin: &Plugin,
    target: &Target,
    is_interactive: bool,
    patience: Duration,
) -> Result<Credentials, ClusterError> {
    let refuse = |reason: String, hint: Option<String>| ClusterError::Plugin {
        command: plugin.command.display().to_string(),
        reason,
        hint,
    };
    let asks = is_interactive && plugin.mode != "Never";
    if plugin.mode == "Always" && !asks {
        let hint = "sign in by `kubectl` at a terminal first, or use a service account's token";
        return Err(refuse(
            "it must ask a person".to_owned(),
            Some(hint.to_owned()),
        ));
    }
    let mut child = command(plugin, target, asks).spawn().map_err(|error| {
        let hint = plugin.install_hint.clone().map(|hint| {
            let hint = plimsoll_model::text::clean(&hint).into_owned();
            hint.lines().next().unwrap_or_default().to_owned()
        });
        refuse(error.to_string(), hint)
    })?;
    let output = gather(child.stdout.take());
    let complaint = gather(child.stderr.take());
    let Some(is_fine) = wait(&mut child, patience) else {
        return Err(refuse(
            format!("no answer within {} s", patience.as_secs()),
            None,
        ));
    };
    // A child of its own may hold the pipe open: what is there by then is what it said.
    let text = |pipe: mpsc::Receiver<Vec<u8>>| pipe.recv_timeout(Duration::from_secs(5));
    if !is_fine {
        let said = text(complaint).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        let line = said.lines().rev().find(|line| !line.trim().is_empty());
        let line: String = plimsoll_model::text::clean(line.unwrap_or("it failed"))
            .chars()
            .take(COMPLAINT_CHARS_MAX)
            .collect();
        return Err(refuse(
            line,
            Some("run it by hand to see what it wants".to_owned()),
        ));
    }
    let bytes = text(output).unwrap_or_default();
    let answer: Answer = serde_json::from_slice(&bytes)
        .map_err(|error| refuse(format!("its answer is no ExecCredential: {error}"), None))?;
    if answer.kind != "ExecCredential" || answer.api_version != plugin.api_version {
        let reason = format!("its answer is no ExecCredential of {}", plugin.api_version);
        return Err(refuse(reason, None));
    }
    let status = answer.status;
    let status = status.ok_or_else(|| refuse("its answer has no `status`".to_owned(), None))?;
    let certificate = match (status.client_certificate_data, status.client_key_data) {
        (Some(chain), Some(key)) => Some((chain.into_bytes(), key.into_bytes())),
        _ => None,
    };
    let token = status.token.filter(|token| !token.is_empty());
    if token.is_none() && certificate.is_none() {
        return Err(refuse(
            "its answer has neither token nor certificate".to_owned(),
            None,
        ));
    }
    Ok(Credentials { token, certificate })
}

fn command(plugin: &Plugin, target: &Target, asks: bool) -> Command {
    let encoded = target.authority.as_ref().map(|pem| STANDARD.encode(pem));
    // What is absent is left out: `null` would be another thing to some.
    let cluster = plugin.wants_cluster.then(|| {
        let mut map = Map::new();
        map.insert("server".to_owned(), target.server.as_str().into());
        map.insert(
            "insecure-skip-tls-verify".to_owned(),
            target.is_unverified.into(),
        );
        let texts = [
            ("tls-server-name", target.server_name.clone()),
            ("certificate-authority-data", encoded),
        ];
        for (key, text) in texts {
            map.extend(text.map(|text| (key.to_owned(), text.into())));
        }
        Value::Object(map)
    });
    let mut spec = Map::new();
    spec.insert("interactive".to_owned(), asks.into());
    spec.extend(cluster.map(|cluster| ("cluster".to_owned(), cluster)));
    let info = json!({"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": spec});
    let mut command = Command::new(&plugin.command);
    command
        .args(&plugin.arguments)
        .envs(plugin.variables.iter().map(|(name, value)| (name, value)))
        .env("KUBERNETES_EXEC_INFO", info.to_string())
        .stdin(if asks {
            Stdio::inherit()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(if asks {
            Stdio::inherit()
        } else {
            Stdio::piped()
        });
    command
}

/// Reads a pipe on a thread of its own, up to a limit.
fn gather(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.by_ref().take(FILE_BYTES_MAX).read_to_end(&mut bytes);
            let _ = sender.send(bytes);
            // What is past the limit goes nowhere, so that the writer is not held up.
            let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        }
    });
    receiver
}

/// Whether it ended well; nothing where it did not end in time and was stopped.
fn wait(child: &mut Child, patience: Duration) -> Option<bool> {
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) if begun.elapsed() < patience => thread::sleep(LOOK),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}
