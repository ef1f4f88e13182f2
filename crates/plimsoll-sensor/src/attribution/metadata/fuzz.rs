//! What is fuzzed here; see `attribution::fuzz`.

use std::path::Path;

use serde_json::Value;

use super::super::details::Details;
use super::bolt::{self, Bolt};
use super::file::Links;
use super::oci::Configuration;
use super::podman::Storage;
use super::sqlite::Sqlite;
use super::{containerd, crio, probes};

pub fn database(data: &[u8], path: &[&[u8]]) {
    if let Some(bolt) = Bolt::new(data) {
        assert_eq!(bolt.get(path), bolt.get(path));
    }
}

pub fn sqlite(data: &[u8], table: &str, key: &str) -> Option<Vec<Vec<u8>>> {
    let row = Sqlite::new(data)?.row(table, key);
    assert_eq!(row, Sqlite::new(data)?.row(table, key));
    row
}

/// What podman's own database in a storage says of a container.
pub fn podman(root: &Path, id: &str) -> Details {
    let storage = Storage {
        root: root.to_owned(),
        driver: "overlay".to_owned(),
    };
    let mut details = Details::default();
    storage.take_own(id, Links::Refused, &mut details);
    details
}

pub fn checksum(bytes: &[u8]) -> u64 {
    bolt::fnv(bytes)
}

pub fn configuration(value: Value, details: &mut Details) {
    let configuration = Configuration { value };
    configuration.take(details);
    let _ = configuration.is_in(b"/docker/a", "a");
    containerd::take_cri(&configuration, details);
    if crio::is_own(&configuration) {
        crio::take(&configuration, details);
    }
    if let Some(annotations) = configuration.value.get("annotations") {
        probes::take(annotations, details);
    }
}
