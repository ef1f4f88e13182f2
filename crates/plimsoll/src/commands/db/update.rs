//! `db update`: the newest database from a folder.

use std::path::Path;

use plimsoll_image::read_file_capped;
use plimsoll_vuln::update::{DATABASE_BYTES_MAX, INDEX_FILE, Index};

use super::SMALL_BYTES_MAX;
use crate::failure::{Context, Failure};
use crate::session::Session;
use crate::{database, talk};

pub fn run(session: &Session, from: Option<&str>) -> Result<(), Failure> {
    let configured = session.configuration.settings.db_url.clone();
    let from = from.map(str::to_owned).or(configured).ok_or_else(|| {
        Failure::new("failed to update: nobody said from where")
            .hint("`plimsoll db update FOLDER`, or `db_url` in plimsoll.yaml")
    })?;
    let folder = Path::new(&from);
    let index = folder.join(INDEX_FILE);
    let bytes = read_file_capped(&index, SMALL_BYTES_MAX)
        .context(format_args!("read {}", index.display()))?;
    let index = Index::parse(&bytes).context(format_args!("read {}", index.display()))?;
    let best = index.best().context("choose a database")?;
    if is_there(session, &best.digest) {
        talk::note("the database is the newest already");
        return Ok(());
    }
    let file = folder.join(&best.file);
    let bytes = read_file_capped(&file, DATABASE_BYTES_MAX)
        .context(format_args!("read {}", file.display()))?;
    let signature = match &best.signature {
        Some(name) => Some(
            read_file_capped(&folder.join(name), SMALL_BYTES_MAX)
                .context(format_args!("read {name}"))?,
        ),
        None => None,
    };
    super::install(session, bytes, signature.as_deref())
}

/// Whether the database in place is this one.
fn is_there(session: &Session, digest: &plimsoll_model::Digest) -> bool {
    database::place(&session.configuration)
        .ok()
        .filter(|path| path.is_file())
        .and_then(|path| database::open_at(&path, &session.configuration).ok())
        .is_some_and(|open| open.advisories.digest == *digest)
}
