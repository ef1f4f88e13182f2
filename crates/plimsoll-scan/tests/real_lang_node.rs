//! Trees and lockfiles made by npm, Yarn and pnpm themselves, held against what these tools say
//! is in them. Needs npm, the packages of script/npm-test.txt, and the registry.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot run must fail loudly"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

#[path = "support/read.rs"]
mod read;
#[path = "support/lang_tools.rs"]
mod tools;

use read::{assert_same, name, names, read_folder};
use tools::{folder_of, run, try_run};

/// Scopes, an alias, packages for other platforms, two versions of one package, peers.
const PACKAGE_JSON: &str = r#"{
  "name": "sample-app", "version": "0.3.0", "license": "ISC",
  "dependencies": {
    "express": "4.18.2", "@babel/core": "7.23.0", "lodash4": "npm:lodash@4.17.20",
    "chokidar": "3.5.3", "react-dom": "18.2.0", "react": "18.2.0", "ms": "2.0.0"
  },
  "devDependencies": { "jest-diff": "29.0.0", "esbuild": "0.19.0", "debug": "4.3.4" },
  "optionalDependencies": { "fsevents": "2.3.3" }
}"#;

/// Packages that are only for other platforms: locked everywhere, installed only there.
fn is_for_a_platform(package: &str) -> bool {
    package.starts_with("@esbuild/") || package.starts_with("fsevents ")
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("package.json"), PACKAGE_JSON).unwrap();
    folder
}

fn npm(folder: &Path, arguments: &[&str]) -> String {
    run(folder, "npm", arguments, "npm (Debian: npm)")
}

/// Runs the script of a package of script/npm-test.txt.
fn node(folder: &Path, script: &str, arguments: &[&str]) -> (bool, String, String) {
    let script = folder_of("PLIMSOLL_TEST_NPM")
        .join("node_modules")
        .join(script);
    assert!(
        script.is_file(),
        "{} is missing: see script/npm-test.txt",
        script.display()
    );
    let arguments: Vec<&str> = [script.to_str().unwrap()]
        .into_iter()
        .chain(arguments.iter().copied())
        .collect();
    try_run(folder, "node", &arguments, "nodejs")
}

fn node_ok(folder: &Path, script: &str, arguments: &[&str]) -> String {
    let (ok, stdout, stderr) = node(folder, script, arguments);
    assert!(ok, "{script} {arguments:?}: {stdout}{stderr}");
    stdout
}

/// What `npm ls` lists, by the names that the packages give themselves.
fn npm_ls(folder: &Path, more: &[&str]) -> BTreeSet<String> {
    let arguments = [&["ls", "--all", "--json", "--long"], more].concat();
    let listed: Value = serde_json::from_str(&npm(folder, &arguments)).unwrap();
    let mut all = BTreeSet::new();
    let mut open = vec![&listed];
    while let Some(node) = open.pop() {
        let dependencies = node.get("dependencies").and_then(Value::as_object);
        for (key, child) in dependencies.into_iter().flatten() {
            // An empty object stands for an optional package that is not there.
            if let Some(version) = child["version"].as_str() {
                let name = child["name"].as_str().unwrap_or(key);
                all.insert(format!("{name} {version}"));
                open.push(child);
            }
        }
    }
    all
}

#[test]
fn npm_lists_the_same_in_an_installed_tree() {
    let folder = project();
    let install = ["install", "--no-audit", "--no-fund", "--ignore-scripts"];
    npm(folder.path(), &install);
    let told = read_folder(folder.path(), &["node-package"]);
    let told: Vec<_> = told
        .into_iter()
        .filter(|one| one.cataloger == "node-package" && one.path != "package.json")
        .collect();
    assert_same(&names(&told), &npm_ls(folder.path(), &[]), "installed tree");
    // Each package once for each place, also those that lie in several.
    let places = npm(folder.path(), &["query", "*"]);
    let places: Value = serde_json::from_str(&places).unwrap();
    let count = places.as_array().unwrap().len();
    // `npm query *` counts the project itself.
    assert_eq!(told.len() + 1, count);
}

#[test]
fn npm_lists_the_same_in_lockfiles_of_each_version() {
    for version in ["1", "2", "3"] {
        let folder = project();
        let lockfile_version = format!("--lockfile-version={version}");
        npm(
            folder.path(),
            &[
                "install",
                "--package-lock-only",
                "--no-audit",
                "--no-fund",
                &lockfile_version,
            ],
        );
        let told = read_folder(folder.path(), &["node-package-lock"]);
        let theirs = npm_ls(folder.path(), &["--package-lock-only"]);
        assert_same(
            &names(&told),
            &theirs,
            &format!("package-lock version {version}"),
        );
        assert_lines(folder.path(), &told);
    }
}

