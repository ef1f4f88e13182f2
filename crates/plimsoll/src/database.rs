//! Finds, maps and checks the advisory database.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use plimsoll_image::read_file_capped;
use plimsoll_model::{AdvisorySet, Digest};
use plimsoll_vuln::Database;
use plimsoll_vuln::signature::{PublicKey, SignatureFile, digest_of};

use crate::configuration::{Configuration, user_folder};
use crate::failure::{Context, Failure};
use crate::map::map;

/// Name of the database in the folders where it is looked for.
pub const DATABASE_FILE: &str = "plimsoll.db";
/// The starter database that comes with the program.
const STARTER_FILE: &str = "starter.db";
/// Largest note of a database's digest, in bytes.
const DIGEST_NOTE_BYTES_MAX: u64 = 256;
/// Largest signature or key file, in bytes.
const SIGNATURE_BYTES_MAX: u64 = 64 << 10;

/// A database, mapped and checked as far as was asked for.
pub struct OpenDatabase {
    pub database: Database,
    pub advisories: AdvisorySet,
    pub path: PathBuf,
    /// Whether a trusted key signed it.
    pub signed: bool,
}

/// The database that a run uses: what was said, else the user's, the system's, the starter's.
pub fn locate(configuration: &Configuration) -> Result<PathBuf, Failure> {
    if let Some(path) = &configuration.db {
        return Ok(path.clone());
    }
    let candidates = candidates();
    candidates
        .iter()
        .find(|path| path.is_file())
        .cloned()
        .ok_or_else(|| {
            let looked: Vec<String> = candidates.iter().map(|p| p.display().to_string()).collect();
            Failure::new(format!(
                "failed to find an advisory database; looked at {}",
                looked.join(", ")
            ))
            .hint("`plimsoll db import FILE` puts one in place, `--db FILE` names one")
        })
}

/// Where `db import` and `db update` put a database.
pub fn place(configuration: &Configuration) -> Result<PathBuf, Failure> {
    if let Some(path) = &configuration.db {
        return Ok(path.clone());
    }
    user_folder("XDG_DATA_HOME", ".local/share")
        .map(|folder| folder.join(DATABASE_FILE))
        .ok_or_else(|| {
            Failure::new("failed to find a folder for the database: no home folder")
                .hint("say where with `--db FILE`")
        })
}

fn candidates() -> Vec<PathBuf> {
    let mut candidates = Vec::new();
    candidates.extend(
        user_folder("XDG_DATA_HOME", ".local/share").map(|folder| folder.join(DATABASE_FILE)),
    );
    candidates.push(PathBuf::from("/usr/share/plimsoll").join(DATABASE_FILE));
    let program = std::env::current_exe()
        .ok()
        .and_then(|exe| fs::canonicalize(exe).ok());
    if let Some(folder) = program.as_deref().and_then(Path::parent) {
        candidates.push(folder.join(STARTER_FILE));
        candidates.push(folder.join("../share/plimsoll").join(STARTER_FILE));
        // In a checkout the program is in target/<profile>.
        candidates.push(folder.join("../../data").join(STARTER_FILE));
    }
    candidates
}

/// Opens the database of this run, with its pin and signature checked.
pub fn open(configuration: &Configuration) -> Result<OpenDatabase, Failure> {
    open_at(&locate(configuration)?, configuration)
}

/// Opens a database file, with its pin and signature checked.
pub fn open_at(path: &Path, configuration: &Configuration) -> Result<OpenDatabase, Failure> {
    let name = path.display();
    let bytes = map(path).map_err(|error| {
        Failure::new(format!(
            "failed to open the advisory database {name}: {error}"
        ))
        .hint("`plimsoll db status` tells which database is used")
    })?;
    let digest = known_digest(path, &bytes, configuration);
    if let Some(pin) = pinned(configuration)?
        && pin != digest
    {
        return Err(Failure::new(format!(
            "failed to accept the advisory database {name}: its digest is {digest}, \
             the configuration asks for {pin}"
        ))
        .hint("take the pinned database with `plimsoll db import`, or change `db_digest`"));
    }
    let database = Database::open(bytes).map_err(|error| {
        Failure::new(format!(
            "failed to open the advisory database {name}: {error}"
        ))
        .hint(error.hint())
    })?;
    let signed = check_signature(path, &database, configuration)?;
    Ok(OpenDatabase {
        advisories: database.advisory_set(digest),
        database,
        path: path.to_owned(),
        signed,
    })
}

