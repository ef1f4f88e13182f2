//! Flows that one set of objects allows and another does not.

use std::collections::BTreeSet;

use super::address::IpSet;
use super::connection::Connections;
use super::flows::{Flow, names};
use super::reach::{NONE, Outside, Reach};

/// What was gained and what was lost.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    pub gained: Vec<Flow>,
    pub lost: Vec<Flow>,
    /// More than were wanted were found.
    pub is_cut: bool,
}

/// From the old to the new, at most so many flows in each direction.
pub fn difference(old: &Reach<'_>, new: &Reach<'_>, flows_max: usize) -> Difference {
    let (before, after) = (old.cluster.by_display(), new.cluster.by_display());
    let all: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut out = Difference::default();
    for name in &all {
        let rows = (before.get(*name), after.get(*name));
        let (was, is) = (rows.0.map(|at| old.row(*at)), rows.1.map(|at| new.row(*at)));
        for to in &all {
            let get = |reach: &Reach<'_>, row: &Option<Vec<u32>>, at: Option<&usize>| {
                let id = at.and_then(|at| row.as_ref()?.get(*at).copied());
                reach.connections(id.unwrap_or(NONE))
            };
            let (was, is) = (
                get(old, &was, before.get(*to)),
                get(new, &is, after.get(*to)),
            );
            if was != is {
                put(&mut out, name, to, &was, &is, flows_max);
            }
        }
        let outside = |reach: &Reach<'_>, at: Option<&usize>, out: bool| match at {
            Some(at) if out => reach.to_outside(*at),
            Some(at) => reach.from_outside(*at),
            None => Outside::new(),
        };
        for is_out in [true, false] {
            let was = outside(old, rows.0, is_out);
            let is = outside(new, rows.1, is_out);
            for (set, was, is) in parts(&was, &is) {
                for address in names(&set) {
                    let ends: (&str, &str) = if is_out {
                        (name, &address)
                    } else {
                        (&address, name)
                    };
                    put(&mut out, ends.0, ends.1, &was, &is, flows_max);
                }
            }
        }
    }
    out.gained.sort();
    out.lost.sort();
    out
}

fn put(
    out: &mut Difference,
    from: &str,
    to: &str,
    was: &Connections,
    is: &Connections,
    max: usize,
) {
    for (list, allow) in [
        (&mut out.gained, is.minus(was)),
        (&mut out.lost, was.minus(is)),
    ] {
        if allow.is_empty() {
            continue;
        }
        if list.len() >= max {
            out.is_cut = true;
            continue;
        }
        list.push(Flow {
            from: from.to_owned(),
            to: to.to_owned(),
            allow,
            by: Vec::new(),
        });
    }
}

/// Addresses by what was and what is allowed, where that differs.
fn parts(was: &Outside, is: &Outside) -> Vec<(IpSet, Connections, Connections)> {
    let whole = |parts: &Outside| {
        let known = parts
            .iter()
            .fold(IpSet::default(), |all, (_, set)| all.union(set));
        let mut out = parts.clone();
        out.push((Connections::none(), IpSet::full().minus(&known)));
        out
    };
    let mut out = Vec::new();
    for (was, old) in whole(was) {
        for (is, new) in whole(is) {
            let set = old.intersection(&new);
            if was != is && !set.is_empty() {
                out.push((set, was.clone(), is));
            }
        }
    }
    out
}
