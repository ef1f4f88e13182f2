use std::io::Write;

use proptest::prelude::*;

use super::*;

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn zstd(data: &[u8]) -> Vec<u8> {
    zstd::encode_all(data, 1).unwrap()
}

fn xz(data: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(data: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

type Pack = fn(&[u8]) -> Vec<u8>;

const PACKINGS: [(Packing, Pack); 5] = [
    (Packing::Plain, |data| data.to_vec()),
    (Packing::Gzip, gzip),
    (Packing::Zstd, zstd),
    (Packing::Xz, xz),
    (Packing::Bzip2, bzip2),
];

/// A reader that gives one byte at a time, as a slow socket may.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = buffer.len().min(1);
        self.0.read(&mut buffer[..len])
    }
}

fn unpack(packed: &[u8], limits: DecodeLimits) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    Decoder::new(packed, limits)?.read_to_end(&mut out)?;
    Ok(out)
}

fn sample() -> Vec<u8> {
    (0..200_000_u32)
        .flat_map(|n| (n / 7).to_le_bytes())
        .collect()
}

#[test]
fn every_packing_is_told_and_undone() {
    let data = sample();
    for (packing, pack) in PACKINGS {
        for data in [&data[..], b"", b"x"] {
            let packed = pack(data);
            let decoder = Decoder::new(&packed[..], DecodeLimits::LAYER).unwrap();
            assert_eq!(decoder.packing(), packing, "{} bytes", data.len());
            assert_eq!(unpack(&packed, DecodeLimits::of(1 << 30)).unwrap(), data);
        }
        let mut slow = Vec::new();
        let packed = pack(&data[..10_000]);
        let mut decoder = Decoder::new(Drip(&packed), DecodeLimits::LAYER).unwrap();
        decoder.read_to_end(&mut slow).unwrap();
        assert_eq!(slow, &data[..10_000], "{packing:?}");
    }
}

#[test]
fn several_members_are_one_stream() {
    for (packing, pack) in PACKINGS {
        let packed = [pack(b"one "), pack(b""), pack(b"two")].concat();
        let got = unpack(&packed, DecodeLimits::LAYER).unwrap();
        assert_eq!(got, b"one two", "{packing:?}");
    }
    let padded = [gzip(b"one"), vec![0; 1_000]].concat();
    assert_eq!(unpack(&padded, DecodeLimits::LAYER).unwrap(), b"one");
}

#[test]
fn header_fields_of_gzip_are_stepped_over() {
    let plain = gzip(b"data");
    let mut packed = plain[..10].to_vec();
    packed[3] = FLAGS_ALL;
    packed.extend([3, 0, 1, 2, 3]);
    packed.extend(b"name\0comment\0");
    packed.extend([0, 0]);
    packed.extend(&plain[10..]);
    assert_eq!(unpack(&packed, DecodeLimits::LAYER).unwrap(), b"data");
}

/// Header checksum, extra field, name and comment.
const FLAGS_ALL: u8 = 0x1e;

#[test]
fn every_cut_and_any_change_is_an_error() {
    let data = &sample()[..3_000];
    for (packing, pack) in PACKINGS.into_iter().skip(1) {
        let packed = pack(data);
        for end in (8..packed.len()).step_by(7) {
            let cut = unpack(&packed[..end], DecodeLimits::of(1 << 20));
            assert!(cut.is_err(), "{packing:?} cut at {end}");
        }
    }
    let mut packed = gzip(data);
    let at = packed.len() - 6;
    packed[at] ^= 1;
    assert!(
        unpack(&packed, DecodeLimits::of(1 << 20)).is_err(),
        "checksum"
    );
    let mut packed = gzip(data);
    packed.extend(b"garbage");
    assert!(
        unpack(&packed, DecodeLimits::LAYER).is_err(),
        "garbage behind"
    );
}

#[test]
fn bombs_end_at_the_limit() {
    let zeros = vec![0; 4 << 20];
    let limits = DecodeLimits {
        ratio_max: 20,
        ratio_free_bytes: 1 << 20,
        ..DecodeLimits::LAYER
    };
    for (packing, pack) in PACKINGS.into_iter().skip(1) {
        let packed = pack(&zeros);
        let error = unpack(&packed, limits).unwrap_err();
        let limit = LimitReached::of(&error).unwrap();
        assert_eq!(limit.limit, 20, "{packing:?}");
        let error = unpack(&packed, DecodeLimits::of(1 << 20)).unwrap_err();
        assert_eq!(LimitReached::of(&error).unwrap().limit, 1 << 20);
    }
    // As many bytes as allowed, and not one more.
    assert!(unpack(&gzip(&zeros), DecodeLimits::of(4 << 20)).is_ok());
    assert!(unpack(&gzip(&zeros), DecodeLimits::of((4 << 20) - 1)).is_err());
}

#[test]
fn windows_are_known_before_memory_is_taken() {
    let frame = |window_log: u32| {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(window_log).unwrap();
        encoder.write_all(b"some data").unwrap();
        encoder.finish().unwrap()
    };
    let window = |packed: &[u8]| {
        Decoder::new(packed, DecodeLimits::LAYER).map(|decoder| decoder.large_window_bytes())
    };
    assert_eq!(window(&frame(20)).unwrap(), 0);
    assert_eq!(window(&frame(27)).unwrap(), 128 << 20);
    assert_eq!(
        unpack(&frame(27), DecodeLimits::LAYER).unwrap(),
        b"some data"
    );
    assert!(LimitReached::of(&window(&frame(28)).unwrap_err()).is_some());
    // A single segment of 2^60 bytes.
    let mut lying = vec![0x28, 0xb5, 0x2f, 0xfd, 0xe0];
    lying.extend((1_u64 << 60).to_le_bytes());
    assert!(LimitReached::of(&window(&lying).unwrap_err()).is_some());
}

#[test]
fn used_buffers_are_handed_on_with_every_byte() {
    struct Collect(Vec<u8>);
    impl Buffers for &mut Collect {
        fn swap(&mut self, used: Vec<u8>) -> io::Result<Vec<u8>> {
            self.0.extend(used);
            Ok(Vec::new())
        }
    }
    for (packing, pack) in PACKINGS {
        let packed = [pack(&sample()), vec![0; 100]].concat();
        let mut seen = Collect(Vec::new());
        let input = Input::new(&packed[..], &mut seen);
        let mut decoder = Decoder::with_input(input, DecodeLimits::LAYER).unwrap();
        let mut buffer = [0; 1_000];
        // What comes after the packed data may be an error of its own; not here.
        while matches!(decoder.read(&mut buffer), Ok(count) if count > 0) {}
        decoder.into_input().drain().unwrap();
        assert_eq!(seen.0, packed, "{packing:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(start in 0_usize..5, noise in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut packed = PACKINGS[start].1(b"seed");
        packed.truncate(8);
        packed.extend(noise);
        let _ = unpack(&packed, DecodeLimits::of(1 << 16));
    }
}
