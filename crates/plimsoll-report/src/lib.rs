//! Documents: written from a report, and read back. The only wire form of Plimsoll.
//!
//! - [`wire`]: `plimsoll.report/v1`, the form in which reports are stored and sent;
//! - [`outputs`]: every other form a report can be written in, one file each;
//! - [`sbom`]: inventories written by any tool, read in;
//! - [`mod@diff`]: what changed between two reports;
//! - [`mod@compare`]: our findings against another tool's, with a reason for each difference.
//!
//! Is handed bytes, time and width; reads no clock, no environment, opens nothing. What it writes
//! is the same for the same input, byte for byte.

pub mod compare;
pub mod diff;
#[doc(hidden)]
pub mod fuzz;
mod identity;
mod json;
mod licenses;
pub mod options;
pub mod outputs;
mod paint;
pub mod sbom;
mod view;
pub mod wire;

pub use compare::{CompareError, Comparison, OtherReport, compare, read_other};
pub use diff::{Difference, diff};
pub use options::{WriteError, WriteOptions};
pub use outputs::{OUTPUTS, OutputFormat, output};
pub use sbom::{SbomError, is_sbom, read_sbom};
pub use wire::{ReadError, read_report};
