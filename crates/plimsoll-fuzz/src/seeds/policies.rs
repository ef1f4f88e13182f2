//! Policies, expressions, ignore files, package URLs.

use super::{own, words};

pub fn policies() -> Vec<Vec<u8>> {
    own("policy")
}

pub fn expressions() -> Vec<Vec<u8>> {
    words("expressions")
}

pub fn trivyignore() -> Vec<Vec<u8>> {
    own("trivyignore")
}

pub fn trivyignore_yaml() -> Vec<Vec<u8>> {
    own("trivyignore_yaml")
}

pub fn grype_yaml() -> Vec<Vec<u8>> {
    own("grype_yaml")
}

pub fn purls() -> Vec<Vec<u8>> {
    words("purls")
}
