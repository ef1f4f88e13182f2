//! What keeps a cluster from being read at all.

/// Why there is no answer. Completes "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No kubeconfig, or what it says cannot be used.
    #[error("read the kubeconfig {name}: {reason}")]
    Kubeconfig {
        name: String,
        reason: String,
        hint: Option<String>,
    },
    /// The program that hands out credentials did not.
    #[error("sign in by `{command}`: {reason}")]
    Plugin {
        command: String,
        reason: String,
        hint: Option<String>,
    },
    /// The server cannot be reached, is not who it should be, or does not know us.
    #[error("ask the cluster at {server}: {reason}")]
    Server {
        server: String,
        reason: String,
        hint: Option<String>,
    },
}

impl ClusterError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Kubeconfig { hint, .. }
            | Self::Plugin { hint, .. }
            | Self::Server { hint, .. } => hint.as_deref(),
        }
    }
}
