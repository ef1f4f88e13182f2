//! Where the cluster is and how to sign in: kubeconfig files, or the service account of the pod that
//! this runs in. Several files are laid over each other as `kubectl` does: what is named first counts.

mod file;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use file::{Exec, File, NamedCluster, NamedContext, NamedUser, UserEntry};
use plimsoll_image::read_file_capped;

use crate::error::ClusterError;

/// Largest kubeconfig, key or certificate, in bytes.
pub(crate) const FILE_BYTES_MAX: u64 = 4 << 20;
/// Where the kubelet puts a pod's token.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// What the process knows of where it runs. Read by the program, which alone looks at its
/// environment.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// `KUBECONFIG`: paths, separated as in `PATH`.
    pub kubeconfig: Option<OsString>,
    pub home: Option<PathBuf>,
    /// `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT`, set in every pod.
    pub service: Option<(String, String)>,
    /// Another folder than the kubelet's with `token`, `ca.crt` and `namespace`.
    pub service_account: Option<PathBuf>,
    /// Whether a person can be asked by a program that signs in.
    pub is_interactive: bool,
}

/// What the user chose.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// `--kubeconfig`: this file alone.
    pub kubeconfig: Option<PathBuf>,
    /// `--context`, else the current one.
    pub context: Option<String>,
}

/// Where to and as whom.
#[derive(Debug, Default)]
pub(crate) struct Target {
    /// The context's name, or `in-cluster`.
    pub name: String,
    pub server: String,
    /// PEM; the system's authorities where there is none.
    pub authority: Option<Vec<u8>>,
    pub server_name: Option<String>,
    pub is_unverified: bool,
    pub proxy: Option<String>,
    pub user: User,
}

/// How to sign in.
#[derive(Debug, Default)]
pub(crate) struct User {
    pub token: Option<String>,
    pub token_file: Option<PathBuf>,
    /// Chain and key, PEM.
    pub certificate: Option<(Vec<u8>, Vec<u8>)>,
    pub plugin: Option<Plugin>,
    /// Headers that say for whom we act.
    pub impersonation: Vec<(String, String)>,
}

/// A program that hands out credentials.
#[derive(Debug, Clone)]
pub(crate) struct Plugin {
    /// A path, or a name that is looked up.
    pub command: PathBuf,
    pub arguments: Vec<String>,
    pub variables: Vec<(String, String)>,
    pub api_version: String,
    pub install_hint: Option<String>,
    pub mode: String,
    pub wants_cluster: bool,
}

/// Entries of all files, each with the folder that its relative paths start from.
#[derive(Default)]
struct Merged {
    /// The files, for messages.
    name: String,
    current: Option<String>,
    clusters: Vec<(PathBuf, NamedCluster)>,
    contexts: Vec<NamedContext>,
    users: Vec<(PathBuf, NamedUser)>,
}

/// Finds the cluster: the file that was named, those of `KUBECONFIG`, `~/.kube/config`, or else the
/// service account of a pod.
pub(crate) fn target(choice: &Choice, around: &Surroundings) -> Result<Target, ClusterError> {
    let mut merged = Merged::default();
    if let Some(path) = &choice.kubeconfig {
        merged.lay_below(path)?;
    } else if let Some(list) = around.kubeconfig.as_ref().filter(|list| !list.is_empty()) {
        // One of several may be missing.
        let paths: Vec<PathBuf> = std::env::split_paths(list).collect();
        for path in paths.iter().filter(|path| !path.as_os_str().is_empty()) {
            if path.exists() || paths.len() == 1 {
                merged.lay_below(path)?;
            }
        }
    } else if let Some(path) = around.home.as_ref().map(|home| home.join(".kube/config"))
        && path.exists()
    {
        merged.lay_below(&path)?;
    }
    if !merged.name.is_empty() {
        return merged.choose(choice.context.as_deref());
    }
    match (&around.service, &choice.context) {
        (Some((host, port)), None) => in_cluster(host, port, around),
        _ => Err(ClusterError::Kubeconfig {
            name: "~/.kube/config".to_owned(),
            reason: "there is none".to_owned(),
            hint: Some("name one by --kubeconfig or KUBECONFIG".to_owned()),
        }),
    }
}

/// The name and address of the cluster that would be read. Nothing is sent.
pub fn chosen(choice: &Choice, around: &Surroundings) -> Result<(String, String), ClusterError> {
    target(choice, around).map(|target| (target.name, target.server))
}

/// The cluster of one file's text, for fuzzing. Files that it names are read.
pub(crate) fn parsed(name: &str, text: &str) -> Result<Target, ClusterError> {
    let mut merged = Merged::default();
    merged.lay_text_below(Path::new(name), text)?;
    merged.choose(None)
}

