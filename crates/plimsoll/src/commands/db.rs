//! `db`: building, taking, giving, checking the advisory database.

mod build;
mod install;
mod status;
mod update;

use std::fs;
use std::path::{Path, PathBuf};

use plimsoll_image::read_file_capped;
use plimsoll_vuln::signature::SigningKey;
use plimsoll_vuln::update::{DATABASE_BYTES_MAX, INDEX_FILE, Index, IndexEntry};

use crate::atomic;
use crate::cli::DbCommand;
use crate::commands::EXIT_ALLOWED;
use crate::database::{self, DATABASE_FILE, signature_path};
use crate::failure::{Context, Failure};
use crate::outputs::{self, write_atomically};
use crate::session::Session;
use crate::talk;
use install::Origin;

/// Largest signature, index or key file, in bytes.
const SMALL_BYTES_MAX: u64 = 1 << 20;

pub fn run(session: &Session, command: DbCommand) -> Result<u8, Failure> {
    match command {
        DbCommand::Build {
            from,
            facts_only,
            key,
            to,
        } => {
            build::run(session, &from, facts_only, key.as_deref(), to)?;
        }
        DbCommand::Update(arguments) => update::run(session, &arguments)?,
        DbCommand::Import { file } => import(session, &file)?,
        DbCommand::Export { folder } => export(session, &folder)?,
        DbCommand::Verify { file } => verify(session, file)?,
        DbCommand::Status => status::run(session)?,
        DbCommand::Keygen { file } => keygen(&file)?,
    }
    Ok(EXIT_ALLOWED)
}

fn import(session: &Session, file: &Path) -> Result<(), Failure> {
    let bytes = read_file_capped(file, DATABASE_BYTES_MAX)
        .context(format_args!("read {}", file.display()))?;
    let signature = optional(&signature_path(file))?;
    let database = install::check(&session.configuration, bytes, signature.as_deref())?;
    let origin = Origin::of(&file.to_string_lossy(), session);
    install::install(session, &database, signature.as_deref(), &origin)
}

/// Reads a small file that may be missing.
fn optional(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match read_file_capped(path, SMALL_BYTES_MAX) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::new(format!(
            "failed to read {}: {error}",
            path.display()
        ))),
    }
}

/// Writes database, signature and index into a folder that `db update` can take it from.
fn export(session: &Session, folder: &Path) -> Result<(), Failure> {
    let open = database::open(&session.configuration)?;
    fs::create_dir_all(folder).context(format_args!("make the folder {}", folder.display()))?;
    let file = format!("plimsoll-{}.db", open.advisories.digest.short());
    let signature = optional(&signature_path(&open.path))?;
    write_atomically(&folder.join(&file), open.database.bytes())?;
    if let Some(signature) = &signature {
        write_atomically(&signature_path(&folder.join(&file)), signature)?;
    }
    let index_path = folder.join(INDEX_FILE);
    let mut index = match optional(&index_path)? {
        Some(bytes) => {
            Index::parse(&bytes).context(format_args!("read {}", index_path.display()))?
        }
        None => Index::default(),
    };
    index.add(IndexEntry {
        format: open.database.format(),
        signature: signature.map(|_| format!("{file}.sig")),
        file,
        digest: open.advisories.digest.clone(),
        size_bytes: open.database.bytes().len() as u64,
        snapshot: open.advisories.newest(),
    });
    write_atomically(&index_path, index.to_json().as_bytes())
}

fn verify(session: &Session, file: Option<PathBuf>) -> Result<(), Failure> {
    let path = match file {
        Some(file) => file,
        None => database::locate(&session.configuration)?,
    };
    let open = database::open_at(&path, &session.configuration)?;
    open.database.verify().map_err(|error| {
        Failure::new(format!("failed to verify {}: {error}", path.display())).hint(error.hint())
    })?;
    let signed = if open.signed {
        "signed by a configured key"
    } else {
        "signature not asked for"
    };
    outputs::print(&format!(
        "{}: whole, {}, {signed}\n",
        path.display(),
        open.advisories.digest
    ))
}

/// Makes a key pair; refuses to overwrite one.
fn keygen(file: &Path) -> Result<(), Failure> {
    let public = file.with_extension("pub");
    for path in [file, public.as_path()] {
        if path.exists() {
            return Err(
                Failure::new(format!("failed to write {}: it exists", path.display()))
                    .hint("choose another name; an overwritten key is lost"),
            );
        }
    }
    let key = SigningKey::generate().context("make a key")?;
    let pem = key.to_pem().context("write the key")?;
    atomic::write_secret(file, pem.as_bytes()).context(format_args!("write {}", file.display()))?;
    write_atomically(&public, key.public().to_pem().as_bytes())?;
    talk::note(&format!(
        "wrote {} (keep it secret) and {} (name it in `db_keys`)",
        file.display(),
        public.display()
    ));
    Ok(())
}

/// Where `db build` writes when nothing was said.
pub(super) fn default_build_path() -> PathBuf {
    PathBuf::from(DATABASE_FILE)
}
