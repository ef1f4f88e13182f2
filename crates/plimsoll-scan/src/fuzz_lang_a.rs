//! Entry points for fuzzing: every reader of text formats for Python, Node, Ruby, PHP and .NET,
//! and the archive reader, each with a path that it wants.

use std::sync::Arc;

use crate::catalogers::CATALOGERS;
use crate::{Facts, File};

/// Id of a cataloger, and a path of a file that it reads.
pub const TARGETS: &[(&str, &str)] = &[
    ("dotnet-deps", "app/a.deps.json"),
    ("dotnet-packages-lock", "packages.lock.json"),
    ("node-bun-lock", "bun.lock"),
    ("node-package", "node_modules/a/package.json"),
    ("node-package-lock", "package-lock.json"),
    ("node-pnpm-lock", "pnpm-lock.yaml"),
    ("node-yarn-lock", "yarn.lock"),
    ("php-composer-lock", "composer.lock"),
    ("php-installed", "vendor/composer/installed.json"),
    ("python-dist-info", "a-1.0.dist-info/METADATA"),
    ("python-egg-info", "a-1.0.egg-info/PKG-INFO"),
    ("python-pdm-lock", "pdm.lock"),
    ("python-pipfile-lock", "Pipfile.lock"),
    ("python-poetry-lock", "poetry.lock"),
    ("python-pylock", "pylock.toml"),
    ("python-requirements", "requirements.txt"),
    ("python-uv-lock", "uv.lock"),
    ("python-wheel", "a-1.0-py3-none-any.whl"),
    ("ruby-gemfile-lock", "Gemfile.lock"),
    ("ruby-gemspec", "specifications/a-1.0.gemspec"),
];

/// Hands bytes to the cataloger of this id, and gives back what it found.
pub fn read(id: &str, bytes: &[u8]) -> Facts {
    let mut facts = Facts::default();
    let target = TARGETS.iter().find(|(target, _)| *target == id);
    let cataloger = CATALOGERS.iter().find(|cataloger| cataloger.id() == id);
    if let (Some((_, path)), Some(cataloger)) = (target, cataloger) {
        let file = File {
            path,
            mode: 0o644,
            data: Arc::new(bytes.to_vec()),
        };
        let _ = cataloger.read(&file, &mut facts);
    }
    facts
}
