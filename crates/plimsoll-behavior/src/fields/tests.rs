//! Tests of the list of fields.
