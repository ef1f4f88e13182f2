//! Held against the crate that writes what is read here.

use std::collections::BTreeMap;

use fst::{IntoStreamer, Streamer};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const STEPS_MAX: u64 = 1 << 20;

fn written(keys: &BTreeMap<Vec<u8>, u64>) -> Vec<u8> {
    let mut builder = fst::raw::Builder::memory();
    for (key, value) in keys {
        builder.insert(key, *value).unwrap();
    }
    builder.into_inner().unwrap()
}

fn all(bytes: &[u8], prefix: &[u8]) -> Result<Vec<(Vec<u8>, u64)>, CodecError> {
    let mut out = Vec::new();
    Transducer::new(bytes)?.each_from(prefix, 4096, STEPS_MAX, |key, value| {
        out.push((key.to_vec(), value));
        Ok::<_, CodecError>(true)
    })?;
    Ok(out)
}

/// Keys as packages and ids have them, and any bytes at all.
fn keys() -> impl Strategy<Value = BTreeMap<Vec<u8>, u64>> {
    let text = vec(select(b"abcCVE-0123\0:.".to_vec()), 0..12);
    let any_bytes = vec(any::<u8>(), 0..4);
    let value = prop_oneof![0_u64..300, any::<u64>()];
    btree_map(prop_oneof![text, any_bytes], value, 0..300)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_key_is_found(keys in keys(), other in vec(any::<u8>(), 0..6)) {
        let bytes = written(&keys);
        let read = Transducer::new(&bytes).unwrap();
        prop_assert_eq!(read.count(), keys.len() as u64);
        for (key, value) in &keys {
            prop_assert_eq!(read.get(key), Ok(Some(*value)));
        }
        prop_assert_eq!(read.get(&other), Ok(keys.get(&other).copied()));
        let listed = all(&bytes, b"").unwrap();
        prop_assert_eq!(listed, keys.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn prefixes_as_the_crate_finds_them(keys in keys(), prefix in vec(select(b"abCVE\0".to_vec()), 0..3)) {
        let bytes = written(&keys);
        let fst = fst::raw::Fst::new(&bytes).unwrap();
        let mut expected = Vec::new();
        let mut stream = fst.range().ge(&prefix).into_stream();
        while let Some((key, value)) = stream.next() {
            if key.starts_with(&prefix) {
                expected.push((key.to_vec(), value.value()));
            }
        }
        prop_assert_eq!(all(&bytes, &prefix), Ok(expected));
    }

    #[test]
    fn forged_ones_do_no_harm(keys in keys(), flips in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = written(&keys);
        for (place, byte) in flips {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(read) = Transducer::new(&bytes) {
            for key in keys.keys() {
                let _ = read.get(key);
            }
        }
        let _ = all(&bytes, b"");
    }

    #[test]
    fn any_bytes_do_no_harm(mut bytes in vec(any::<u8>(), 0..200), key in vec(any::<u8>(), 0..8)) {
        for (place, byte) in bytes.iter_mut().zip(VERSION.to_le_bytes()) {
            *place = byte;
        }
        if let Ok(read) = Transducer::new(&bytes) {
            let _ = read.get(&key);
        }
        let _ = all(&bytes, b"");
    }
}

#[test]
fn every_byte_in_every_form() {
    // Nodes of 0, 1, 2, 33 and 256 ways, final and not, with and without outputs.
    for ways in [0_usize, 1, 2, 31, 32, 33, 63, 64, 255, 256] {
        for base in [0_u64, 1 << 40] {
            let mut keys: BTreeMap<Vec<u8>, u64> = (0..ways)
                .map(|byte| (vec![b'x', byte as u8, b'y'], base * byte as u64))
                .collect();
            assert_eq!(all(&written(&keys), b"").unwrap().len(), keys.len());
            keys.insert(b"x".to_vec(), base + 7);
            let listed = all(&written(&keys), b"").unwrap();
            assert_eq!(listed, keys.into_iter().collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_listing_ends() {
    let keys = (0..64_u64).map(|n| (n.to_be_bytes().to_vec(), n)).collect();
    let bytes = written(&keys);
    let listed = Transducer::new(&bytes)
        .unwrap()
        .each_from(b"", 4096, 20, |_, _| Ok::<_, CodecError>(true));
    assert_eq!(listed, Err(CodecError::Number));
    let listed = Transducer::new(&bytes)
        .unwrap()
        .each_from(b"", 7, STEPS_MAX, |_, _| Ok::<_, CodecError>(true));
    assert_eq!(listed, Err(CodecError::Number));
}
