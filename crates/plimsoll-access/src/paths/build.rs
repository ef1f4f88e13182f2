//! Puts the graph together: everybody, and each way from one to another.

use std::collections::{BTreeMap, BTreeSet};

use super::super::decide::Grant;
use super::super::model::{Access, Origin, Use};
use super::super::powers::{self, Given, Power};
use super::super::subject::{MASTERS, Subject};
use super::holdings::{Held, Holdings, View, groups_of};
use super::{Edge, Means, Paths, Vertex};

mod cluster;
mod inside;

pub fn build(access: &Access) -> Paths {
    let mut builder = Builder::new(access);
    builder.people();
    builder.folds();
    let given: Vec<Vec<Given>> = (0..access.roles.len())
        .map(|role| powers::of_role(access, role))
        .collect();
    let holdings: BTreeMap<&Subject, Holdings> = access
        .bound
        .iter()
        .map(|(subject, bindings)| {
            let held = Holdings::of(access, bindings, subject, &given);
            (subject, held)
        })
        .filter(|(_, held)| !held.is_empty())
        .collect();
    for (subject, own) in &holdings {
        let groups = groups_of(subject);
        let view = View {
            own,
            groups: groups
                .iter()
                .filter_map(|group| holdings.get(group))
                .collect(),
        };
        builder.ways_of(subject, &view, &given);
    }
    builder.paths
}

struct Builder<'a> {
    access: &'a Access,
    paths: Paths,
    /// Accounts that were read, used or bound, by name.
    by_name: BTreeMap<Box<str>, Vec<Subject>>,
}

impl<'a> Builder<'a> {
    fn new(access: &'a Access) -> Self {
        Self {
            access,
            paths: Paths {
                vertices: Vec::new(),
                index: BTreeMap::new(),
                edges: Vec::new(),
            },
            by_name: BTreeMap::new(),
        }
    }

    /// Every vertex: fixed ones, namespaces, subjects.
    fn people(&mut self) {
        for vertex in [
            Vertex::Admin,
            Vertex::Host,
            Vertex::AllSecrets,
            Vertex::AnyAccount,
            Vertex::AnyRunning,
            Vertex::AnyToken,
            Vertex::AnyUser,
            Vertex::AnyGroup,
            Vertex::Subject(Subject::Group(MASTERS.into())),
        ] {
            self.add(vertex);
        }
        for namespace in self.access.namespaces() {
            self.add(Vertex::AccountsOf(namespace.into()));
            self.add(Vertex::RunningIn(namespace.into()));
            self.add(Vertex::TokensIn(namespace.into()));
        }
        let read = self.access.accounts.keys();
        let read: BTreeSet<Subject> = read
            .map(|(namespace, name)| Subject::of_account(namespace, name))
            .chain(self.access.uses.iter().map(Use::subject))
            .chain(self.access.bound.keys().cloned())
            .collect();
        for subject in read {
            if let Some((_, name)) = subject.account() {
                let list = self.by_name.entry(name.into()).or_default();
                list.push(subject.clone());
            }
            self.add(Vertex::Subject(subject));
        }
    }

