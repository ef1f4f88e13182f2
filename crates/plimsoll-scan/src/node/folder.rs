//! Which `package.json` describes an installed package.
//!
//! Node loads a package from `node_modules/NAME` of the importing file's folder or of one above;
//! so a folder directly in `node_modules` (or in a scope in it) is a package, wherever it lies:
//! also one that another package has bundled. Some packages bundle others without that folder, as
//! Next.js does in `dist/compiled/NAME`: those count where the folder is called what the package
//! is. Other `package.json` inside a package only set options (`{"type": "module"}`), or belong to
//! examples and test data. Packages in folders of another package that are named like tests or
//! examples are not loaded by it, and do not count.

/// What a `package.json` describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A package in a folder of modules.
    Library,
    /// Inside a package, in a folder that may hold a copy of the package of this name.
    Bundled(String),
    /// A folder inside a package, or a package among its test data.
    Inside,
    /// A program, or a package under development.
    Application,
}

/// Folders in which packages keep what they do not load.
const NOT_LOADED: &[&str] = &[
    "test",
    "tests",
    "__tests__",
    "testdata",
    "fixture",
    "fixtures",
    "__fixtures__",
    "spec",
    "specs",
    "example",
    "examples",
    "demo",
    "docs",
];

/// Folders in which packages keep their own built code.
const BUILT: &[&str] = &[
    "benchmark",
    "bin",
    "browser",
    "build",
    "cjs",
    "commonjs",
    "dist",
    "es",
    "esm",
    "lib",
    "mjs",
    "module",
    "out",
    "src",
    "types",
    "umd",
];

/// Where Debian's packages of Node modules lie, which `node` there also searches.
const DISTRIBUTION_FOLDERS: &[&str] = &["usr/share/nodejs", "usr/lib/nodejs"];

/// Judges the path of a `package.json`.
pub(crate) fn place(path: &str) -> Place {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    let distribution = DISTRIBUTION_FOLDERS.iter().any(|folder| {
        path.strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
    });
    let is_modules =
        |index: usize| parts.get(index) == Some(&"node_modules") || (distribution && index == 2);
    // A package may itself be called `test`: only folders deeper in a package are looked at.
    let apart = |outermost: usize, end: usize| {
        let between = parts.get(outermost..end).unwrap_or_default();
        let mut package_depth = 0;
        for (offset, part) in between.iter().enumerate() {
            if is_modules(outermost + offset) {
                package_depth = 0;
            } else if !(package_depth == 1 && part.starts_with('@')) {
                if package_depth > 1 && NOT_LOADED.contains(part) {
                    return true;
                }
                package_depth = package_depth.max(1) + 1;
            }
            if package_depth == 0 {
                package_depth = 1;
            }
        }
        false
    };
    let Some(outermost) = (0..parts.len()).find(|index| is_modules(*index)) else {
        return Place::Application;
    };
    let Some(last) = parts.len().checked_sub(1) else {
        return Place::Application;
    };
    let scoped = last
        .checked_sub(1)
        .and_then(|scope| parts.get(scope))
        .is_some_and(|scope| scope.starts_with('@'));
    let modules = last.checked_sub(if scoped { 2 } else { 1 });
    let named = parts
        .get(last)
        .is_some_and(|name| !name.starts_with(['.', '@']));
    let Some(modules) = modules.filter(|index| named && is_modules(*index)) else {
        let copy = named && last > outermost && !parts.iter().any(|part| part.starts_with('.'));
        return match parts.get(last) {
            Some(name) if copy && !BUILT.contains(name) && !apart(outermost, last + 1) => {
                let scope = last.checked_sub(1).and_then(|scope| parts.get(scope));
                Place::Bundled(match scope.filter(|_| scoped) {
                    Some(scope) => format!("{scope}/{name}"),
                    None => (*name).to_owned(),
                })
            }
            _ => Place::Inside,
        };
    };
    if apart(outermost, modules) {
        return Place::Inside;
    }
    Place::Library
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: &Place) {
        assert_eq!(&place(path), expected, "{path}");
    }

    #[test]
    fn packages_in_folders_of_modules() {
        for path in [
            "app/node_modules/a/package.json",
            "node_modules/@s/a/package.json",
            "node_modules/a/node_modules/b/package.json",
            "node_modules/test/package.json",
            "node_modules/test/node_modules/b/package.json",
            "node_modules/@test/docs/node_modules/b/package.json",
            "node_modules/.pnpm/a@1.0.0/node_modules/@s/a/package.json",
            "node_modules/a/dist/bundled/node_modules/b/package.json",
            "srv/test/fixtures/node_modules/a/package.json",
            "usr/share/nodejs/a/package.json",
            "usr/share/nodejs/@s/a/package.json",
            "usr/share/nodejs/a/node_modules/b/package.json",
        ] {
            check(path, &Place::Library);
        }
    }

    #[test]
    fn what_lies_inside_a_package() {
        for path in [
            "node_modules/a/dist/esm/package.json",
            "node_modules/package.json",
            "node_modules/@s/package.json",
            "node_modules/.cache/package.json",
            "node_modules/.cache/x/package.json",
            "node_modules/a/test/package.json",
            "node_modules/resolve/test/resolver/node_modules/b/package.json",
            "node_modules/@s/a/fixtures/node_modules/b/package.json",
            "usr/share/nodejs/a/lib/package.json",
        ] {
            check(path, &Place::Inside);
        }
    }

    #[test]
    fn what_may_be_a_copy_of_another_package() {
        for (path, name) in [
            (
                "node_modules/next/dist/compiled/undici/package.json",
                "undici",
            ),
            (
                "node_modules/next/dist/compiled/@babel/runtime/package.json",
                "@babel/runtime",
            ),
            ("node_modules/@s/a/vendor/b/package.json", "b"),
            ("usr/share/nodejs/a/b/package.json", "b"),
        ] {
            check(path, &Place::Bundled(name.to_owned()));
        }
    }

    #[test]
    fn everything_else_is_an_application() {
        for path in [
            "package.json",
            "app/package.json",
            "usr/share/x/package.json",
        ] {
            check(path, &Place::Application);
        }
    }
}
