//! Checking every byte of a database.

use aws_lc_rs::digest;
use xxhash_rust::xxh3::xxh3_64;

use super::format::Part;
use super::{Database, DatabaseError, damaged_list, keys, next_statement};

impl Database {
    /// Checks every byte: digests of all sections, that each list and each block can be read, that
    /// what refers to something finds it. For what was just downloaded or imported; takes about a
    /// second per 50 MiB.
    pub fn verify(&self) -> Result<(), DatabaseError> {
        self.verify_digests()?;
        let records = self.verify_blocks()?;
        self.verify_ids(records.len())?;
        self.verify_statements(&records)?;
        self.support()?;
        Ok(())
    }

    fn verify_digests(&self) -> Result<(), DatabaseError> {
        let mut end = self.header.len;
        for part in Part::ALL {
            let section = self.header.section(part);
            let bytes = self.part(part);
            let damaged =
                |reason: &str| DatabaseError::damaged(format!("section {}", part.name()), reason);
            if xxh3_64(bytes) != section.xxh3 {
                return Err(damaged("its checksum does not hold"));
            }
            if digest::digest(&digest::SHA256, bytes).as_ref() != section.sha256 {
                return Err(damaged("its digest does not hold"));
            }
            self.verify_gap(end, section.offset)?;
            end = section.offset + section.len;
        }
        self.verify_gap(end, self.bytes().len())
    }

    /// What lies between sections is zero, so that nothing hides there.
    fn verify_gap(&self, from: usize, to: usize) -> Result<(), DatabaseError> {
        let gap = self.bytes().get(from..to).unwrap_or(&[1]);
        if gap.iter().any(|byte| *byte != 0) {
            return Err(DatabaseError::damaged(
                "the space between sections",
                "it is not empty",
            ));
        }
        Ok(())
    }

    /// Reads every vulnerability; gives the number of records of each.
    fn verify_blocks(&self) -> Result<Vec<u32>, DatabaseError> {
        let blocks = self.blocks();
        let mut records: Vec<u32> = Vec::new();
        for index in 0..blocks.count() {
            let block = blocks.read(index)?;
            let wrong = |reason: &str| DatabaseError::damaged(format!("block {index}"), reason);
            if block.first as usize != records.len() {
                return Err(wrong("it does not go on where the one before ends"));
            }
            for step in 0..block.count() {
                let entry = block.entry(block.first + step as u32)?;
                records.push(entry.records.len() as u32);
                if !self
                    .numbers_of(&entry.id)?
                    .contains(&(block.first + step as u32))
                {
                    return Err(wrong("the index of ids does not lead to it"));
                }
                self.vulnerability_of(entry)?;
            }
        }
        if records.len() as u64 != self.meta.vulnerabilities {
            return Err(DatabaseError::damaged(
                "section meta",
                "it counts other vulnerabilities than there are",
            ));
        }
        Ok(records)
    }

    fn verify_ids(&self, vulnerabilities: usize) -> Result<(), DatabaseError> {
        let mut count = 0_u64;
        self.ids().each_from(b"", |key, value| {
            count += 1;
            let numbers = self.numbers_at(value)?;
            if numbers.is_empty() || numbers.iter().any(|n| *n as usize >= vulnerabilities) {
                let id = String::from_utf8_lossy(key);
                return Err(DatabaseError::damaged(
                    format!("id {id}"),
                    "it leads nowhere",
                ));
            }
            Ok(true)
        })?;
        verify_count("ids", count, self.meta.ids)
    }

    fn verify_statements(&self, records: &[u32]) -> Result<(), DatabaseError> {
        let (mut end, mut keys, mut statements) = (0, 0_u64, 0_u64);
        self.packages().each_from(b"", |key, offset| {
            keys += 1;
            if keys::split_key(key).is_none() {
                return Err(damaged_list(key, "its key has no scope"));
            }
            if offset != end {
                return Err(damaged_list(key, "it is not where the one before ends"));
            }
            let (mut list, size) = self.list_at(offset, key)?;
            while let Some(statement) = next_statement(&mut list, key)? {
                statements += 1;
                self.source_name(statement.source)?;
                if records
                    .get(statement.vulnerability as usize)
                    .is_none_or(|count| statement.record >= *count)
                {
                    return Err(damaged_list(key, "it names a record that is not there"));
                }
            }
            end += size as u64;
            Ok(true)
        })?;
        if end != self.part(Part::Statements).len() as u64 {
            return Err(DatabaseError::damaged(
                "section statements",
                "the index does not lead to all of it",
            ));
        }
        verify_count("packages", keys, self.meta.packages)?;
        verify_count("statements", statements, self.meta.statements)
    }
}

fn verify_count(what: &str, found: u64, stated: u64) -> Result<(), DatabaseError> {
    if found == stated {
        return Ok(());
    }
    Err(DatabaseError::damaged(
        "section meta",
        format!("it counts {stated} {what}, there are {found}"),
    ))
}