/// The digest that the configuration asks for.
pub fn pinned(configuration: &Configuration) -> Result<Option<Digest>, Failure> {
    let pin = configuration.settings.db_digest.as_deref();
    pin.map(str::parse)
        .transpose()
        .context("read the setting `db_digest`")
}

/// With keys configured, an unsigned or wrongly signed database is refused.
fn check_signature(
    path: &Path,
    database: &Database,
    configuration: &Configuration,
) -> Result<bool, Failure> {
    let keys = read_keys(configuration)?;
    if keys.is_empty() {
        return Ok(false);
    }
    let file = signature_path(path);
    let name = file.display();
    let bytes = read_file_capped(&file, SIGNATURE_BYTES_MAX).map_err(|error| {
        Failure::new(format!("failed to read the signature {name}: {error}"))
            .hint("with `db_keys` configured only signed databases are used")
    })?;
    let signature = SignatureFile::parse(&bytes).context(format_args!("read {name}"))?;
    signature
        .verify_opened(database, &keys)
        .context(format_args!("verify {}", path.display()))?;
    Ok(true)
}

/// `vuln.db` has its signature in `vuln.db.sig`.
pub fn signature_path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".sig");
    PathBuf::from(name)
}

/// The keys that may sign databases.
pub fn read_keys(configuration: &Configuration) -> Result<Vec<PublicKey>, Failure> {
    let folder = configuration.file.as_deref().and_then(Path::parent);
    configuration
        .settings
        .db_keys
        .iter()
        .map(|key| {
            if key.contains("-----BEGIN") {
                return PublicKey::from_pem(key).context("read a key of `db_keys`");
            }
            // A relative path is meant from the file that names it.
            let path = folder.map_or_else(|| PathBuf::from(key), |folder| folder.join(key));
            let bytes = read_file_capped(&path, SIGNATURE_BYTES_MAX)
                .context(format_args!("read the key {}", path.display()))?;
            PublicKey::from_pem(&String::from_utf8_lossy(&bytes))
                .context(format_args!("read the key {}", path.display()))
        })
        .collect()
}

/// The digest of the file, remembered by its identity so that it is computed once per file.
fn known_digest(path: &Path, bytes: &[u8], configuration: &Configuration) -> Digest {
    let identity = identity(path);
    let note = configuration
        .cache
        .as_ref()
        .zip(identity.as_ref())
        .map(|(folder, identity)| folder.join("digests").join(identity));
    // Noted with its own digest: what a disk changed is not believed.
    let seal = |digest: &Digest| {
        let text = format!("{} {digest}", identity.as_deref().unwrap_or_default());
        digest_of(text.as_bytes())
    };
    if let Some(note) = &note
        && let Ok(text) = read_file_capped(note, DIGEST_NOTE_BYTES_MAX)
        && let Ok(text) = std::str::from_utf8(&text)
        && let Some((digest, sealed)) = text.trim().split_once(' ')
        && let Ok(digest) = digest.parse()
        && seal(&digest).to_string() == sealed
    {
        return digest;
    }
    let digest = digest_of(bytes);
    if let Some(note) = &note
        && let Some(folder) = note.parent()
        && fs::create_dir_all(folder).is_ok()
    {
        // Losing the note costs only time.
        let text = format!("{digest} {}", seal(&digest));
        let _ = crate::atomic::write(note, text.as_bytes());
    }
    digest
}

/// Device, inode, size and times: changes whenever the file does.
fn identity(path: &Path) -> Option<String> {
    let meta = fs::metadata(path).ok()?;
    Some(format!(
        "{:x}-{:x}-{:x}-{:x}.{:x}-{:x}.{:x}",
        meta.dev(),
        meta.ino(),
        meta.size(),
        meta.mtime(),
        meta.mtime_nsec(),
        meta.ctime(),
        meta.ctime_nsec()
    ))
}
