//! The starter database: what `script/try` judges by. Facts only, made again by anyone from the
//! data snapshots and a Debian mirror; what is in it and from whom stands in `NOTICE` and
//! `docs/starter-database.md`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use plimsoll_image::{Feed, FeedLimits};
use plimsoll_vuln::sources::source;
use plimsoll_vuln::{
    AdvisorySource, BuildOptions, Builder, Database, Input, InputFile, SourceError,
};

use crate::workspace;

/// Where the database is in the repository.
pub const STARTER_DB: &str = "data/starter.db";
/// Largest starter database, in bytes.
pub const STARTER_BYTES_MAX: usize = 8 << 20;

/// Source and snapshot, for all whose licence lets their facts be passed on. The Ubuntu tracker and
/// Debian's DSA list carry no licence, Victims is share-alike: they stay out.
const SNAPSHOTS: &[(&str, &str)] = &[
    ("alpine", "alpine-secdb-2020.tar.zst"),
    ("almalinux", "almalinux-osv.tar.zst"),
    ("bitnami", "bitnami-vulndb.tar.zst"),
    ("debian-support", "debian-security-support-2026-06.tar.zst"),
    ("go", "govulndb.tar.zst"),
    ("kev", "cisa-kev.tar.zst"),
    ("node", "nodejs-security-wg.tar.zst"),
    ("osv", "osv-ghsa-mined.json.zst"),
    ("packagist", "php-fop.tar.zst"),
    ("pypa", "pypa.tar.zst"),
    ("retirejs", "retirejs.tar.zst"),
    ("rubysec", "rubysec.tar.zst"),
    ("rustsec", "rustsec.tar.zst"),
];

#[derive(clap::Args)]
pub struct Options {
    /// Folder with the advisory snapshots
    #[arg(long, default_value = "../shared/data/advisories")]
    data: PathBuf,
    /// Folder that `script/debian-changelogs` filled from a mirror
    #[arg(long)]
    changelogs: PathBuf,
}

/// Builds the database and puts it in place.
pub fn run(options: &Options) -> Result<()> {
    let mut builder = Builder::new(BuildOptions { facts_only: true });
    for (name, file) in SNAPSHOTS {
        read(
            &mut builder,
            name,
            &workspace::root().join(&options.data).join(file),
        )?;
    }
    read(&mut builder, "debian-changelog", &options.changelogs)?;
    let bytes = builder.finish()?;
    if bytes.len() > STARTER_BYTES_MAX {
        bail!("{} bytes, more than {STARTER_BYTES_MAX}", bytes.len());
    }
    let database = Database::open(bytes)?;
    database.verify()?;
    for source in &database.meta().sources {
        eprintln!(
            "{}: {} records, {} skipped",
            source.id, source.records, source.skipped
        );
    }
    let path = workspace::root().join(STARTER_DB);
    std::fs::write(&path, database.bytes())
        .with_context(|| format!("failed to write {}", path.display()))?;
    eprintln!(
        "wrote {} ({} bytes)",
        path.display(),
        database.bytes().len()
    );
    Ok(())
}

fn read(builder: &mut Builder, name: &str, path: &Path) -> Result<()> {
    let source = source(name).with_context(|| format!("there is no source `{name}`"))?;
    let feed = Feed::open(path, FeedLimits::default())
        .with_context(|| format!("failed to open {}", path.display()))?;
    let mut input = Files {
        feed,
        path: path.display().to_string(),
        source,
        count: 0,
    };
    source.read(&mut input, &mut builder.sink(name))?;
    if input.count == 0 {
        bail!("{}: no file in it is one of `{name}`", path.display());
    }
    Ok(())
}

struct Files {
    feed: Feed,
    path: String,
    source: &'static dyn AdvisorySource,
    count: u64,
}

impl Input for Files {
    fn next(&mut self) -> Option<Result<InputFile, SourceError>> {
        let source = self.source;
        let next = self.feed.next_file(&|path| source.wants(path))?;
        self.count += 1;
        Some(match next {
            Ok(file) => Ok(InputFile {
                path: file.path,
                bytes: file.bytes,
            }),
            Err(error) => Err(SourceError {
                path: self.path.clone(),
                reason: error.to_string(),
            }),
        })
    }
}
