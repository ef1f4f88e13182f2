//! Packages that Composer installed and locked, held against `composer show`. Needs Debian's
//! `composer`; packages come from folders beside the project, no network.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot run must fail loudly"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

#[path = "support/lang_tools.rs"]
mod lang_tools;
#[path = "support/read.rs"]
mod read;

use lang_tools::run;
use read::{assert_same, names, read_folder};

fn composer(folder: &Path, arguments: &[&str]) -> String {
    let front = [
        "COMPOSER_ALLOW_SUPERUSER=1",
        "COMPOSER_DISABLE_NETWORK=1",
        "composer",
    ];
    run(folder, "env", &[&front[..], arguments].concat(), "composer")
}

/// A project with three packages: a tag with `v`, capitals in a name, a branch for development.
fn project(folder: &Path) {
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "packages/alpha/composer.json",
        r#"{"name":"acme/alpha","version":"v1.2.3","license":"MIT","require":{"acme/beta":"^2.0"}}"#,
    );
    write(
        "packages/beta/composer.json",
        r#"{"name":"Acme/Beta","version":"2.1.0","license":["MIT","ISC"]}"#,
    );
    write(
        "packages/gamma/composer.json",
        r#"{"name":"acme/gamma","version":"dev-main"}"#,
    );
    write(
        "composer.json",
        r#"{"name":"acme/app","require":{"acme/alpha":"^1.0"},"require-dev":{"acme/gamma":"*@dev"},
            "repositories":[{"type":"path","url":"packages/*","options":{"symlink":false}},
            {"packagist.org":false}]}"#,
    );
    composer(folder, &["install", "--no-interaction", "--quiet"]);
}

fn show(folder: &Path, list: &str, more: &[&str]) -> BTreeSet<String> {
    let arguments = [&["show", "--format=json"], more].concat();
    let shown: Value = serde_json::from_str(&composer(folder, &arguments)).unwrap();
    shown[list]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let name = package["name"].as_str().unwrap().to_lowercase();
            format!("{name} {}", package["version"].as_str().unwrap())
        })
        .collect()
}

#[test]
fn composer_shows_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    project(folder);
    let installed = read_folder(folder, &["php-installed"]);
    assert_same(
        &names(&installed),
        &show(folder, "installed", &[]),
        "installed.json",
    );
    let locked = read_folder(folder, &["php-composer-lock"]);
    assert_same(
        &names(&locked),
        &show(folder, "locked", &["--locked"]),
        "composer.lock",
    );
    let licenses: BTreeSet<String> = installed
        .iter()
        .flat_map(|one| &one.facts.packages)
        .map(|found| format!("{}: {}", found.name, found.licenses.join(" ")))
        .collect();
    let expected = ["alpha: MIT", "beta: MIT ISC", "gamma: "];
    assert_eq!(licenses, expected.map(str::to_owned).into_iter().collect());
}
