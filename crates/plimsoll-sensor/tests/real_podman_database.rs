//! podman's own database of version 5, as SQLite itself writes it with podman's tables.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test"
)]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use plimsoll_sensor::attribution::fuzz;
use serde_json::json;

/// The tables that are read, with the columns that podman gives them; the ids are keys of text, so
/// that SQLite makes an index for each.
const TABLES: &str = "
CREATE TABLE ContainerConfig(ID TEXT PRIMARY KEY NOT NULL, Name TEXT UNIQUE NOT NULL, PodID TEXT,
    JSON TEXT NOT NULL);
CREATE TABLE ContainerState(ID TEXT PRIMARY KEY NOT NULL, State INTEGER NOT NULL, ExitCode INTEGER,
    JSON TEXT NOT NULL);
CREATE TABLE PodConfig(ID TEXT PRIMARY KEY NOT NULL, Name TEXT UNIQUE NOT NULL, JSON TEXT NOT NULL);
CREATE TABLE PodState(ID TEXT PRIMARY KEY NOT NULL, InfraContainerID TEXT, JSON TEXT NOT NULL);
";

fn sqlite(file: &Path, text: &str) {
    let mut child = Command::new("sqlite3")
        .arg(file)
        .stdin(Stdio::piped())
        .spawn()
        .expect("sqlite3: apt install sqlite3");
    let mut input = child.stdin.take().unwrap();
    input.write_all(text.as_bytes()).unwrap();
    drop(input);
    assert!(child.wait().unwrap().success());
}

fn id(number: u32) -> String {
    // Not in the order of the rows.
    let scattered = number.wrapping_mul(2_654_435_761);
    format!("{scattered:08x}{number:056x}")
}

/// Rows of containers from..to; `padding` makes a configuration as long as that.
fn rows(numbers: std::ops::Range<u32>, padding: usize) -> String {
    let mut text = "BEGIN;\n".to_owned();
    for number in numbers {
        let id = id(number);
        let config = json!({
            "name": format!("c{number}"),
            "pod": id.replace('0', "f"),
            "labels": {"number": number.to_string(), "padding": "x".repeat(padding)},
            "user": "1000:1000",
            "rootfsImageName": "docker.io/library/nginx:1",
            "healthcheck": {"Test": ["CMD-SHELL", "curl localhost"]},
        });
        // podman binds its JSON as bytes.
        let mut bytes = String::new();
        for byte in config.to_string().bytes() {
            write!(bytes, "{byte:02x}").unwrap();
        }
        writeln!(
            text,
            "INSERT INTO ContainerConfig VALUES('{id}','c{number}',NULL,x'{bytes}');"
        )
        .unwrap();
        let state = json!({"pid": number + 1, "startedTime": "2026-11-22T10:00:00.5Z"});
        writeln!(
            text,
            "INSERT INTO ContainerState VALUES('{id}',3,0,'{state}');"
        )
        .unwrap();
        let pod = json!({"name": format!("p{number}"), "labels": {"app": "shop"}});
        let pod_id = id.replace('0', "f");
        writeln!(
            text,
            "INSERT INTO PodConfig VALUES('{pod_id}','p{number}','{pod}');"
        )
        .unwrap();
        let state = json!({"InfraContainerID": "infra"});
        writeln!(
            text,
            "INSERT INTO PodState VALUES('{pod_id}','infra','{state}');"
        )
        .unwrap();
    }
    text + "COMMIT;\n"
}

#[test]
fn containers_and_pods_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("db.sql");
    for page_bytes in [512, 4096, 65_536] {
        let _ = fs::remove_file(&file);
        let text = format!("PRAGMA page_size = {page_bytes};\n{TABLES}");
        // One that needs no more than its page, some that overflow, and enough for a deep tree.
        sqlite(
            &file,
            &(text + &rows(0..400, 10) + &rows(400..420, 100_000)),
        );
        for number in (0..400).step_by(37).chain([0, 399, 400, 419]) {
            let said = fuzz::podman(folder.path(), &id(number));
            assert_eq!(
                said.pointer("/labels/number"),
                Some(&json!(number.to_string())),
                "{said}"
            );
            assert_eq!(
                said.pointer("/pod/name"),
                Some(&json!(format!("p{number}"))),
                "{said}"
            );
            assert!(said.to_string().contains("curl localhost"), "{said}");
        }
        let nobody = fuzz::podman(folder.path(), &"e".repeat(64)).to_string();
        assert!(nobody.contains("the container is not in it"), "{nobody}");
    }
    // Removed and written anew, with free pages between.
    sqlite(&file, "DELETE FROM ContainerConfig WHERE Name LIKE 'c1%';");
    sqlite(&file, &rows(500..600, 5_000));
    let gone = fuzz::podman(folder.path(), &id(11)).to_string();
    assert!(gone.contains("the container is not in it"), "{gone}");
    let new = fuzz::podman(folder.path(), &id(599));
    assert_eq!(new.pointer("/labels/number"), Some(&json!("599")));
}

#[test]
fn what_is_damaged_or_something_else_tells_nothing_and_returns() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("db.sql");
    sqlite(&file, &(TABLES.to_owned() + &rows(0..60, 300)));
    let whole = fs::read(&file).unwrap();
    let read = |bytes: &[u8]| fuzz::sqlite(bytes, "ContainerConfig", &id(7));
    assert_eq!(read(&whole).unwrap().len(), 4);
    assert!(fuzz::sqlite(&whole, "ContainerConfigs", &id(7)).is_none());
    for length in (0..whole.len()).step_by(997) {
        let _ = read(whole.get(..length).unwrap());
    }
    // Each byte in its turn becomes something else.
    for at in (0..whole.len()).step_by(13) {
        let mut damaged = whole.clone();
        if let Some(byte) = damaged.get_mut(at) {
            *byte ^= 0xff;
        }
        let _ = read(&damaged);
    }
    assert!(read(b"").is_none());
    assert!(read(&[0xff; 4096]).is_none());
}