    /// What needs no right: one for many, members for their groups.
    fn folds(&mut self) {
        let in_pods: BTreeSet<Subject> = self.access.uses.iter().map(Use::subject).collect();
        let with_pods: BTreeSet<Box<str>> = self
            .access
            .uses
            .iter()
            .map(|used| used.namespace.clone())
            .collect();
        let subjects: Vec<(usize, Subject)> = self
            .paths
            .vertices
            .iter()
            .enumerate()
            .filter_map(|(index, vertex)| match vertex {
                Vertex::Subject(subject) => Some((index, subject.clone())),
                _ => None,
            })
            .collect();
        for namespace in self.access.namespaces() {
            for (all, one) in [
                (Vertex::AnyAccount, Vertex::AccountsOf(namespace.into())),
                (Vertex::AnyRunning, Vertex::RunningIn(namespace.into())),
                (Vertex::AnyToken, Vertex::TokensIn(namespace.into())),
            ] {
                self.fold(&all, &one, Means::Any, false);
            }
        }
        self.fold(&Vertex::Host, &Vertex::AnyRunning, Means::NodeTokens, false);
        let masters = Subject::Group(MASTERS.into());
        self.fold(
            &Vertex::Subject(masters.clone()),
            &Vertex::Admin,
            Means::Is,
            false,
        );
        for (_, subject) in subjects {
            let to = Vertex::Subject(subject.clone());
            for group in groups_of(&subject) {
                self.fold(&to, &Vertex::Subject(group), Means::Member, false);
            }
            match (&subject, subject.account()) {
                (_, Some((namespace, name))) => {
                    let namespace: Box<str> = namespace.into();
                    let accounts = Vertex::AccountsOf(namespace.clone());
                    self.fold(&accounts, &to, Means::Any, false);
                    let running = Vertex::RunningIn(namespace.clone());
                    if in_pods.contains(&subject) {
                        self.fold(&running, &to, Means::Any, false);
                    } else if !with_pods.contains(&namespace) && self.is_read(&subject) {
                        self.fold(&running, &to, Means::Any, true);
                    }
                    let key = (namespace.clone(), Box::from(name));
                    if self.access.token_secrets.contains(&key) {
                        self.fold(&Vertex::TokensIn(namespace), &to, Means::Any, false);
                    }
                }
                (Subject::User(_), None) => {
                    self.fold(&Vertex::AnyUser, &to, Means::Any, false);
                }
                (Subject::Group(_), None) if subject != masters => {
                    self.fold(&Vertex::AnyGroup, &to, Means::Any, false);
                }
                _ => {}
            }
        }
    }

    /// Whether an account stands in what was handed in, and is not only one of Kubernetes' own.
    fn is_read(&self, subject: &Subject) -> bool {
        let bindings = self.access.bound.get(subject).into_iter().flatten();
        let mut bindings = bindings.filter_map(|index| self.access.bindings.get(*index));
        let is_account = subject.account().is_some_and(|(namespace, name)| {
            let key = (namespace.into(), name.into());
            self.access.accounts.contains_key(&key)
        });
        is_account || bindings.any(|binding| binding.origin != Origin::BuiltIn)
    }

    fn ways_of(&mut self, subject: &Subject, view: &View<'_>, given: &[Vec<Given>]) {
        let Some(from) = self.paths.vertex(&Vertex::Subject(subject.clone())) else {
            return;
        };
        self.in_cluster(from, subject, view, given);
        for namespace in view.own.namespaces() {
            self.inside(from, &namespace, view, given);
        }
    }

    fn add(&mut self, vertex: Vertex) {
        if !self.paths.index.contains_key(&vertex) {
            self.paths
                .index
                .insert(vertex.clone(), self.paths.vertices.len());
            self.paths.vertices.push(vertex);
        }
    }

    fn fold(&mut self, from: &Vertex, to: &Vertex, means: Means, is_assumed: bool) {
        if let (Some(from), Some(to)) = (self.paths.vertex(from), self.paths.vertex(to)) {
            self.paths.edges.push(Edge {
                from,
                to,
                means,
                namespace: "".into(),
                grants: Vec::new(),
                is_assumed,
            });
        }
    }

    /// A way by rights, where they are there, and one of them is one's own.
    fn way<const N: usize>(
        &mut self,
        from: usize,
        to: &Vertex,
        means: Means,
        namespace: &str,
        held: [Option<Held>; N],
    ) {
        let held: Option<Vec<Held>> = held.into_iter().collect();
        let Some(held) = held.filter(|held| held.iter().any(|held| held.is_own)) else {
            return;
        };
        let Some(to) = self.paths.vertex(to).filter(|to| *to != from) else {
            return;
        };
        let mut grants: Vec<Grant> = held.iter().map(|held| held.grant).collect();
        grants.dedup();
        self.paths.edges.push(Edge {
            from,
            to,
            means,
            namespace: namespace.into(),
            grants,
            is_assumed: false,
        });
    }

    /// Whether a role, given in the whole cluster, is every right.
    fn is_everything(&self, role: &str, given: &[Vec<Given>]) -> bool {
        let role = self.access.role_at.get(&(None, role.into()));
        let given = role.and_then(|role| given.get(*role));
        let mut given = given.into_iter().flatten();
        given.any(|given| given.power == Power::Everything)
    }
}
