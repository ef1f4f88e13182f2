//! Runs every check over everything that was handed in.
//!
//! Files come one by one and are cut into parts, which all cores read and look at. What is kept of an
//! object afterwards is little: checks of several objects come last, over those remains.

use std::sync::{Mutex, PoisonError};

use plimsoll_model::{Finding, Unknown};
use plimsoll_object::File;
use rayon::prelude::*;

use crate::check::{Check, Said, Test};
use crate::checks::CHECKS;
use crate::finding::finding;
use crate::frameworks::Seen;
use crate::known::known;
use crate::look::{Looked, look};
use crate::options::Options;
use crate::world::{Source, World};
use crate::worst::Worst;
use plimsoll_object::allow::Allowances;
use plimsoll_object::split;

/// What was found, and what could not be read.
#[derive(Debug, Default)]
pub struct Checked {
    /// By file, line, id.
    pub findings: Vec<Finding>,
    pub unknowns: Vec<Unknown>,
    /// Remarks on comments that allow something and have no effect.
    pub notes: Vec<String>,
    /// Objects that were looked at.
    pub objects: usize,
    /// What they are, for frameworks.
    pub seen: Seen,
}

/// Checks files that belong together. They are asked for one by one, and held no longer than it takes
/// to look at them.
pub fn check<I>(files: I, options: Options<'_>) -> Checked
where
    I: IntoIterator<Item = File>,
    I::IntoIter: Send,
{
    let wanted = CHECKS.iter().copied();
    let wanted = wanted.filter(|check| options.wants(check));
    let (of_world, of_one): (Vec<&Check>, Vec<&Check>) =
        wanted.partition(|check| matches!(check.test, Test::World(_)));
    let worst = Mutex::new(Worst::default());
    let keep = |findings: Vec<Finding>| {
        if !findings.is_empty() {
            let mut worst = worst.lock().unwrap_or_else(PoisonError::into_inner);
            worst.extend(findings);
        }
    };
    let parts = files
        .into_iter()
        .enumerate()
        .flat_map(|(index, file)| split::parts(index, file.name, file.bytes));
    let mut looked: Vec<Looked> = parts
        .par_bridge()
        .map(|part| {
            let mut looked = look(&part, &of_one, options);
            keep(std::mem::take(&mut looked.findings));
            looked
        })
        .collect();
    looked.sort_by_key(|looked| looked.order);
    let (sources, allowances, mut unknowns) = joined(looked);
    let world = World::new(&sources);
    of_world.par_iter().for_each(|check| {
        keep(across(check, &world, &sources, &allowances, options));
    });
    let (findings, left_out) = worst
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .finish();
    unknowns.extend(left_out);
    let notes = sources.iter().zip(&allowances);
    let notes = notes.flat_map(|(source, list)| {
        list.notes(&source.name, options.today, |id| known(id, options))
    });
    let mut seen = Seen::default();
    for (_, object) in world.iter() {
        seen.add(object);
    }
    Checked {
        findings,
        unknowns,
        notes: notes.collect(),
        objects: world.objects.len(),
        seen,
    }
}

/// Parts put together to files.
fn joined(looked: Vec<Looked>) -> (Vec<Source>, Vec<Allowances>, Vec<Unknown>) {
    let mut sources: Vec<Source> = Vec::new();
    let mut allowances: Vec<Allowances> = Vec::new();
    let mut unknowns = Vec::new();
    let mut last = None;
    for part in looked {
        unknowns.extend(part.unknowns);
        if last == Some(part.order.0)
            && let (Some(source), Some(list)) = (sources.last_mut(), allowances.last_mut())
        {
            source.documents.extend(part.objects);
            list.extend(part.allowances);
            continue;
        }
        last = Some(part.order.0);
        allowances.push(part.allowances);
        sources.push(Source {
            name: part.file.to_string(),
            documents: part.objects,
        });
    }
    (sources, allowances, unknowns)
}

/// What a check over everything finds.
fn across(
    check: &Check,
    world: &World<'_>,
    sources: &[Source],
    allowances: &[Allowances],
    options: Options<'_>,
) -> Vec<Finding> {
    let Test::World(test) = check.test else {
        return Vec::new();
    };
    let mut said = Said::default();
    test(world, &mut said);
    let mut out = Vec::new();
    let none = Allowances::default();
    for defect in &said.list {
        let index = defect.object.unwrap_or(usize::MAX);
        let source = world.sources.get(index).copied().unwrap_or(usize::MAX);
        let (Some(object), Some(file)) = (world.objects.get(index), sources.get(source)) else {
            continue;
        };
        let list = allowances.get(source).unwrap_or(&none);
        out.push(finding(check, object, &file.name, defect, list, options));
    }
    out
}
