//! SHA-256 through aws-lc-rs, which uses the processor's SHA instructions.

use aws_lc_rs::digest::{Context, SHA256, digest};
use plimsoll_model::Digest;

/// A digest that grows with the bytes.
pub struct Hasher(Context);

impl Default for Hasher {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl Hasher {
    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes added.
    pub fn finish(self) -> Digest {
        wrap(self.0.finish().as_ref())
    }
}

/// The digest of bytes that are all there.
pub fn sha256(bytes: &[u8]) -> Digest {
    wrap(digest(&SHA256, bytes).as_ref())
}

fn wrap(bytes: &[u8]) -> Digest {
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(bytes) {
        *to = *from;
    }
    Digest::from_sha256(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_agree_with_the_standard() {
        // FIPS 180-2, appendix B.1.
        let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc").to_string(), abc);
        let mut hasher = Hasher::default();
        hasher.update(b"a");
        hasher.update(b"bc");
        assert_eq!(hasher.finish().to_string(), abc);
    }
}
