use super::*;

#[test]
fn streams_by_name_and_number() {
    for (stream, own, expected) in [
        ("nodejs:18", "nodejs:18", true),
        ("nodejs:18", "nodejs:18:8090020231:ab", true),
        ("nodejs:1", "nodejs:18", false),
        ("nodejs:18", "nodejs:1", false),
        ("perl:5.30", "nodejs:18", false),
    ] {
        assert_eq!(is_stream(stream, own), expected, "{stream} {own}");
    }
}
