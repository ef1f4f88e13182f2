//! The whole cluster, kind by kind and page by page.

use std::collections::HashSet;

use plimsoll_model::Unknown;
use serde::Deserialize;
use xxhash_rust::xxh3::Xxh3;

use crate::connection::{BodyError, Connection, Refusal, Timeouts};
use crate::discovery::{self, JSON, Resource};
use crate::error::ClusterError;
use crate::kubeconfig::{self, Choice, Surroundings};
use crate::list;
use crate::object::Item;

/// Metadata without the rest: all that is asked for of Secrets.
const METADATA: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
/// The type of Secrets that hold the token of a service account.
const ACCOUNT_TOKEN: &str = "kubernetes.io/service-account-token";
/// Most objects of one run.
const OBJECTS_MAX: u64 = 2_000_000;
/// Most pages of one kind.
const PAGES_MAX: u32 = 100_000;
/// Most pages in a row that bring nothing new.
const IDLE_PAGES_MAX: u32 = 20;
/// Longest token that leads to the next page, in bytes.
const TOKEN_BYTES_MAX: usize = 64 << 10;
/// Kinds in a row without an answer after which no more are asked for.
const SILENT_KINDS_MAX: u32 = 3;
/// Largest answer about one namespace or the version, in bytes.
const SMALL_BYTES_MAX: u64 = 4 << 20;

/// How to read.
#[derive(Debug, Clone)]
pub struct Options {
    pub choice: Choice,
    pub timeouts: Timeouts,
    /// Objects of one page.
    pub page: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            choice: Choice::default(),
            timeouts: Timeouts::default(),
            page: 500,
        }
    }
}

/// What to read.
pub struct Wanted<'a> {
    /// Only these, with the Namespace objects themselves, and no kinds outside of namespaces; all where
    /// there are none.
    pub namespaces: &'a [String],
    pub is_kind: &'a dyn Fn(&Resource) -> bool,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Read {
    pub objects: u64,
    /// Kinds that were listed.
    pub kinds: usize,
    /// Kinds and objects that were not.
    pub unknowns: Vec<Unknown>,
}

/// The release of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// `v1.36.3`.
    pub text: String,
    /// The minor version of Kubernetes 1.
    pub minor: u16,
}

/// A cluster that answers.
pub struct Cluster {
    connection: Connection,
    version: Option<Version>,
    page: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VersionAnswer {
    git_version: String,
    major: String,
    minor: String,
}

/// Which Secrets a list is of.
struct SecretList {
    selector: String,
    /// Their type, where they all have one.
    kind: Option<&'static str>,
}

/// How a list ended.
enum End {
    Whole,
    /// The one who is handed the objects wants no more.
    Stop,
    Refused(Refusal),
}

impl Cluster {
    /// Signs in and asks for the version.
    pub fn connect(options: &Options, around: &Surroundings) -> Result<Self, ClusterError> {
        let target = kubeconfig::target(&options.choice, around)?;
        let mut connection = Connection::open(target, around.is_interactive, options.timeouts)?;
        let version = version(&mut connection)?;
        Ok(Self {
            connection,
            version,
            page: options.page.max(1),
        })
    }

    /// The context's name, or `in-cluster`.
    pub fn name(&self) -> &str {
        self.connection.name()
    }

    /// The server's address.
    pub fn server(&self) -> &str {
        self.connection.server()
    }

    /// Nothing where the server does not say.
    pub fn version(&self) -> Option<&Version> {
        self.version.as_ref()
    }

    /// Whether the kubeconfig forgoes to verify who answers.
    pub fn is_unverified(&self) -> bool {
        self.connection.is_unverified()
    }

    /// Requests sent so far.
    pub fn requests(&self) -> u64 {
        self.connection.requests
    }

    /// Hands each object to `each`, by kind and in the server's order, until that is `false`. What
    /// may not be read, or stops to answer, is an unknown; an error is that nothing can be read.
    pub fn read(
        &mut self,
        wanted: &Wanted<'_>,
        each: &mut dyn FnMut(Item) -> bool,
    ) -> Result<Read, ClusterError> {
        let served = discovery::served(&mut self.connection)?;
        let mut read = Read {
            unknowns: served.unknowns,
            ..Read::default()
        };
        let kinds = served.resources.into_iter();
        let kinds: Vec<Resource> = kinds
            .filter(|resource| (wanted.is_kind)(resource))
            .collect();
        for namespace in wanted.namespaces {
            self.namespace(namespace, &kinds, &mut read, each)?;
        }
        let (mut silent, mut forbidden) = (0, 0);
        for resource in &kinds {
            if !wanted.namespaces.is_empty() && !resource.is_namespaced {
                continue;
            }
            let places: Vec<Option<&str>> = if wanted.namespaces.is_empty() {
                vec![None]
            } else {
                wanted.namespaces.iter().map(|name| Some(&**name)).collect()
            };
            read.kinds += 1;
            for place in places {
                let refusal = match self.kind(resource, place, &mut read, each) {
                    End::Whole => {
                        silent = 0;
                        continue;
                    }
                    End::Stop => return Ok(read),
                    End::Refused(Refusal::Fatal(error)) => return Err(error),
                    End::Refused(refusal) => refusal,
                };
                silent = match refusal {
                    Refusal::Nothing(_) => silent + 1,
                    _ => 0,
                };
                forbidden += usize::from(matches!(refusal, Refusal::Status { code: 403, .. }));
                read.unknowns.push(unknown(resource, place, &refusal));
                if silent >= SILENT_KINDS_MAX {
                    let reason =
                        "the server answers no more: the kinds after this one are not read";
                    let unknown = Unknown::at(resource.display(), reason);
                    read.unknowns.push(unknown);
                    return Ok(read);
                }
            }
        }
        // A cluster of which nothing may be seen is no cluster without defects.
        if read.objects == 0 && forbidden > 0 {
            let reason = "it lets us list nothing (403)".to_owned();
            let hint = "docs/guide/cluster.md has the ClusterRole that is needed";
            return Err(self.connection.error(reason, Some(hint)));
        }
        Ok(read)
    }

