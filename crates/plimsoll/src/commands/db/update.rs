//! `db update`: the newest database from a folder or a URL.
//!
//! What comes is held against the digest of the index, the signature where keys are configured,
//! and the database in place: an older snapshot is refused, so that a publisher's old, signed file
//! cannot hide what has become known since.

mod remote;

use std::path::Path;

use plimsoll_image::read_file_capped;
use plimsoll_model::{Date, Digest};
use plimsoll_vuln::signature::{PublicKey, SignatureFile};
use plimsoll_vuln::update::{DATABASE_BYTES_MAX, INDEX_FILE, Index, IndexEntry};

use super::SMALL_BYTES_MAX;
use super::install::{self, Origin};
use crate::cli::UpdateArgs;
use crate::database::{OpenDatabase, read_keys};
use crate::failure::{Context, Failure};
use crate::session::Session;
use crate::{database, talk};

pub fn run(session: &Session, arguments: &UpdateArgs) -> Result<(), Failure> {
    let configured = session.configuration.settings.db_url.clone();
    let from = arguments.from.clone().or(configured).ok_or_else(|| {
        Failure::new("failed to update: nobody said from where")
            .hint("`plimsoll db update FOLDER|URL`, or `db_url` in plimsoll.yaml")
    })?;
    if remote::is_url(&from) {
        return remote::run(session, &from, arguments);
    }
    let folder = Path::new(&from);
    let index = folder.join(INDEX_FILE);
    let bytes = read_file_capped(&index, SMALL_BYTES_MAX)
        .context(format_args!("read {}", index.display()))?;
    let best = choose(&bytes, &index.to_string_lossy())?;
    let in_place = in_place(session);
    if is_newest(&best, in_place.as_ref()) {
        return Ok(());
    }
    let signature = match &best.signature {
        Some(name) => Some(
            read_file_capped(&folder.join(name), SMALL_BYTES_MAX)
                .context(format_args!("read {name}"))?,
        ),
        None => None,
    };
    let keys = read_keys(&session.configuration)?;
    check_offer(&best, signature.as_deref(), &keys)?;
    check_age(best.snapshot, in_place.as_ref(), arguments)?;
    let file = folder.join(&best.file);
    let bytes = read_file_capped(&file, DATABASE_BYTES_MAX)
        .context(format_args!("read {}", file.display()))?;
    check_digest(&best, &plimsoll_vuln::signature::digest_of(&bytes))?;
    let checked = install::check(&session.configuration, bytes, signature.as_deref())?;
    check_age(checked.meta().newest(), in_place.as_ref(), arguments)?;
    install::install(
        session,
        &checked,
        signature.as_deref(),
        &Origin::of(&from, session),
    )
}

/// The entry of an index to take.
fn choose(index: &[u8], place: &str) -> Result<IndexEntry, Failure> {
    let index = Index::parse(index).context(format_args!("read {place}"))?;
    match index.best() {
        Ok(best) => Ok(best.clone()),
        Err(error) => Err(Failure::new(format!("failed to {error}"))
            .hint("a newer format needs a newer release of plimsoll")),
    }
}

/// The database in place, if it can be used.
fn in_place(session: &Session) -> Option<OpenDatabase> {
    let path = database::place(&session.configuration).ok()?;
    database::open_at(&path, &session.configuration).ok()
}

fn is_newest(best: &IndexEntry, in_place: Option<&OpenDatabase>) -> bool {
    let is_there = in_place.is_some_and(|open| open.advisories.digest == best.digest);
    if is_there {
        talk::note("the database is the newest already");
    }
    is_there
}

/// Whether a trusted key signed what the index offers, before any of it is fetched.
fn check_offer(
    best: &IndexEntry,
    signature: Option<&[u8]>,
    keys: &[PublicKey],
) -> Result<(), Failure> {
    if keys.is_empty() {
        return Ok(());
    }
    let refuse = |reason: String, hint: &str| {
        Failure::new(format!("failed to accept the database: {reason}")).hint(hint)
    };
    let Some(signature) = signature else {
        let hint = "with `db_keys` configured only signed databases are used";
        return Err(refuse("it has no signature".to_owned(), hint));
    };
    let file =
        SignatureFile::parse(signature).map_err(|error| refuse(error.to_string(), error.hint()))?;
    file.verify_statement(keys)
        .map_err(|error| refuse(error.to_string(), error.hint()))?;
    if file.statement.digest != best.digest {
        let reason = format!(
            "the index names {}, signed was {}",
            best.digest, file.statement.digest
        );
        return Err(refuse(reason, "the publisher has to export again"));
    }
    Ok(())
}

fn check_digest(best: &IndexEntry, actual: &Digest) -> Result<(), Failure> {
    if best.digest == *actual {
        return Ok(());
    }
    Err(Failure::new(format!(
        "failed to accept the database: {} has the digest {actual}, the index gives {}",
        best.file, best.digest
    ))
    .hint("the file was changed or damaged; the publisher has to export again"))
}

/// Refuses a roll-back: a snapshot older than the one in use.
fn check_age(
    offered: Option<Date>,
    in_place: Option<&OpenDatabase>,
    arguments: &UpdateArgs,
) -> Result<(), Failure> {
    let in_use = in_place.and_then(|open| open.advisories.newest());
    let (Some(in_use), false) = (in_use, arguments.allow_rollback) else {
        return Ok(());
    };
    if offered.is_some_and(|offered| offered >= in_use) {
        return Ok(());
    }
    let offered = offered.map_or_else(|| "no date".to_owned(), |day| day.to_string());
    Err(Failure::new(format!(
        "failed to accept the database: its newest snapshot is of {offered}, older than that in \
         use ({in_use})"
    ))
    .hint("`--allow-rollback` takes it all the same"))
}
