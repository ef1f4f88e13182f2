//! The newest database from a URL, continued where a run before broke off.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use plimsoll_image::download::{discard, download, fetch};
use plimsoll_image::http::HttpClient;
use plimsoll_image::{OpenError, hash};
use plimsoll_model::Digest;
use plimsoll_vuln::update::{INDEX_FILE, IndexEntry};

use super::{check_age, check_digest, check_offer, choose, in_place, is_newest};
use crate::cli::UpdateArgs;
use crate::commands::db::SMALL_BYTES_MAX;
use crate::commands::db::install::{self, Origin};
use crate::database::{place, read_keys};
use crate::failure::{Context, Failure};
use crate::map::map;
use crate::session::Session;
use crate::target::http_options;

/// Beginning of the names of files that are on their way.
const PART_PREFIX: &str = ".plimsoll-update-";

/// Whether this is a URL and no folder.
pub fn is_url(from: &str) -> bool {
    from.starts_with("https://") || from.starts_with("http://")
}

pub fn run(session: &Session, url: &str, arguments: &UpdateArgs) -> Result<(), Failure> {
    if !session.configuration.online {
        return Err(
            Failure::new(format!("failed to reach {url}: nobody said --online"))
                .hint("`plimsoll db update --online URL`, or fetch the folder and name that"),
        );
    }
    let options = http_options(session, &arguments.plain_http, arguments.ca_file.as_deref())?;
    let base = base(url);
    let client = HttpClient::for_url(&base, &options).map_err(|error| failure(&error))?;
    let index_url = format!("{base}{INDEX_FILE}");
    let index = fetch(&client, &index_url, SMALL_BYTES_MAX).map_err(|error| failure(&error))?;
    let best = choose(&index, &index_url)?;
    let in_place = in_place(session);
    if is_newest(&best, in_place.as_ref()) {
        return Ok(());
    }
    let signature = best
        .signature
        .as_ref()
        .map(|name| fetch(&client, &format!("{base}{name}"), SMALL_BYTES_MAX))
        .transpose()
        .map_err(|error| failure(&error))?;
    let keys = read_keys(&session.configuration)?;
    check_offer(&best, signature.as_deref(), &keys)?;
    check_age(best.snapshot, in_place.as_ref(), arguments)?;

    let place = place(&session.configuration)?;
    let part = part_path(&place, &best.digest)?;
    take(&client, &format!("{base}{}", best.file), &best, &part)?;
    let bytes = map(&part).context(format_args!("read {}", part.display()))?;
    let checked = install::check(&session.configuration, bytes, signature.as_deref());
    let age = checked
        .as_ref()
        .map(|database| check_age(database.meta().newest(), in_place.as_ref(), arguments));
    if !matches!(age, Ok(Ok(()))) {
        // It will not become better by going on.
        discard(&part);
    }
    let checked = checked?;
    check_age(checked.meta().newest(), in_place.as_ref(), arguments)?;
    install::install_file(
        session,
        &checked,
        &part,
        signature.as_deref(),
        &Origin::of(url, session),
    )?;
    discard(&part);
    Ok(())
}

/// Fetches the database and holds it against its digest. What several answers gave and does not
/// fit is fetched once more, whole.
fn take(client: &HttpClient, url: &str, best: &IndexEntry, part: &Path) -> Result<(), Failure> {
    loop {
        let is_mixed =
            download(client, url, best.size_bytes, part).map_err(|error| failure(&error))?;
        let digest = digest_of(part).context(format_args!("read {}", part.display()))?;
        if digest == best.digest {
            return Ok(());
        }
        discard(part);
        if !is_mixed {
            return check_digest(best, &digest);
        }
    }
}

fn digest_of(part: &Path) -> io::Result<Digest> {
    Ok(hash::sha256(&map(part)?))
}

/// Where the database lies until it is whole: beside its place, under its digest. What runs before
/// left of others goes.
fn part_path(place: &Path, digest: &Digest) -> Result<PathBuf, Failure> {
    let folder = match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).context(format_args!("make the folder {}", folder.display()))?;
    let name = format!("{PART_PREFIX}{}", digest.short());
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let other = entry.file_name();
        let other = other.to_string_lossy();
        if other.starts_with(PART_PREFIX) && !other.starts_with(&name) {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(folder.join(name))
}

/// The URL that names of files are put behind; that of the index itself is understood too.
fn base(url: &str) -> String {
    let base = url.strip_suffix(INDEX_FILE).unwrap_or(url);
    if base.ends_with('/') {
        base.to_owned()
    } else {
        format!("{base}/")
    }
}

fn failure(error: &OpenError) -> Failure {
    Failure::new(format!("failed to {error}")).maybe_hint(error.hint())
}
