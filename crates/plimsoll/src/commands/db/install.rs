//! Puts a database that comes from elsewhere where scans look for it, checked and at once.

use std::fs;
use std::path::{Path, PathBuf};

use plimsoll_image::read_file_capped;
use plimsoll_model::Digest;
use plimsoll_vuln::Database;
use plimsoll_vuln::signature::{PublicKey, SignatureFile, digest_of};
use serde::{Deserialize, Serialize};

use crate::atomic::Staged;
use crate::configuration::Configuration;
use crate::database::{self, pinned, read_keys, signature_path};
use crate::failure::{Context, Failure};
use crate::outputs::write_atomically;
use crate::session::Session;
use crate::talk;

/// Largest note about an origin, in bytes.
const ORIGIN_BYTES_MAX: u64 = 16 << 10;

/// Where the database in place came from. Only a note for people: nothing is decided by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// A URL, folder or file.
    pub from: String,
    /// RFC 3339.
    pub at: String,
    /// Of the database that it speaks of.
    digest: String,
}

impl Origin {
    /// Taken from there in this run.
    pub fn of(from: &str, session: &Session) -> Self {
        Self {
            from: from.to_owned(),
            at: session.now.to_string(),
            digest: String::new(),
        }
    }

    /// The note beside a database, if it is about this one.
    pub fn read(database: &Path, digest: &Digest) -> Option<Self> {
        let bytes = read_file_capped(&path(database), ORIGIN_BYTES_MAX).ok()?;
        let origin: Self = serde_json::from_slice(&bytes).ok()?;
        (origin.digest == digest.to_string()).then_some(origin)
    }
}

/// `plimsoll.db` has the note in `plimsoll.db.origin`.
fn path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".origin");
    PathBuf::from(name)
}

/// Checks a database: its signature and pin as configured, and every part of it.
pub fn check(
    configuration: &Configuration,
    bytes: impl AsRef<[u8]> + Send + Sync + 'static,
    signature: Option<&[u8]>,
) -> Result<Database, Failure> {
    let keys = read_keys(configuration)?;
    check_signed(bytes.as_ref(), signature, &keys)?;
    if let Some(pin) = pinned(configuration)? {
        let digest = digest_of(bytes.as_ref());
        if pin != digest {
            return Err(Failure::new(format!(
                "failed to accept the database: its digest is {digest}, the configuration asks \
                 for {pin}"
            ))
            .hint("change `db_digest` to have another database"));
        }
    }
    let refuse = |error: plimsoll_vuln::DatabaseError| {
        Failure::new(format!("failed to accept the database: {error}")).hint(error.hint())
    };
    let database = Database::open(bytes).map_err(refuse)?;
    database.verify().map_err(refuse)?;
    Ok(database)
}

/// With keys configured, bytes from elsewhere must be signed by one of them.
fn check_signed(bytes: &[u8], signature: Option<&[u8]>, keys: &[PublicKey]) -> Result<(), Failure> {
    if keys.is_empty() {
        return Ok(());
    }
    let Some(signature) = signature else {
        return Err(
            Failure::new("failed to accept the database: it has no signature")
                .hint("with `db_keys` configured only signed databases are used"),
        );
    };
    SignatureFile::parse(signature)
        .and_then(|file| file.verify_bytes(bytes, keys).map(drop))
        .map_err(|error| {
            Failure::new(format!("failed to accept the database: {error}")).hint(error.hint())
        })
}

/// Writes a checked database to where scans look for it.
pub fn install(
    session: &Session,
    database: &Database,
    signature: Option<&[u8]>,
    origin: &Origin,
) -> Result<(), Failure> {
    let place = place(session)?;
    put(&place, database, signature)?;
    tell(&place, database, origin)
}

/// Moves the file of a checked database to where scans look for it; it lies in the same folder.
pub fn install_file(
    session: &Session,
    database: &Database,
    file: &Path,
    signature: Option<&[u8]>,
    origin: &Origin,
) -> Result<(), Failure> {
    let place = place(session)?;
    put_signature(&place, signature)?;
    fs::rename(file, &place).context(format_args!("write {}", place.display()))?;
    tell(&place, database, origin)
}

fn place(session: &Session) -> Result<PathBuf, Failure> {
    let place = database::place(&session.configuration)?;
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder).context(format_args!("make the folder {}", folder.display()))?;
    }
    Ok(place)
}

/// Puts database and signature in place. Both are written before either is renamed: an end in the
/// middle finds the old pair or the new one, but for the moment between two renames.
pub fn put(place: &Path, database: &Database, signature: Option<&[u8]>) -> Result<(), Failure> {
    if fs::metadata(place).is_ok_and(|meta| !meta.is_file()) {
        // A pipe: there is nothing beside it.
        return write_atomically(place, database.bytes());
    }
    let writing = |path: &Path| format!("write {}", path.display());
    let staged = Staged::new(place, database.bytes()).context(writing(place))?;
    put_signature(place, signature)?;
    staged.commit().context(writing(place))
}

fn put_signature(place: &Path, signature: Option<&[u8]>) -> Result<(), Failure> {
    let beside = signature_path(place);
    match signature {
        Some(signature) => write_atomically(&beside, signature),
        None if beside.exists() => {
            fs::remove_file(&beside).context(format_args!("remove {}", beside.display()))
        }
        None => Ok(()),
    }
}

/// Notes where it came from, and says what is there now.
fn tell(place: &Path, database: &Database, origin: &Origin) -> Result<(), Failure> {
    let digest = digest_of(database.bytes());
    let note = Origin {
        digest: digest.to_string(),
        ..origin.clone()
    };
    if let Ok(json) = serde_json::to_vec(&note) {
        write_atomically(&path(place), &json)?;
    }
    let set = database.advisory_set(digest);
    let records: u64 = set.sources.iter().map(|source| source.records).sum();
    let newest = set
        .newest()
        .map_or_else(String::new, |day| format!(", the newest of {day}"));
    talk::note(&format!(
        "{} now holds {records} records{newest}",
        place.display()
    ));
    Ok(())
}
