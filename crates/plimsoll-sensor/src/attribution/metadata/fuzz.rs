//! What is fuzzed here; see `attribution::fuzz`.

use serde_json::Value;

use super::super::details::Details;
use super::bolt::{self, Bolt};
use super::oci::Configuration;
use super::{containerd, crio, probes};

pub fn database(data: &[u8], path: &[&[u8]]) {
    if let Some(bolt) = Bolt::new(data) {
        assert_eq!(bolt.get(path), bolt.get(path));
    }
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
