//! `db build`: from feeds to a database file.

use std::path::{Path, PathBuf};

use plimsoll_image::read_file_capped;
use plimsoll_vuln::signature::{SignatureFile, SigningKey};
use plimsoll_vuln::sources::source;
use plimsoll_vuln::{BuildOptions, Builder, Database, SOURCES};

use super::SMALL_BYTES_MAX;
use crate::failure::{Context, Failure};
use crate::session::Session;
use crate::{feed, talk};

pub fn run(
    session: &Session,
    from: &[String],
    facts_only: bool,
    key: Option<&Path>,
    to: Option<PathBuf>,
) -> Result<(), Failure> {
    let key = key.map(read_key).transpose()?;
    let mut builder = Builder::new(BuildOptions { facts_only });
    for feed in from {
        read_feed(session, feed, &mut builder)?;
    }
    let bytes = builder.finish().context("build the database")?;
    let path = to.unwrap_or_else(super::default_build_path);
    // What we wrote must be readable by ourselves before anybody gets it.
    let database = Database::open(bytes).context("open the database that was built")?;
    database
        .verify()
        .context("verify the database that was built")?;
    let signature = key
        .map(|key| SignatureFile::sign(&database, &key).context("sign the database"))
        .transpose()?
        .map(|signature| signature.to_json());
    super::install::put(&path, &database, signature.as_ref().map(String::as_bytes))?;
    if !session.configuration.quiet {
        tell(&path, &database);
    }
    Ok(())
}

fn read_key(path: &Path) -> Result<SigningKey, Failure> {
    let pem = read_file_capped(path, SMALL_BYTES_MAX)
        .context(format_args!("read the key {}", path.display()))?;
    SigningKey::from_pem(&String::from_utf8_lossy(&pem))
        .context(format_args!("read the key {}", path.display()))
}

/// Reads `NAME=PATH` into the builder.
fn read_feed(session: &Session, feed: &str, builder: &mut Builder) -> Result<(), Failure> {
    let (name, path) = feed
        .split_once('=')
        .filter(|(_, path)| !path.is_empty())
        .ok_or_else(|| {
            Failure::new(format!("failed to read `--from {feed}`")).hint("write NAME=PATH")
        })?;
    let source = source(name).ok_or_else(|| {
        let known: Vec<&str> = SOURCES.iter().map(|source| source.id()).collect();
        let hint = plimsoll_policy::suggest::nearest(name, known.iter().copied()).map_or_else(
            || format!("one of {}", known.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        Failure::new(format!("failed to find the advisory source `{name}`")).hint(hint)
    })?;
    let mut input = feed::open(Path::new(path), source)?;
    let mut sink = builder.sink(name);
    source.read(&mut input, &mut sink).map_err(|error| {
        Failure::new(format!("failed to {error}"))
            .hint(format!("`{name}` reads: {}", source.describe()))
    })?;
    drop(sink);
    if input.files_wanted() == 0 {
        return Err(Failure::new(format!(
            "failed to read {path}: no file in it is one of `{name}`"
        ))
        .hint(format!("`{name}` reads: {}", source.describe())));
    }
    if session.configuration.verbose {
        talk::note(&format!("{name}: {} files", input.files_wanted()));
    }
    Ok(())
}

fn tell(path: &Path, database: &Database) {
    talk::note(&format!(
        "wrote {} ({} bytes)",
        path.display(),
        database.bytes().len()
    ));
    for source in &database.meta().sources {
        let skipped = if source.skipped > 0 {
            format!(", {} could not be read", source.skipped)
        } else {
            String::new()
        };
        talk::note(&format!(
            "  {}: {} records{skipped}",
            source.id, source.records
        ));
    }
}
