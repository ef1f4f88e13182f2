//! What an `admission.k8s.io/v1` review asks.

use plimsoll_object::yaml::Node;
use plimsoll_policy::Trouble;

use super::uid::UID_BYTES_MAX;

/// The version of the API that is spoken.
pub const API_VERSION: &str = "admission.k8s.io/v1";
/// An older one, in which at least a refusal can be told.
pub const API_VERSION_BEFORE: &str = "admission.k8s.io/v1beta1";

/// Why a request could not be judged: the kind of trouble and a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub trouble: Trouble,
    pub message: String,
}

impl Refusal {
    pub fn new(trouble: Trouble, message: impl Into<String>) -> Self {
        Self {
            trouble,
            message: message.into(),
        }
    }

    fn unreadable(message: impl Into<String>) -> Self {
        Self::new(Trouble::Unreadable, message)
    }
}

/// What is to be done with the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Create,
    Update,
    Delete,
    Connect,
}

impl Operation {
    const ALL: [Self; 4] = [Self::Create, Self::Update, Self::Delete, Self::Connect];

    /// Kubernetes' word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
        }
    }
}

/// One request to the API server.
#[derive(Debug, Clone)]
pub struct Review<'a> {
    pub uid: &'a str,
    pub operation: Operation,
    pub is_dry_run: bool,
    /// `apps`; empty for the core.
    pub group: &'a str,
    pub version: &'a str,
    pub kind: &'a str,
    pub resource: &'a str,
    /// `scale`, `exec`; empty for the object itself.
    pub subresource: &'a str,
    /// Empty for objects outside of namespaces.
    pub namespace: &'a str,
    pub name: &'a str,
    pub user: &'a str,
    pub groups: Vec<&'a str>,
    pub object: Option<&'a Node>,
    pub old_object: Option<&'a Node>,
}

impl<'a> Review<'a> {
    /// Reads a review. The API server's own order of things is not relied upon.
    pub fn read(root: &'a Node) -> Result<Self, Refusal> {
        let version = text(root, &["apiVersion"]).unwrap_or_default();
        if text(root, &["kind"]) != Some("AdmissionReview") {
            return Err(Refusal::unreadable("the body is no AdmissionReview"));
        }
        if version != API_VERSION {
            let version = plimsoll_model::text::clean(version);
            return Err(Refusal::unreadable(format!(
                "`{version}` is not spoken here, only {API_VERSION}: \
                 set `admissionReviewVersions: [v1]` in the webhook's configuration"
            )));
        }
        let request = root
            .at_path(&["request"])
            .ok_or_else(|| Refusal::unreadable("the AdmissionReview has no `request`"))?;
        Self::of_request(request)
    }

    fn of_request(request: &'a Node) -> Result<Self, Refusal> {
        let uid = text(request, &["uid"]).unwrap_or_default();
        if uid.is_empty() || uid.len() > UID_BYTES_MAX {
            return Err(Refusal::unreadable("the request has no `uid`"));
        }
        let said = text(request, &["operation"]).unwrap_or_default();
        let mut known = Operation::ALL.into_iter();
        let operation = known.find(|one| one.as_str() == said);
        let operation =
            operation.ok_or_else(|| Refusal::unreadable("the request has no known `operation`"))?;
        let or_empty = |path: &[&str]| text(request, path).unwrap_or_default();
        let groups = request.at_path(&["userInfo", "groups"]);
        let groups = groups.map_or(&[][..], Node::items).iter();
        let is_dry_run = request.at_path(&["dryRun"]).and_then(Node::as_bool);
        Ok(Self {
            uid,
            operation,
            is_dry_run: is_dry_run == Some(true),
            group: or_empty(&["kind", "group"]),
            version: or_empty(&["kind", "version"]),
            kind: or_empty(&["kind", "kind"]),
            resource: or_empty(&["resource", "resource"]),
            subresource: or_empty(&["subResource"]),
            namespace: or_empty(&["namespace"]),
            name: or_empty(&["name"]),
            user: or_empty(&["userInfo", "username"]),
            groups: groups.filter_map(Node::as_str).collect(),
            object: request.at_path(&["object"]),
            old_object: request.at_path(&["oldObject"]),
        })
    }

    /// `apps/v1`, `v1`.
    pub fn api_version(&self) -> String {
        match self.group {
            "" => self.version.to_owned(),
            group => format!("{group}/{}", self.version),
        }
    }

    /// The object, where one has to be there and be what the request says it is.
    pub fn object(&self) -> Result<&'a Node, Refusal> {
        let node = self
            .object
            .ok_or_else(|| Refusal::unreadable("the request has no `object`"))?;
        self.hold(node)?;
        Ok(node)
    }

    /// The object as it was before; absent where it is created.
    pub fn old_object(&self) -> Result<Option<&'a Node>, Refusal> {
        if self.operation != Operation::Update {
            return Ok(None);
        }
        let node = self
            .old_object
            .ok_or_else(|| Refusal::unreadable("the update has no `oldObject`"))?;
        self.hold(node)?;
        Ok(Some(node))
    }

    fn hold(&self, node: &Node) -> Result<(), Refusal> {
        let is_so = text(node, &["kind"]) == Some(self.kind)
            && text(node, &["apiVersion"]) == Some(&*self.api_version());
        if !is_so {
            return Err(Refusal::unreadable(
                "the object is of another kind than the request says",
            ));
        }
        Ok(())
    }
}

fn text<'a>(node: &'a Node, path: &[&str]) -> Option<&'a str> {
    node.at_path(path).and_then(Node::as_str)
}