fn in_cluster(host: &str, port: &str, around: &Surroundings) -> Result<Target, ClusterError> {
    let folder = around.service_account.clone();
    let folder = folder.unwrap_or_else(|| PathBuf::from(SERVICE_ACCOUNT));
    let host = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    let authority = read(&folder.join("ca.crt"), "of the service account")?;
    Ok(Target {
        name: "in-cluster".to_owned(),
        server: format!("https://{host}:{port}"),
        authority: Some(authority),
        user: User {
            token_file: Some(folder.join("token")),
            ..User::default()
        },
        ..Target::default()
    })
}

impl Merged {
    /// Adds a file whose entries count where those before have none of the same name.
    fn lay_below(&mut self, path: &Path) -> Result<(), ClusterError> {
        let name = path.display().to_string();
        let bytes = read(path, &name)?;
        let text = String::from_utf8(bytes).map_err(|_| refuse(&name, "it is not UTF-8", None))?;
        self.lay_text_below(path, &text)
    }

    fn lay_text_below(&mut self, path: &Path, text: &str) -> Result<(), ClusterError> {
        let name = path.display().to_string();
        let file: Option<File> = serde_saphyr::from_str(text).map_err(|error| {
            let error = error.to_string();
            let reason = error.lines().next().unwrap_or_default().to_owned();
            refuse(&name, reason, None)
        })?;
        let file = file.unwrap_or_default();
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        if !self.name.is_empty() {
            self.name.push(':');
        }
        self.name.push_str(&name);
        let current = file.current_context.filter(|name| !name.is_empty());
        self.current = self.current.take().or(current);
        for entry in file.clusters.unwrap_or_default() {
            if !self
                .clusters
                .iter()
                .any(|(_, other)| other.name == entry.name)
            {
                self.clusters.push((folder.clone(), entry));
            }
        }
        for entry in file.contexts.unwrap_or_default() {
            if !self.contexts.iter().any(|other| other.name == entry.name) {
                self.contexts.push(entry);
            }
        }
        for entry in file.users.unwrap_or_default() {
            if !self.users.iter().any(|(_, other)| other.name == entry.name) {
                self.users.push((folder.clone(), entry));
            }
        }
        Ok(())
    }

    fn choose(mut self, context: Option<&str>) -> Result<Target, ClusterError> {
        let file = std::mem::take(&mut self.name);
        let mut known: Vec<&str> = self.contexts.iter().map(|entry| &*entry.name).collect();
        known.sort_unstable();
        let known = match known.as_slice() {
            [] => "it has no context".to_owned(),
            names => format!("its contexts: {}", names.join(", ")),
        };
        let Some(name) = context.map(str::to_owned).or(self.current.take()) else {
            let hint = format!("choose one by --context; {known}");
            return Err(refuse(&file, "it has no current context", Some(hint)));
        };
        let entry = self.contexts.iter().find(|entry| entry.name == name);
        let Some(context) = entry.and_then(|entry| entry.context.as_ref()) else {
            return Err(refuse(&file, format!("no context `{name}`"), Some(known)));
        };
        let wanted = context.cluster.as_deref().unwrap_or_default();
        let cluster = self
            .clusters
            .into_iter()
            .find(|(_, entry)| entry.name == wanted);
        let Some((folder, Some(cluster))) = cluster.map(|(folder, entry)| (folder, entry.cluster))
        else {
            let reason =
                format!("the context `{name}` names the cluster `{wanted}`, which is not there");
            return Err(refuse(&file, reason, None));
        };
        let mut target = Target {
            name: name.clone(),
            server: cluster.server.unwrap_or_default(),
            authority: bytes(
                cluster.certificate_authority_data.as_deref(),
                cluster.certificate_authority.as_deref(),
                &folder,
                (&file, "certificate-authority"),
            )?,
            server_name: cluster.tls_server_name.filter(|name| !name.is_empty()),
            is_unverified: cluster.insecure_skip_tls_verify == Some(true),
            proxy: cluster.proxy_url.filter(|url| !url.is_empty()),
            user: User::default(),
        };
        if target.server.is_empty() {
            let reason = format!("the cluster `{wanted}` has no `server`");
            return Err(refuse(&file, reason, None));
        }
        // A context without a user is one without credentials.
        let Some(wanted) = context.user.as_deref().filter(|user| !user.is_empty()) else {
            return Ok(target);
        };
        let user = self
            .users
            .into_iter()
            .find(|(_, entry)| entry.name == wanted);
        let Some((folder, entry)) = user else {
            let reason =
                format!("the context `{name}` names the user `{wanted}`, who is not there");
            return Err(refuse(&file, reason, None));
        };
        target.user = entry
            .user
            .unwrap_or_default()
            .read(&file, wanted, &folder)?;
        Ok(target)
    }
}

