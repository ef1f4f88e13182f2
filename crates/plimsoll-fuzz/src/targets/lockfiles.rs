//! Lockfiles, manifests and metadata of languages: text.

use plimsoll_scan::fuzz_lang_b;

use super::{read, target};
use crate::Target;
use crate::seeds::lockfiles as seeds;

pub const TARGETS: &[Target] = &[
    target!(
        "python_metadata",
        "METADATA and PKG-INFO",
        Some("python"),
        |data| read(&["python-dist-info", "python-egg-info"], data),
        seeds::python_metadata
    ),
    target!(
        "python_locks",
        "poetry, pdm, uv and pylock files",
        Some("toml"),
        |data| read(
            &[
                "python-pdm-lock",
                "python-poetry-lock",
                "python-pylock",
                "python-uv-lock"
            ],
            data
        ),
        seeds::python_locks
    ),
    target!(
        "python_pipfile_lock",
        "Pipfile.lock",
        Some("json"),
        |data| read(&["python-pipfile-lock"], data),
        || seeds::sample("python-pipfile-lock")
    ),
    target!(
        "python_requirements",
        "requirements.txt",
        Some("python"),
        |data| read(&["python-requirements"], data),
        || seeds::sample("python-requirements")
    ),
    target!(
        "node_package",
        "package.json",
        Some("json"),
        |data| read(&["node-package"], data),
        || seeds::sample("node-package")
    ),
    target!(
        "node_package_lock",
        "package-lock.json",
        Some("json"),
        |data| read(&["node-package-lock"], data),
        || seeds::sample("node-package-lock")
    ),
    target!(
        "node_bun_lock",
        "bun.lock",
        Some("json"),
        |data| read(&["node-bun-lock"], data),
        || seeds::sample("node-bun-lock")
    ),
    target!(
        "node_pnpm_lock",
        "pnpm-lock.yaml",
        Some("yaml"),
        |data| read(&["node-pnpm-lock"], data),
        || seeds::sample("node-pnpm-lock")
    ),
    target!(
        "node_yarn_lock",
        "yarn.lock of yarn 1 and later",
        Some("yaml"),
        |data| read(&["node-yarn-lock"], data),
        || seeds::sample("node-yarn-lock")
    ),
    target!(
        "php",
        "composer.lock and installed.json",
        Some("json"),
        |data| read(&["php-composer-lock", "php-installed"], data),
        seeds::php
    ),
    target!(
        "ruby_gemfile_lock",
        "Gemfile.lock",
        Some("ruby"),
        |data| read(&["ruby-gemfile-lock"], data),
        || seeds::sample("ruby-gemfile-lock")
    ),
    target!(
        "ruby_gemspec",
        "installed gemspecs",
        Some("ruby"),
        |data| read(&["ruby-gemspec"], data),
        || seeds::sample("ruby-gemspec")
    ),
    target!(
        "dotnet",
        "deps.json and packages.lock.json",
        Some("json"),
        |data| read(&["dotnet-deps", "dotnet-packages-lock"], data),
        seeds::dotnet
    ),
    target!(
        "cargo_lock",
        "Cargo.lock",
        Some("toml"),
        |data| read(&["cargo-lock"], data),
        seeds::cargo_lock
    ),
    target!(
        "go_mod",
        "go.mod",
        Some("go"),
        |data| read(&["go-mod"], data),
        seeds::go_mod
    ),
    target!(
        "gradle_lock",
        "gradle.lockfile",
        None,
        |data| read(&["gradle-lock"], data),
        seeds::gradle_lock
    ),
    target!(
        "maven_project",
        "pom.xml, as a source's and as a jar's",
        Some("xml"),
        maven_project,
        seeds::maven_projects
    ),
];

fn maven_project(data: &[u8]) {
    read(&["pom-xml"], data);
    fuzz_lang_b::part("maven-project", data);
}
