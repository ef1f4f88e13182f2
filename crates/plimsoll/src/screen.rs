//! The live screen of `plimsoll watch`: containers and their event rates, alerts, losses.
//!
//! [`Model`] is what there is to see and [`draw`] shows it: both know nothing of terminals, threads
//! or the kernel, so that a test can look at every picture. [`Terminal`] is the terminal. Nothing is
//! said by colour alone, and everything fits 80 columns and 24 lines.

mod details;
mod draw;
mod keys;
mod model;
mod style;
mod terminal;
#[cfg(test)]
mod tests;

pub use draw::draw;
pub use keys::Action;
pub use model::{ContainerRow, Counts, Model};
pub use style::Look;
pub use terminal::Terminal;
