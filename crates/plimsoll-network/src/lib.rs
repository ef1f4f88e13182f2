//! Who can reach whom: NetworkPolicy and its administrators' kin, computed exactly.
//!
//! Is handed objects and answers; opens nothing. Knows TCP, UDP and SCTP, pods, nodes and addresses
//! outside. Does not know what a network plugin adds of its own (policies of Cilium, Calico and
//! others are told as unknown), meshes, firewalls beside the cluster, or names of domains.
//! Specifications: `networking.k8s.io/v1` and `policy.networking.k8s.io/v1alpha1` to `v1beta1`.

pub mod address;
mod bits;
pub mod cluster;
mod conflict;
pub mod connection;
pub mod difference;
pub mod explain;
pub mod flow_list;
pub mod flows;
pub mod generate;
pub mod intervals;
pub mod labels;
pub mod open;
pub mod party;
mod profile;
pub mod prove;
mod reach;
mod read;
mod space;
#[cfg(test)]
mod tests;

pub use cluster::Cluster;
pub use profile::Direction;
pub use reach::Reach;
pub use read::{Reader, read};
