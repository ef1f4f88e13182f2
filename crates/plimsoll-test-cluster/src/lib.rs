//! Kubernetes' own API server for tests: started on free ports in a temporary folder, asked by a
//! small client, stopped when the test ends, also when it ends badly. For tests only: what goes
//! wrong panics and says what to install.
//!
//! There is no controller, scheduler or kubelet: Deployments make no pods, namespaces get no service
//! accounts (but by [`Cluster::namespace`]), and deletions that wait for a controller do not end.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "for tests: what fails, fails the test"
)]

mod client;
mod keys;
mod process;

use std::fmt::Write;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub use client::{Answer, Client};
use process::Process;
use serde_json::{Value, json};

/// Longest wait for a server, on a machine that does much else.
const READY_SECONDS_MAX: u64 = 120;
/// Starts that are tried: another process may take a port that was free.
const STARTS_MAX: usize = 3;

/// Users with a token, and their groups: `admin` may do everything, the others nothing until a
/// binding says so.
pub const USERS: &[(&str, &str)] = &[
    ("admin", "system:masters"),
    ("jane", "developers"),
    ("nobody", ""),
];

/// A running cluster. Dropping it stops its processes.
pub struct Cluster {
    folder: tempfile::TempDir,
    port: u16,
    admin: Client,
    // Dropped in this order: the API server lingers without its store.
    api_server: Process,
    store: Process,
}

impl Cluster {
    /// Starts a store and an API server and waits until it answers: four to eight seconds.
    ///
    /// # Panics
    /// When a program is missing or the server does not come up; the message has its last lines.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// [`Cluster::start`], with further arguments for the API server; it runs in the cluster's folder.
    ///
    /// # Panics
    /// As [`Cluster::start`] does.
    pub fn start_with(arguments: &[&str]) -> Self {
        let program = programs();
        for attempt in 1.. {
            match Self::attempt(&program, arguments) {
                Ok(cluster) => return cluster,
                Err(reason) if attempt == STARTS_MAX => panic!("no API server: {reason}"),
                Err(_) => {}
            }
        }
        unreachable!()
    }

    fn attempt(program: &Path, arguments: &[&str]) -> Result<Self, String> {
        // Short: sockets may lie in there.
        let folder = tempfile::Builder::new().prefix("kube-").tempdir().unwrap();
        let path = folder.path();
        keys::make(path);
        let mut tokens = String::new();
        for (user, groups) in USERS {
            writeln!(tokens, "{user}-token,{user},{user},\"{groups}\"").unwrap();
        }
        fs::write(path.join("tokens.csv"), tokens).unwrap();
        let [client_port, peer_port, port] = free_ports();
        let store = store(path, client_port, peer_port);
        let api_server = api_server(program, path, [client_port, port], arguments);
        let url = format!("https://127.0.0.1:{port}");
        let authority = fs::read(path.join("ca.crt")).unwrap();
        let admin = Client::new(&url, &authority, Some("admin-token"));
        let cluster = Self {
            folder,
            port,
            admin,
            api_server,
            store,
        };
        cluster.wait()?;
        for namespace in ["default", "kube-system"] {
            cluster.service_account(namespace);
        }
        Ok(cluster)
    }

