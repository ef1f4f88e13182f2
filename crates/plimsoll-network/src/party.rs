//! Who is meant by a word: namespaces, workloads, labels, addresses.
//!
//! `shop` is a namespace, `shop/cart` a workload (`shop/cart[Job]` where several bear the name),
//! `shop{app=cart}` those with labels, `*` every workload, `world` every address outside, a CIDR or
//! address some of them, `ingress-controller` the controller that is not among the pods. Several go
//! with commas between them.

use super::address::IpSet;
use super::cluster::Cluster;
use super::labels::{Requirement, Selector};

/// The name of every address outside.
pub const WORLD: &str = "world";
/// The name of a controller that is not among the pods.
pub const CONTROLLER: &str = "ingress-controller";
/// Longest text, in bytes.
const TEXT_BYTES_MAX: usize = 4096;

/// Who is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parties {
    /// For each workload, whether it is.
    pub workloads: Vec<bool>,
    pub outside: IpSet,
    pub controller: bool,
    /// As it was written.
    pub text: String,
}

impl Parties {
    /// Reads words about a cluster. The error says what is wrong, or that nobody is meant: what
    /// holds for nobody is no answer.
    pub fn parse(text: &str, cluster: &Cluster) -> Result<Self, String> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(format!("the text is longer than {TEXT_BYTES_MAX} bytes"));
        }
        let mut out = Self {
            workloads: vec![false; cluster.workloads.len()],
            outside: IpSet::default(),
            controller: false,
            text: text.trim().to_owned(),
        };
        for term in terms(text) {
            out.term(term.trim(), cluster)?;
        }
        Ok(out)
    }

    pub fn has(&self, workload: usize) -> bool {
        self.workloads.get(workload).copied().unwrap_or_default()
    }

    fn term(&mut self, term: &str, cluster: &Cluster) -> Result<(), String> {
        match term {
            "" => return Err("a name is missing".to_owned()),
            WORLD => {
                self.outside = IpSet::full();
                return Ok(());
            }
            CONTROLLER => {
                self.controller = true;
                return Ok(());
            }
            _ => {}
        }
        if let Some(set) = address(term)? {
            self.outside = self.outside.union(&set);
            return Ok(());
        }
        let chosen = workloads(term, cluster)?;
        if chosen.is_empty() {
            return Err(format!("no workload is meant by `{term}`"));
        }
        for at in chosen {
            if let Some(slot) = self.workloads.get_mut(at) {
                *slot = true;
            }
        }
        Ok(())
    }
}

/// A CIDR or a single address.
fn address(term: &str) -> Result<Option<IpSet>, String> {
    if let Ok(address) = term.parse() {
        return Ok(Some(IpSet::one(address)));
    }
    let begins = term.split_once('/').map_or("", |(before, _)| before);
    if begins.parse::<std::net::IpAddr>().is_ok() {
        return IpSet::cidr(term).map(Some);
    }
    Ok(None)
}

fn workloads(term: &str, cluster: &Cluster) -> Result<Vec<usize>, String> {
    let all = 0..cluster.workloads.len();
    if term == "*" {
        return Ok(all.collect());
    }
    if let Some((namespace, labels)) = term.split_once('{') {
        let labels = labels
            .strip_suffix('}')
            .ok_or_else(|| format!("`{term}` is not closed with a brace"))?;
        let selector = selector(labels)?;
        let has_labels = |at: &usize| {
            let endpoints = cluster.endpoints.get(cluster.endpoints_of(*at));
            let mut endpoints = endpoints.unwrap_or_default().iter();
            endpoints.any(|endpoint| selector.matches(&endpoint.labels))
        };
        let within = |at: &usize| namespace.is_empty() || cluster.namespace_of(*at) == namespace;
        return Ok(all.filter(within).filter(has_labels).collect());
    }
    let Some((namespace, name)) = term.split_once('/') else {
        return Ok(all.filter(|at| cluster.namespace_of(*at) == term).collect());
    };
    let within = all.filter(|at| cluster.namespace_of(*at) == namespace);
    if name == "*" {
        return Ok(within.collect());
    }
    let (name, kind) = match name.strip_suffix(']').and_then(|it| it.split_once('[')) {
        Some((name, kind)) => (name, Some(kind)),
        None => (name, None),
    };
    let is_it = |at: &usize| {
        cluster.workloads.get(*at).is_some_and(|it| {
            &*it.name == name && kind.is_none_or(|kind| kind.eq_ignore_ascii_case(&it.kind))
        })
    };
    Ok(within.filter(is_it).collect())
}

/// `app=cart,tier!=front,team,!old`.
fn selector(text: &str) -> Result<Selector, String> {
    let mut out = Selector::default();
    for part in text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        out.requirements
            .push(if let Some((key, value)) = part.split_once("!=") {
                Requirement::NotIn(key.trim().into(), vec![value.trim().into()])
            } else if let Some((key, value)) = part.split_once('=') {
                let value = value.strip_prefix('=').unwrap_or(value);
                Requirement::In(key.trim().into(), vec![value.trim().into()])
            } else if let Some(key) = part.strip_prefix('!') {
                Requirement::DoesNotExist(key.trim().into())
            } else {
                Requirement::Exists(part.into())
            });
    }
    if out.requirements.is_empty() {
        return Err("the braces are empty".to_owned());
    }
    Ok(out)
}

/// What stands between commas, those in braces left alone.
fn terms(text: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    text.split(|c| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    })
    .collect()
}
