//! Images in a registry: the client side of the OCI distribution specification, as far as pulling
//! images and putting small documents beside them ([`Repository`]) needs it.
//!
//! Bearer and basic authentication, a list of mirrors, retry with back-off, blobs that are resumed
//! where they broke off. Nothing is kept on disk: layers are read as they come.

mod challenge;
mod client;
pub mod credentials;
pub(crate) mod fuzz;
mod reference;
mod referrers;
mod remote_blob;
mod repository;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::http::HttpOptions;
use crate::oci::{self, Selection};
use crate::{Image, OpenError};

pub use self::credentials::Credentials;
pub use self::reference::{Reference, ReferenceError};
pub use self::repository::{Document, PUSH_BYTES_MAX, Put, Repository};

use self::client::Client;

/// How registries are reached.
#[derive(Clone, Default)]
pub struct RegistryOptions {
    pub http: HttpOptions,
    /// Registry to the hosts that are asked before it, in order.
    pub mirrors: BTreeMap<String, Vec<String>>,
    pub credentials: Credentials,
}

/// Reads the documents of an image; its layers are fetched when they are read.
pub fn open_registry(
    reference: &Reference,
    selection: &Selection,
    options: &RegistryOptions,
) -> Result<Image, OpenError> {
    let client = Arc::new(Client::new(reference, options)?);
    let root = client.root()?;
    let mut image = oci::open_image(
        &client::Store(Arc::clone(&client)),
        &reference.to_string(),
        &root.bytes,
        Some(root.digest),
        &Selection {
            reference: None,
            platform: selection.platform.clone(),
        },
    )?;
    if image.facts.tags.is_empty() {
        image.facts.tags.extend(reference.tag.clone());
    }
    Ok(image)
}