    /// Until it is ready, and has made the namespaces that it makes itself.
    fn wait(&self) -> Result<(), String> {
        let begun = Instant::now();
        let ready =
            |path: &str| matches!(self.admin.try_get(path), Ok(answer) if answer.status == 200);
        let paths = [
            "/readyz",
            "/api/v1/namespaces/default",
            "/api/v1/namespaces/kube-system",
        ];
        while !paths.iter().all(|path| ready(path)) {
            let late = begun.elapsed() > Duration::from_secs(READY_SECONDS_MAX);
            if late || self.api_server.has_ended() || self.store.has_ended() {
                return Err(format!(
                    "not ready after {:?}\nkube-apiserver: {}\netcd (package etcd-server): {}",
                    begun.elapsed(),
                    self.api_server.last_lines(),
                    self.store.last_lines()
                ));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// `https://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// A folder that lives as long as the cluster, for files of the test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The certificate authority, PEM.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.crt")
    }

    /// A client certificate of the user `carol`, PEM, and its key.
    pub fn client_certificate(&self) -> (PathBuf, PathBuf) {
        let path = self.folder.path();
        (path.join("carol.crt"), path.join("carol.key"))
    }

    /// The administrator's client.
    pub fn admin(&self) -> &Client {
        &self.admin
    }

    /// The token of one of [`USERS`].
    pub fn token(user: &str) -> String {
        format!("{user}-token")
    }

    /// A client of one of [`USERS`].
    pub fn client(&self, user: &str) -> Client {
        let authority = fs::read(self.authority()).unwrap();
        Client::new(&self.url(), &authority, Some(&Self::token(user)))
    }

    /// A kubeconfig that signs in one of [`USERS`] by token; its context has the user's name.
    pub fn kubeconfig(&self, user: &str) -> PathBuf {
        let path = self.folder.path().join(format!("{user}.kubeconfig"));
        let text = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": user,
            "clusters": [{"name": "test", "cluster": {
                "server": self.url(), "certificate-authority": self.authority(),
            }}],
            "users": [{"name": user, "user": {"token": Self::token(user)}}],
            "contexts": [{"name": user, "context": {"cluster": "test", "user": user}}],
        });
        fs::write(&path, text.to_string()).unwrap();
        path
    }

    /// Makes a namespace with labels and its service account.
    pub fn namespace(&self, name: &str, labels: &Value) {
        let object = json!({
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": name, "labels": labels},
        });
        self.admin.create("/api/v1/namespaces", &object);
        self.service_account(name);
    }

    fn service_account(&self, namespace: &str) {
        let object = json!({
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"},
        });
        self.admin.create(
            &format!("/api/v1/namespaces/{namespace}/serviceaccounts"),
            &object,
        );
    }
}

/// `kube-apiserver`, built by `script/test`.
fn programs() -> PathBuf {
    let folder = std::env::var_os("PLIMSOLL_TEST_KUBE").expect(
        "PLIMSOLL_TEST_KUBE names the folder with kube-apiserver; script/test builds it and sets it",
    );
    let program = PathBuf::from(folder).join("kube-apiserver");
    assert!(program.is_file(), "{} is missing", program.display());
    program
}

/// Ports that are free now.
fn free_ports<const N: usize>() -> [u16; N] {
    let listeners: [TcpListener; N] =
        std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

fn store(folder: &Path, client_port: u16, peer_port: u16) -> Process {
    let client = format!("http://127.0.0.1:{client_port}");
    let peer = format!("http://127.0.0.1:{peer_port}");
    let arguments = [
        "--data-dir",
        "etcd",
        "--unsafe-no-fsync",
        "--listen-client-urls",
        &client,
        "--advertise-client-urls",
        &client,
        "--listen-peer-urls",
        &peer,
        "--initial-advertise-peer-urls",
        &peer,
        "--initial-cluster",
        &format!("default={peer}"),
    ];
    Process::start(Path::new("etcd"), &arguments, folder)
}

fn api_server(
    program: &Path,
    folder: &Path,
    [store_port, port]: [u16; 2],
    further: &[&str],
) -> Process {
    let store = format!("--etcd-servers=http://127.0.0.1:{store_port}");
    let port = format!("--secure-port={port}");
    let arguments = [
        &store,
        &port,
        "--bind-address=127.0.0.1",
        "--cert-dir=.",
        "--tls-cert-file=server.crt",
        "--tls-private-key-file=server.key",
        "--client-ca-file=ca.crt",
        "--token-auth-file=tokens.csv",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-account-signing-key-file=accounts.key",
        "--service-account-key-file=accounts.key",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--endpoint-reconciler-type=none",
        "--profiling=false",
        "--allow-privileged=true",
    ];
    Process::start(program, &[&arguments, further].concat(), folder)
}
