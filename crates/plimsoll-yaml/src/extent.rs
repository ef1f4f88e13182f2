//! How large a node is, what its aliases stand for included.

/// Of a node; of one that is still open, what was there when it began and what is in it so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub nodes: usize,
    /// Lists and maps in each other, itself included: aliases of aliases would nest without end.
    pub depth: usize,
}

impl Extent {
    /// Of what holds nothing.
    pub const fn flat(nodes: usize) -> Self {
        Self { nodes, depth: 0 }
    }
}