impl UserEntry {
    fn read(self, file: &str, name: &str, folder: &Path) -> Result<User, ClusterError> {
        let chain = bytes(
            self.client_certificate_data.as_deref(),
            self.client_certificate.as_deref(),
            folder,
            (file, "client-certificate"),
        )?;
        let key = bytes(
            self.client_key_data.as_deref(),
            self.client_key.as_deref(),
            folder,
            (file, "client-key"),
        )?;
        let certificate = match (chain, key) {
            (Some(chain), Some(key)) => Some((chain, key)),
            (None, None) => None,
            _ => {
                let reason = format!(
                    "the user `{name}` has a certificate without a key, or a key without one"
                );
                return Err(refuse(file, reason, None));
            }
        };
        let has_none = self.token.is_none() && self.token_file.is_none() && certificate.is_none();
        if let Some(provider) = self
            .auth_provider
            .filter(|_| has_none && self.exec.is_none())
        {
            let reason = format!(
                "the user `{name}` signs in by the auth provider `{}`, which Kubernetes 1.26 gave up",
                provider.name
            );
            let hint = "write the kubeconfig anew with the provider's own tool";
            return Err(refuse(file, reason, Some(hint.to_owned())));
        }
        if self.username.is_some() && has_none && self.exec.is_none() {
            let reason = format!("the user `{name}` has a password, which Kubernetes 1.19 gave up");
            return Err(refuse(file, reason, None));
        }
        let mut impersonation = Vec::new();
        for (header, value) in [
            ("Impersonate-User", self.acts_as),
            ("Impersonate-Uid", self.as_uid),
        ] {
            impersonation.extend(value.map(|value| (header.to_owned(), value)));
        }
        for group in self.as_groups.unwrap_or_default() {
            impersonation.push(("Impersonate-Group".to_owned(), group));
        }
        Ok(User {
            token: self.token.filter(|token| !token.is_empty()),
            token_file: self.token_file.map(|path| folder.join(path)),
            certificate,
            plugin: self
                .exec
                .map(|exec| exec.read(file, name, folder))
                .transpose()?,
            impersonation,
        })
    }
}

impl Exec {
    fn read(self, file: &str, name: &str, folder: &Path) -> Result<Plugin, ClusterError> {
        let known =
            ["v1", "v1beta1"].map(|version| format!("client.authentication.k8s.io/{version}"));
        if !known.contains(&self.api_version) {
            let reason = format!(
                "the plugin of the user `{name}` speaks `{}`, which is not spoken any more",
                self.api_version
            );
            let hint = format!("it should speak {}", known.join(" or "));
            return Err(refuse(file, reason, Some(hint)));
        }
        if self.command.is_empty() {
            let reason = format!("the plugin of the user `{name}` has no `command`");
            return Err(refuse(file, reason, None));
        }
        // A bare name is looked up on the path; anything else starts from the file.
        let command = if self.command.contains('/') {
            folder.join(&self.command)
        } else {
            PathBuf::from(&self.command)
        };
        Ok(Plugin {
            command,
            arguments: self.args.unwrap_or_default(),
            variables: self
                .env
                .unwrap_or_default()
                .into_iter()
                .map(|variable| (variable.name, variable.value))
                .collect(),
            api_version: self.api_version,
            install_hint: self.install_hint,
            mode: self
                .interactive_mode
                .unwrap_or_else(|| "IfAvailable".to_owned()),
            wants_cluster: self.provide_cluster_info,
        })
    }
}

/// What stands in the file as base64, or in the file that it names.
fn bytes(
    data: Option<&str>,
    path: Option<&str>,
    folder: &Path,
    (file, field): (&str, &str),
) -> Result<Option<Vec<u8>>, ClusterError> {
    if let Some(data) = data.filter(|data| !data.is_empty()) {
        let plain: String = data.split_whitespace().collect();
        let decoded = STANDARD.decode(plain);
        return decoded
            .map(Some)
            .map_err(|_| refuse(file, format!("`{field}-data` is no base64"), None));
    }
    let Some(path) = path.filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let path = folder.join(path);
    read_file_capped(&path, FILE_BYTES_MAX)
        .map(Some)
        .map_err(|error| {
            refuse(
                file,
                format!("`{field}` names {}: {error}", path.display()),
                None,
            )
        })
}

fn read(path: &Path, name: &str) -> Result<Vec<u8>, ClusterError> {
    read_file_capped(path, FILE_BYTES_MAX).map_err(|error| refuse(name, error.to_string(), None))
}

fn refuse(name: &str, reason: impl Into<String>, hint: Option<String>) -> ClusterError {
    ClusterError::Kubeconfig {
        name: name.to_owned(),
        reason: reason.into(),
        hint,
    }
}