    /// A namespace that the user named must be there.
    fn namespace(
        &mut self,
        name: &str,
        kinds: &[Resource],
        read: &mut Read,
        each: &mut dyn FnMut(Item) -> bool,
    ) -> Result<(), ClusterError> {
        let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || !name.bytes().all(is_word) {
            let reason = format!("`{name}` is no name of a namespace");
            return Err(self.connection.error(reason, None));
        }
        let path = format!("/api/v1/namespaces/{name}");
        let answer = self.connection.get(&path, JSON, &mut |answer| {
            discovery::whole(answer, SMALL_BYTES_MAX).map(|(_, bytes)| bytes)
        });
        let refusal = match answer {
            Ok(bytes) => {
                let resource = kinds
                    .iter()
                    .find(|one| one.group.is_empty() && one.kind == "Namespace");
                let value = serde_json::from_slice(&bytes).ok();
                if let Some(resource) = resource
                    && let Some(item) = value.and_then(|value| Item::read(value, resource))
                {
                    read.objects += 1;
                    each(item);
                }
                return Ok(());
            }
            Err(refusal) => refusal,
        };
        match refusal {
            Refusal::Fatal(error) => Err(error),
            Refusal::Status { code: 404, .. } => {
                let reason = format!("it has no namespace `{name}`");
                Err(self
                    .connection
                    .error(reason, Some("`kubectl get namespaces` lists them")))
            }
            Refusal::Status { code: 403, .. } => {
                let reason = "may not get the namespace itself, with its labels";
                read.unknowns
                    .push(Unknown::at(format!("Namespace/{name}"), reason));
                Ok(())
            }
            Refusal::Status { code, message } => {
                let reason = format!("the namespace was not given: {code} {message}");
                read.unknowns
                    .push(Unknown::at(format!("Namespace/{name}"), reason));
                Ok(())
            }
            Refusal::Nothing(reason) | Refusal::Wrong(reason) => {
                read.unknowns
                    .push(Unknown::at(format!("Namespace/{name}"), reason));
                Ok(())
            }
        }
    }

    /// Every page of a kind. Where a page expires before it is asked for, the kind is begun again, once;
    /// what was handed on already is not handed on twice.
    fn kind(
        &mut self,
        resource: &Resource,
        namespace: Option<&str>,
        read: &mut Read,
        each: &mut dyn FnMut(Item) -> bool,
    ) -> End {
        let is_secret = resource.group.is_empty() && resource.kind == "Secret";
        if !is_secret {
            return self.list(resource, namespace, None, read, each);
        }
        // Metadata does not tell the type, but which token is whose matters: they are asked for apart.
        for (sign, kind) in [("=", Some(ACCOUNT_TOKEN)), ("!=", None)] {
            let secret = SecretList {
                selector: format!("type{sign}{ACCOUNT_TOKEN}"),
                kind,
            };
            match self.list(resource, namespace, Some(&secret), read, each) {
                End::Whole => {}
                end => return end,
            }
        }
        End::Whole
    }