/// Each line that is told names the package.
fn assert_lines(folder: &Path, told: &[read::Told]) {
    for one in told {
        #[expect(clippy::disallowed_methods, reason = "a file that the test made")]
        let text = fs::read_to_string(folder.join(&one.path)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for found in &one.facts.packages {
            let line = lines[found.line.unwrap() as usize - 1];
            assert!(line.contains(&found.name), "{} at {line}", name(found));
        }
    }
}

#[test]
fn yarn_classic_lists_the_same() {
    let folder = project();
    let yarn = "yarn/bin/yarn.js";
    node_ok(
        folder.path(),
        yarn,
        &[
            "install",
            "--ignore-scripts",
            "--non-interactive",
            "--ignore-platform",
        ],
    );
    let told = read_folder(folder.path(), &["node-yarn-lock"]);
    assert_lines(folder.path(), &told);
    let listed = node_ok(folder.path(), yarn, &["list", "--json", "--no-progress"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let mut theirs = BTreeSet::new();
    let mut open: Vec<&Value> = listed["data"]["trees"].as_array().unwrap().iter().collect();
    while let Some(node) = open.pop() {
        open.extend(node["children"].as_array().into_iter().flatten());
        // A shadow is a request, and what it led to is listed elsewhere.
        if node["shadow"] != true {
            let (name, version) = node["name"].as_str().unwrap().rsplit_once('@').unwrap();
            // Yarn lists an alias by the name it has in this project.
            let name = if name == "lodash4" { "lodash" } else { name };
            theirs.insert(format!("{name} {version}"));
        }
    }
    assert_same(&names(&told), &theirs, "yarn classic");
}

#[test]
fn yarn_berry_lists_the_same() {
    let folder = project();
    fs::write(folder.path().join("yarn.lock"), "").unwrap();
    fs::write(
        folder.path().join(".yarnrc.yml"),
        "enableTelemetry: false\nenableGlobalCache: true\nenableImmutableInstalls: false\n",
    )
    .unwrap();
    let yarn = "@yarnpkg/cli-dist/bin/yarn.js";
    node_ok(folder.path(), yarn, &["install", "--mode=update-lockfile"]);
    let told = read_folder(folder.path(), &["node-yarn-lock"]);
    let listed = node_ok(
        folder.path(),
        yarn,
        &["info", "--all", "--recursive", "--json"],
    );
    let theirs: BTreeSet<String> = listed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter_map(|entry| {
            let locator = entry["value"].as_str().unwrap().to_owned();
            let at = locator.get(1..).unwrap().find('@').unwrap() + 1;
            let (name, reference) = locator.split_at(at);
            let version = entry["children"]["Version"].as_str().unwrap();
            let own = reference.starts_with("@workspace:");
            (!own).then(|| format!("{name} {version}"))
        })
        .collect();
    assert_same(&names(&told), &theirs, "yarn berry");
}

/// `pnpm ls` of a real installation, and the packages for other platforms.
fn check_pnpm(script: &str, lockfile: &str) {
    let folder = project();
    node_ok(folder.path(), script, &["install", "--ignore-scripts"]);
    let listed = node_ok(
        folder.path(),
        script,
        &["ls", "--depth", "Infinity", "--json"],
    );
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let mut theirs = BTreeSet::new();
    let mut open: Vec<&Value> = listed.as_array().unwrap().iter().collect();
    while let Some(node) = open.pop() {
        for kind in ["dependencies", "devDependencies", "optionalDependencies"] {
            let children = node.get(kind).and_then(Value::as_object);
            for child in children.into_iter().flat_map(|children| children.values()) {
                let (name, version) = (&child["from"], &child["version"]);
                let package = format!("{} {}", name.as_str().unwrap(), version.as_str().unwrap());
                theirs.insert(package);
                open.push(child);
            }
        }
    }
    theirs.retain(|package| !is_for_a_platform(package));
    let told = read_folder(folder.path(), &["node-pnpm-lock"]);
    let mut ours = names(&told);
    assert!(
        ours.iter().any(|package| package.starts_with("@esbuild/")),
        "{script}"
    );
    ours.retain(|package| !is_for_a_platform(package));
    assert_same(&ours, &theirs, lockfile);
    // What was installed lies in its own store of folders, and is the same.
    let installed: Vec<_> = read_folder(folder.path(), &["node-package"])
        .into_iter()
        .filter(|one| one.cataloger == "node-package" && one.path != "package.json")
        .collect();
    let mut installed = names(&installed);
    installed.retain(|package| !is_for_a_platform(package));
    assert_same(&installed, &theirs, &format!("{lockfile}, installed"));
}

#[test]
fn pnpm_lists_the_same_for_lockfiles_of_version_5() {
    check_pnpm("pnpm7/bin/pnpm.cjs", "pnpm lockfile 5.4");
}

#[test]
fn pnpm_lists_the_same_for_lockfiles_of_version_6() {
    check_pnpm("pnpm8/bin/pnpm.cjs", "pnpm lockfile 6.0");
}

#[test]
fn pnpm_lists_the_same_for_lockfiles_of_version_9() {
    check_pnpm("pnpm9/bin/pnpm.cjs", "pnpm lockfile 9.0");
}
