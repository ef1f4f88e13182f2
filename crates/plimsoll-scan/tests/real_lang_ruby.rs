//! Gems of this machine, and gems that are built, installed and locked here, held against what
//! `gem list` and Bundler say. Needs Debian's `ruby` and `ruby-bundler`; no network.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot run must fail loudly"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "support/lang_tools.rs"]
mod lang_tools;
#[path = "support/read.rs"]
mod read;

use lang_tools::run;
use read::{Told, assert_same, names, read_folder};

/// `gem list` of these folders: name and version, platform dropped.
fn gem_list(path: &str) -> BTreeSet<String> {
    let home = path.split(':').next().unwrap();
    let listed = run(
        Path::new("/"),
        "env",
        &[
            &format!("GEM_HOME={home}"),
            &format!("GEM_PATH={path}"),
            "gem",
            "list",
        ],
        "ruby",
    );
    listed
        .lines()
        .filter_map(|line| line.strip_suffix(')')?.split_once(" ("))
        .flat_map(|(name, versions)| {
            versions.split(", ").map(move |version| {
                let version = version.trim_start_matches("default: ");
                let version = version.split(' ').next().unwrap();
                format!("{name} {version}")
            })
        })
        .collect()
}

fn installed(path: &str) -> Vec<Told> {
    path.split(':')
        .map(PathBuf::from)
        .filter(|folder| folder.is_dir())
        .flat_map(|folder| read_folder(&folder, &["ruby-gemspec"]))
        .collect()
}

/// Builds and installs three gems: one needs another, one is for a platform.
fn gems(folder: &Path) -> String {
    for (name, version, more) in [
        (
            "alpha",
            "1.2.3",
            "s.add_dependency 'beta_x', '>= 2.0.0.rc1'",
        ),
        ("beta_x", "2.0.0.rc1", ""),
        ("gamma-y", "0.1", "s.platform = 'x86_64-linux'"),
    ] {
        let source = folder.join("src").join(name);
        fs::create_dir_all(&source).unwrap();
        let gemspec = format!(
            "Gem::Specification.new do |s|\n  s.name = '{name}'; s.version = '{version}'\n  \
             s.summary = 'x'; s.authors = ['x']; s.licenses = ['MIT', 'ISC']\n  {more}\nend\n"
        );
        fs::write(source.join(format!("{name}.gemspec")), gemspec).unwrap();
        let target = format!("../../{name}.gem");
        run(
            &source,
            "gem",
            &["build", &format!("{name}.gemspec"), "-o", &target],
            "ruby",
        );
    }
    let home = folder.join("home").to_str().unwrap().to_owned();
    let install = [
        "install",
        "--local",
        "--no-document",
        "--force",
        "--install-dir",
        &home,
    ];
    let files = ["alpha.gem", "beta_x.gem", "gamma-y.gem"];
    run(folder, "gem", &[&install[..], &files[..]].concat(), "ruby");
    home
}

#[test]
fn gem_lists_the_same_on_this_machine() {
    let path = run(Path::new("/"), "gem", &["env", "path"], "ruby");
    let path = path.trim();
    let told = installed(path);
    let defaults = told
        .iter()
        .filter(|one| one.path.contains("specifications/default/"));
    assert!(defaults.count() > 20, "Ruby's own gems were not found");
    assert_same(&names(&told), &gem_list(path), "gem list");
}

#[test]
fn gem_lists_the_same_of_gems_installed_here() {
    let folder = tempfile::tempdir().unwrap();
    let home = gems(folder.path());
    let told = installed(&home);
    let expected = ["alpha 1.2.3", "beta_x 2.0.0.rc1", "gamma-y 0.1"];
    let expected = expected.map(str::to_owned).into_iter().collect();
    assert_same(&names(&told), &expected, "gems of the test");
    let theirs = gem_list(&home);
    assert!(theirs.is_superset(&expected), "{theirs:?}");
    for found in told.iter().flat_map(|one| &one.facts.packages) {
        assert_eq!(found.licenses, ["MIT", "ISC"], "{}", found.name);
        let platform = found.qualifiers.iter().any(|(key, _)| key == "platform");
        assert_eq!(platform, found.name == "gamma-y");
    }
}

#[test]
fn bundler_lists_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let home = gems(folder.path());
    fs::write(
        folder.path().join("Gemfile"),
        "source 'https://gems.example'\ngem 'alpha'\ngem 'own', path: 'own'\n",
    )
    .unwrap();
    fs::create_dir(folder.path().join("own")).unwrap();
    fs::write(
        folder.path().join("own/own.gemspec"),
        "Gem::Specification.new { |s| s.name = 'own'; s.version = '9'; s.summary = 'x'; s.authors = ['x'] }\n",
    )
    .unwrap();
    let variables = [format!("GEM_HOME={home}"), format!("GEM_PATH={home}")];
    let bundle = |arguments: &[&str]| {
        let front = [variables[0].as_str(), variables[1].as_str(), "bundle"];
        run(
            folder.path(),
            "env",
            &[&front[..], arguments].concat(),
            "ruby-bundler",
        )
    };
    bundle(&["lock", "--local"]);
    let theirs: BTreeSet<String> = bundle(&["list"])
        .lines()
        .filter_map(|line| line.trim().strip_prefix("* ")?.strip_suffix(')'))
        .map(|line| line.replacen(" (", " ", 1))
        // The project's own part is not a package that it depends on.
        .filter(|line| !line.starts_with("own "))
        .collect();
    let told = read_folder(folder.path(), &["ruby-gemfile-lock"]);
    assert_same(&names(&told), &theirs, "Gemfile.lock");
}
