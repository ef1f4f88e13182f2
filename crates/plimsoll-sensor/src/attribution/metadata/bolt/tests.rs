//! Databases that are made here, whole and broken.

use super::*;
use crate::attribution::fuzz::Database;

#[test]
fn values_are_found_in_every_kind_of_bucket() {
    let bytes = Database::sample().bytes();
    let bolt = Bolt::new(&*bytes).unwrap();
    let get = |path: &[&str]| {
        let path: Vec<&[u8]> = path.iter().map(|part| part.as_bytes()).collect();
        bolt.get(&path)
            .map(|value| String::from_utf8(value).unwrap())
    };
    // Of a bucket that stands in its parent's page, and of one with pages of its own.
    assert_eq!(get(&["v1", "small", "key"]).as_deref(), Some("value"));
    for number in [0, 1, 57, 199] {
        let key = format!("key-{number:03}");
        let expected = format!("value-{number}");
        assert_eq!(get(&["v1", "large", &key]).as_deref(), Some(&*expected));
    }
    for path in [
        &["v1"][..],
        &["v1", "small"],
        &["v1", "large", "key-200"],
        &["v2", "a"],
        &["v1", "small", "key", "x"],
    ] {
        assert_eq!(get(path), None, "{path:?}");
    }
}

#[test]
fn broken_ones_end_the_search() {
    let whole = Database::sample().bytes();
    for length in (0..whole.len()).step_by(97) {
        if let Some(bolt) = Bolt::new(&whole[..length]) {
            let _ = bolt.get(&[b"v1", b"large", b"key-057"]);
        }
    }
    for at in 0..whole.len() {
        let mut broken = whole.clone();
        broken[at] ^= 0xff;
        if let Some(bolt) = Bolt::new(&*broken) {
            let _ = bolt.get(&[b"v1", b"large", b"key-057"]);
            let _ = bolt.get(&[b"v1", b"small", b"key"]);
        }
    }
}

#[test]
fn a_page_that_leads_to_itself_is_left() {
    let mut database = Database::sample();
    database.points_to_itself = true;
    let bytes = database.bytes();
    let bolt = Bolt::new(&*bytes).unwrap();
    assert_eq!(bolt.get(&[b"v1", b"large", b"key-057"]), None);
}