    fn list(
        &mut self,
        resource: &Resource,
        namespace: Option<&str>,
        secret: Option<&SecretList>,
        read: &mut Read,
        each: &mut dyn FnMut(Item) -> bool,
    ) -> End {
        let accept = if secret.is_some() { METADATA } else { JSON };
        let path = resource.path(namespace);
        let mut seen = HashSet::new();
        let mut next = String::new();
        let mut was_begun_again = false;
        let mut has_stopped = false;
        let mut nameless = 0_u64;
        let mut idle = 0;
        for _ in 0..PAGES_MAX {
            let before = read.objects;
            let mut query = format!("{path}?limit={}", self.page);
            if let Some(secret) = secret {
                query.push_str("&fieldSelector=");
                query.extend(url::form_urlencoded::byte_serialize(
                    secret.selector.as_bytes(),
                ));
            }
            if !next.is_empty() {
                query.push_str("&continue=");
                query.extend(url::form_urlencoded::byte_serialize(next.as_bytes()));
            }
            let page = self.connection.get(&query, accept, &mut |answer| {
                list::page(answer.reader(), &mut |mut value| {
                    if let (Some(secret), Some(object)) = (secret, value.as_object_mut()) {
                        object.retain(|key, _| key == "metadata");
                        object.extend(secret.kind.map(|kind| ("type".to_owned(), kind.into())));
                    }
                    let Some(item) = Item::read(value, resource) else {
                        nameless += 1;
                        return Ok(());
                    };
                    if !seen.insert(key(&item)) {
                        return Ok(());
                    }
                    read.objects += 1;
                    if read.objects > OBJECTS_MAX {
                        return Err(format!("more than {OBJECTS_MAX} objects"));
                    }
                    has_stopped |= !each(item);
                    if has_stopped {
                        return Err("stopped".to_owned());
                    }
                    Ok(())
                })
            });
            match page {
                _ if has_stopped => return End::Stop,
                Ok(meta) => {
                    let token = meta.next.unwrap_or_default();
                    if token.is_empty() {
                        if nameless > 0 {
                            let reason = format!("{nameless} of its objects have no name");
                            read.unknowns.push(Unknown::at(resource.display(), reason));
                        }
                        return End::Whole;
                    }
                    idle = if read.objects == before { idle + 1 } else { 0 };
                    // A list that is begun again has been told in part.
                    let is_stuck = idle > IDLE_PAGES_MAX && !was_begun_again;
                    if token == next || token.len() > TOKEN_BYTES_MAX || is_stuck {
                        let reason = "the list leads nowhere: its pages go on without an end";
                        return End::Refused(Refusal::Wrong(reason.to_owned()));
                    }
                    next = token;
                }
                Err(Refusal::Status { code: 410, .. }) if !was_begun_again && !next.is_empty() => {
                    was_begun_again = true;
                    next.clear();
                    let reason = "the list expired while it was read and was begun again: what changed \
                                  meanwhile may be missing, or there as it was";
                    read.unknowns.push(Unknown::at(resource.display(), reason));
                }
                Err(refusal) => return End::Refused(refusal),
            }
        }
        let reason = format!("more than {PAGES_MAX} pages");
        End::Refused(Refusal::Wrong(reason))
    }
}

/// What tells an object from others of its kind.
fn key(item: &Item) -> u128 {
    let mut hash = Xxh3::new();
    hash.update(item.namespace.as_bytes());
    hash.update(&[0]);
    hash.update(item.name.as_bytes());
    hash.digest128()
}

/// What a refusal means for what was to be read.
fn unknown(resource: &Resource, namespace: Option<&str>, refusal: &Refusal) -> Unknown {
    let place = match namespace {
        Some(namespace) => format!("in the namespace {namespace}"),
        None if resource.is_namespaced => "in all namespaces".to_owned(),
        None => "of the cluster".to_owned(),
    };
    let name = resource.display();
    let reason = match refusal {
        Refusal::Status { code: 403, .. } => format!("may not list {name} {place} (403)"),
        Refusal::Status {
            code: 404 | 405, ..
        } => {
            format!("{name} cannot be listed any more {place}")
        }
        Refusal::Status { code: 410, .. } => {
            format!("the list of {name} {place} expired twice while it was read")
        }
        Refusal::Status { code, message } => {
            let text = format!("{name} {place} are not given: {code} {message}");
            text.trim_end().to_owned()
        }
        Refusal::Nothing(reason) | Refusal::Wrong(reason) => {
            format!("{name} {place} are not read to the end: {reason}")
        }
        Refusal::Fatal(error) => error.to_string(),
    };
    Unknown::at(name, reason)
}

/// The server's release. Who may not ask for it is told nothing.
fn version(connection: &mut Connection) -> Result<Option<Version>, ClusterError> {
    let answer = connection.get("/version", JSON, &mut |answer| {
        let (_, bytes) = discovery::whole(answer, SMALL_BYTES_MAX)?;
        serde_json::from_slice::<VersionAnswer>(&bytes)
            .map_err(|error| BodyError::Wrong(format!("it gives no version: {error}")))
    });
    match answer {
        Ok(answer) => {
            // `28+`, as some providers write it.
            let digits = answer
                .minor
                .trim_end_matches(|one: char| !one.is_ascii_digit());
            let minor = digits.parse().ok().filter(|_| answer.major == "1");
            let text = plimsoll_model::text::clean(&answer.git_version).into_owned();
            Ok(minor.map(|minor| Version { text, minor }))
        }
        Err(Refusal::Fatal(error)) => Err(error),
        Err(Refusal::Status { code: 403, .. }) => Ok(None),
        Err(Refusal::Status { code, message }) => {
            let hint = "is this the address of an API server?";
            let reason = format!("/version answers {code} {message}")
                .trim_end()
                .to_owned();
            Err(connection.error(reason, Some(hint)))
        }
        Err(Refusal::Nothing(reason)) => {
            let hint = "is the cluster up, and its address in the kubeconfig right?";
            Err(connection.error(reason, Some(hint)))
        }
        Err(Refusal::Wrong(reason)) => {
            Err(connection.error(reason, Some("is this the address of an API server?")))
        }
    }
}
