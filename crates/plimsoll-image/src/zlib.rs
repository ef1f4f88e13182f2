//! A zlib stream (RFC 1950) that lies in memory, unpacked up to a limit.
//!
//! For small payloads inside other files. What is unpacked file by file or layer by layer goes
//! through [`crate::stream`] and [`crate::zip`] instead.

use std::io::Read;

use flate2::bufread::ZlibDecoder;

use crate::ReadError;

/// Unpacks a stream, and ignores what may follow it. An error when it is damaged, cut short, or
/// longer than `bytes_max` unpacked.
pub fn inflate_zlib(packed: &[u8], bytes_max: u64) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    ZlibDecoder::new(packed)
        .take(bytes_max.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(ReadError::TooLarge {
            limit_bytes: bytes_max,
        });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn unpacks_and_ignores_what_follows() {
        let mut packed = deflate(b"payload");
        packed.extend([0; 5]);
        assert_eq!(inflate_zlib(&packed, 7).unwrap(), b"payload");
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let packed = deflate(&vec![0; 10 << 20]);
        assert!(packed.len() < 20_000);
        let error = inflate_zlib(&packed, 1 << 20).unwrap_err();
        assert!(matches!(error, ReadError::TooLarge { limit_bytes } if limit_bytes == 1 << 20));
    }

    #[test]
    fn damage_is_an_error() {
        let packed = deflate(b"payload that is long enough to be cut");
        for len in 0..packed.len() {
            assert!(inflate_zlib(&packed[..len], 100).is_err(), "{len}");
        }
        assert!(inflate_zlib(b"no zlib stream", 100).is_err());
    }
}
