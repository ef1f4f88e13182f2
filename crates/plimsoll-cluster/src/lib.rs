//! Reads the objects of a live Kubernetes cluster: signs in as `kubectl` would (kubeconfig or
//! service account), asks for what is served, lists it page by page, and hands on each object as
//! JSON.
//!
//! Sends nothing but GET: `get` and `list` are all the rights that it needs. Values of Secrets are
//! never asked for. Does not watch, does not judge, keeps no object. Opens no connection unless
//! [`Cluster::connect`] is called.
//!
//! Follows the API conventions of Kubernetes: aggregated discovery (with the older way where a
//! server lacks it), chunked lists (`limit`, `continue`), `PartialObjectMetadata`, credential
//! plugins of `client.authentication.k8s.io/v1` and `v1beta1`.

mod connection;
mod discovery;
mod error;
#[doc(hidden)]
pub mod fuzz;
mod kubeconfig;
mod list;
mod object;
mod plugin;
mod read;
mod sign_in;

pub use connection::Timeouts;
pub use discovery::Resource;
pub use error::ClusterError;
pub use kubeconfig::{Choice, Surroundings, chosen};
pub use object::Item;
pub use read::{Cluster, Options, Read, Version, Wanted};
