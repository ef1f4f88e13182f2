//! Turning what was collected into the sections of the file.

use rayon::prelude::*;

use super::blocks::pack;
use super::plan::{Counts, Plan};
use super::{BuildError, Builder, StoredStatement};
use crate::database::codec::write_varint;
use crate::database::format::{Part, assemble};
use crate::database::keys::package_key;
use crate::database::statements::write_list;
use crate::database::{SEVERAL, encode_support};
use crate::{Scope, Support};

pub fn write(builder: Builder) -> Result<Vec<u8>, BuildError> {
    let plan = Plan::new(builder)?;
    let (packages, statements, counts) = statements(&plan)?;
    let (ids, lists) = ids(&plan)?;
    let packed = pack(&plan.entries)?;
    let meta = plan.meta(&counts);
    let support = encode_support(&support(&plan.builder));
    // In the order of `Part::ALL`.
    let contents: [Vec<u8>; Part::ALL.len()] = [
        meta.encode(),
        support,
        packages,
        ids,
        lists,
        statements,
        packed.directory,
        packed.dictionary,
        packed.blocks,
    ];
    Ok(assemble(&contents))
}

/// The index of packages and the statements.
fn statements(plan: &Plan) -> Result<(Vec<u8>, Vec<u8>, Counts), BuildError> {
    let ranks = plan.builder.texts.ranks();
    let rank = |text: u32| ranks.get(text as usize).copied().unwrap_or_default();
    let statements = &plan.builder.statements;
    let mut order: Vec<(u32, u32, u32)> = statements
        .iter()
        .zip(0_u32..)
        .map(|(statement, index)| (rank(statement.scope), rank(statement.package), index))
        .collect();
    order.par_sort_unstable();

    let mut index = fst::raw::Builder::memory();
    let mut out = Vec::new();
    let mut counts = Counts::default();
    let mut key = Vec::new();
    for same in order.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let members: Vec<&StoredStatement> = same
            .iter()
            .filter_map(|(_, _, index)| statements.get(*index as usize))
            .collect();
        let Some(first) = members.first() else {
            continue;
        };
        let scope = plan.builder.texts.text(first.scope);
        package_key(&mut key, scope, plan.builder.texts.text(first.package));
        index
            .insert(&key, out.len() as u64)
            .map_err(|error| BuildError::Encode(error.to_string()))?;
        let (texts, list) = plan.list(&members);
        for statement in &list {
            let mentions = counts.mentions.entry(statement.source).or_default();
            if mentions.last().is_none_or(|last| last.as_str() != scope) {
                mentions.push(Scope::from(scope.to_owned()));
            }
        }
        counts.packages += 1;
        counts.statements += list.len() as u64;
        write_list(&mut out, &key, &texts, &list);
    }
    let index = index
        .into_inner()
        .map_err(|error| BuildError::Encode(error.to_string()))?;
    Ok((index, out, counts))
}

/// The index of ids, and the lists of those that name several vulnerabilities.
fn ids(plan: &Plan) -> Result<(Vec<u8>, Vec<u8>), BuildError> {
    let refused = |error: fst::Error| BuildError::Encode(error.to_string());
    let mut index = fst::raw::Builder::memory();
    let mut lists = Vec::new();
    for (id, groups) in &plan.groups.of_id {
        let value = match groups.as_slice() {
            [] => continue,
            [one] => u64::from(*one),
            several => {
                let offset = lists.len() as u64;
                write_varint(&mut lists, several.len() as u64);
                let mut last = 0;
                for group in several {
                    write_varint(&mut lists, u64::from(group - last));
                    last = *group;
                }
                SEVERAL | offset
            }
        };
        index.insert(id, value).map_err(refused)?;
    }
    Ok((index.into_inner().map_err(refused)?, lists))
}

/// Facts about support in order, each once.
fn support(builder: &Builder) -> Vec<Support> {
    let mut facts = builder.supports.clone();
    let key = |fact: &Support| {
        let named = (fact.scope.clone(), fact.package.clone());
        (named, fact.version.clone(), fact.state, fact.until)
    };
    facts.sort_by_cached_key(key);
    facts.dedup();
    facts
}
