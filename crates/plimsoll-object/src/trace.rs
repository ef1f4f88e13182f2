//! From a rendered line back to what was written: template, value, patch.
//!
//! Is handed the rendered text and the sources that it was made of. Where a line cannot be told with
//! some certainty it is `None`: a file without a line is better than a wrong one.

mod align;
mod path;
mod template;
#[cfg(test)]
mod tests;
mod values;

pub use align::{Traced, align};
pub use path::{Step, node_at, path_to};
pub use template::{Template, ValuePath};
pub use values::{Found, find};
