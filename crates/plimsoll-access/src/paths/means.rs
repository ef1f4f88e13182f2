//! By which means a step is taken, in words.

use super::{Edge, Paths, Vertex};

/// How one becomes another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// Is it already.
    Is,
    /// Stands for each of several.
    Any,
    /// Everyone in a group has the rights of the group.
    Member,
    Pod,
    Workload,
    ChangePod,
    Enter,
    TokenSecret,
    MadeSecret,
    Token,
    BeUser,
    BeGroup,
    BeAccount,
    BindCluster,
    EscalateCluster,
    BindHere,
    EscalateHere,
    Kubelet,
    Certificate,
    Webhook,
    Policy,
    HostPod,
    HostVolume,
    HostLabel,
    NodeTokens,
}

impl Means {
    pub const fn is_step(self) -> bool {
        !matches!(self, Self::Is | Self::Any | Self::Member)
    }
}

impl Edge {
    /// A step in words, with who comes of it: `creates a pod in namespace shop that runs as
    /// sa:shop/deployer`.
    pub fn tell(&self, becomes: &str) -> String {
        let place = match &*self.namespace {
            "" => "in any namespace".to_owned(),
            namespace => format!("in namespace {namespace}"),
        };
        match self.means {
            Means::Is | Means::Any | Means::Member => String::new(),
            Means::Pod => format!("create a pod {place} that runs as {becomes}"),
            Means::Workload => {
                format!("create or change a workload {place} so that it runs as {becomes}")
            }
            Means::ChangePod => format!("put another image into a pod {place} of {becomes}"),
            Means::Enter => format!("start a process in a pod {place} of {becomes}"),
            Means::TokenSecret => format!("read the token of {becomes} from its Secret"),
            Means::MadeSecret => {
                format!(
                    "create a Secret {place} that is filled with a token of {becomes}, and read it"
                )
            }
            Means::Token => format!("request a token of {becomes}"),
            Means::BeUser | Means::BeGroup | Means::BeAccount => format!("impersonate {becomes}"),
            Means::BindCluster => "bind cluster-admin to itself (verb `bind`)".to_owned(),
            Means::EscalateCluster => {
                "write every right into a ClusterRole that it has (verb `escalate`)".to_owned()
            }
            Means::BindHere => {
                format!("bind cluster-admin to itself {place}, and run as {becomes}")
            }
            Means::EscalateHere => {
                format!("write every right into a Role that it has {place}, and run as {becomes}")
            }
            Means::Kubelet => {
                format!("start a process through the kubelet (`nodes/proxy`) in a pod of {becomes}")
            }
            Means::Certificate => {
                format!("request a client certificate for {becomes} and approve it by itself")
            }
            Means::Webhook => {
                "have each object that others write changed by a webhook of its own".to_owned()
            }
            Means::Policy => {
                "have each object that others write changed by an admission policy of its own"
                    .to_owned()
            }
            Means::HostPod => {
                let why = if self.is_assumed {
                    " (no Pod Security level is known for it)"
                } else if self.namespace.is_empty() {
                    ""
                } else {
                    " (it enforces no Pod Security level)"
                };
                format!("create a pod {place} that has the node's file system{why}")
            }
            Means::HostVolume => {
                format!("create a volume of the node's file system, and a pod {place} with it")
            }
            Means::HostLabel => {
                format!(
                    "turn off Pod Security {place}, and create a pod that has the node's file system"
                )
            }
            Means::NodeTokens => format!("take the token of {becomes} from a pod on the node"),
        }
    }
}

impl Paths {
    /// Who stands at a place, for people.
    pub fn name(&self, vertex: usize) -> String {
        match self.vertices.get(vertex) {
            Some(Vertex::Subject(subject)) => subject.to_string(),
            Some(Vertex::Admin) => "cluster-admin".to_owned(),
            Some(Vertex::Host) => "root on a node".to_owned(),
            Some(Vertex::AllSecrets) => "a reader of every secret".to_owned(),
            Some(Vertex::AnyAccount | Vertex::AnyRunning | Vertex::AnyToken) => {
                "any service account".to_owned()
            }
            Some(Vertex::AnyUser) => "any user".to_owned(),
            Some(Vertex::AnyGroup) => "any group".to_owned(),
            Some(
                Vertex::AccountsOf(namespace)
                | Vertex::RunningIn(namespace)
                | Vertex::TokensIn(namespace),
            ) => format!("a service account of {namespace}"),
            None => String::new(),
        }
    }
}
