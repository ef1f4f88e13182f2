//! Streams of records, and what is added to them.
