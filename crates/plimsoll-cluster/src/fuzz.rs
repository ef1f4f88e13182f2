//! Entries for fuzzing: parsers of what servers send and of kubeconfig files, without a connection.

use crate::discovery::{self, Resource};
use crate::kubeconfig;
use crate::list;
use crate::object::Item;

/// The objects of one page of a list, up to where it cannot be read.
pub fn page(bytes: &[u8]) -> Vec<Item> {
    let resource = Resource {
        group: "apps".to_owned(),
        kind: "Deployment".to_owned(),
        version: "v1".to_owned(),
        plural: "deployments".to_owned(),
        is_namespaced: true,
    };
    let mut items = Vec::new();
    let _ = list::page(bytes, &mut |value| {
        items.extend(Item::read(value, &resource));
        Ok(())
    });
    items
}

/// The paths that would be asked for after this answer about what is served.
pub fn served(bytes: &[u8]) -> Vec<String> {
    let resources = discovery::read_aggregated(bytes).unwrap_or_default();
    resources
        .iter()
        .map(|resource| resource.path(None))
        .collect()
}

/// The server of a kubeconfig, or why there is none.
pub fn server(text: &str) -> Result<String, String> {
    kubeconfig::parsed("fuzz", text)
        .map(|target| target.server)
        .map_err(|error| error.to_string())
}
