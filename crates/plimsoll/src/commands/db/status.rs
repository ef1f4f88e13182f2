//! `db status`: what the database holds, and how old it is.

use std::fmt::Write as _;

use plimsoll_model::text::clean;

use super::install::Origin;
use crate::failure::Failure;
use crate::session::Session;
use crate::{database, outputs};

pub fn run(session: &Session) -> Result<(), Failure> {
    let open = database::open(&session.configuration)?;
    let today = session.today();
    let mut text = String::new();
    let _ = writeln!(text, "database  {}", clean(&open.path.to_string_lossy()));
    let _ = writeln!(text, "digest    {}", open.advisories.digest);
    let _ = writeln!(
        text,
        "size      {} bytes, format {}",
        open.database.bytes().len(),
        open.database.format()
    );
    let _ = writeln!(
        text,
        "signature {}",
        if open.signed {
            "verified"
        } else {
            "not asked for (no `db_keys`)"
        }
    );
    if let Some(day) = open.advisories.newest() {
        let age = (today - day).get_days().max(0);
        let _ = writeln!(text, "newest    {day}, {age} days old");
    }
    if let Some(origin) = Origin::read(&open.path, &open.advisories.digest) {
        let day = origin.at.split('T').next().unwrap_or_default();
        let _ = writeln!(text, "from      {} on {}", clean(&origin.from), clean(day));
    }
    let _ = writeln!(
        text,
        "\n{:<18} {:>10}  {:<10}  {:>8}  covers",
        "source", "records", "newest", "age"
    );
    for source in &open.advisories.sources {
        let snapshot = source
            .snapshot
            .map(|day| day.to_string())
            .unwrap_or_default();
        let age = source
            .snapshot
            .map(|day| format!("{} d", (today - day).get_days().max(0)))
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "{:<18} {:>10}  {snapshot:<10}  {age:>8}  {}",
            clean(&source.name),
            source.records,
            clean(source.coverage.as_deref().unwrap_or_default())
        );
    }
    outputs::print(&text)
}
