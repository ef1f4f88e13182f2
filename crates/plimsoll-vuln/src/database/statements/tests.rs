use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;

const TEXTS: [&str; 5] = ["1.0", "1.1-2", "2:3.4", "nodejs:18", "x86_64"];

fn index() -> impl Strategy<Value = u32> {
    0..TEXTS.len() as u32
}

fn span() -> impl Strategy<Value = Span> {
    let bound = || option::of(index());
    (bound(), bound(), bound(), bound()).prop_map(|(introduced, after, fixed, last_affected)| {
        Span {
            introduced,
            after,
            fixed,
            last_affected,
        }
    })
}

prop_compose! {
    fn statement()(
        vulnerability: u32,
        source in 0_u8..SOURCES_MAX as u8,
        record: u32,
        withdrawn: bool,
        status in 0_u8..5,
        binary: bool,
        ranges in vec(span(), 0..4),
        versions in vec(index(), 0..4),
        vendor_severity in option::of(index()),
        day in option::of(1_i8..28),
        module in option::of(index()),
        arches in vec(index(), 0..3),
    ) -> Statement {
        Statement {
            vulnerability,
            source,
            record,
            withdrawn,
            status: status_of(status).unwrap(),
            binary,
            ranges,
            versions,
            vendor_severity,
            fix_available: day.map(|day| Date::constant(2026, 3, day)),
            module,
            arches,
        }
    }
}

fn read_all(bytes: &[u8], key: &[u8]) -> Result<Vec<Statement>, ListError> {
    let (mut list, size) = List::read(bytes, key)?;
    assert_eq!(size, bytes.len());
    let mut out = Vec::new();
    while let Some(statement) = list.next()? {
        out.push(statement.clone());
    }
    Ok(out)
}

proptest! {
    #[test]
    fn lists_survive_a_round_trip(mut statements in vec(statement(), 0..20)) {
        statements.sort();
        let mut bytes = Vec::new();
        write_list(&mut bytes, b"deb:debian:12\0bash", &TEXTS, &statements);
        prop_assert_eq!(read_all(&bytes, b"deb:debian:12\0bash"), Ok(statements));
    }

    #[test]
    fn every_flip_is_noticed(mut statements in vec(statement(), 1..6), place: prop::sample::Index, bit in 0..8) {
        statements.sort();
        let mut bytes = Vec::new();
        write_list(&mut bytes, b"npm\0left-pad", &TEXTS, &statements);
        let place = place.index(bytes.len());
        bytes[place] ^= 1_u8 << bit;
        prop_assert!(List::read(&bytes, b"npm\0left-pad").is_err());
    }

    #[test]
    fn bodies_that_lie_do_no_harm(body in vec(any::<u8>(), 0..64)) {
        let mut bytes = Vec::new();
        write_varint(&mut bytes, body.len() as u64);
        bytes.extend_from_slice(&checksum(b"k", &body).to_le_bytes());
        bytes.extend_from_slice(&body);
        if let Ok((mut list, _)) = List::read(&bytes, b"k") {
            while let Ok(Some(statement)) = list.next() {
                let versions = statement.versions.clone();
                prop_assert!(versions.iter().all(|index| (*index as usize) < list.texts.len()));
            }
        }
    }
}

#[test]
fn a_list_is_not_taken_for_another_keys() {
    let mut bytes = Vec::new();
    write_list(&mut bytes, b"npm\0a", &[], &[]);
    assert!(List::read(&bytes, b"npm\0a").is_ok());
    assert_eq!(
        List::read(&bytes, b"npm\0b").map(|_| ()),
        Err(ListError::Checksum)
    );
}
