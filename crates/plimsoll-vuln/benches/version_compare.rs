//! How long a comparison takes in each scheme, on versions that differ only near the end.

#![expect(clippy::expect_used, reason = "a bench may panic")]

use divan::{Bencher, black_box};
use plimsoll_vuln::schemes::scheme;

fn main() {
    divan::main();
}

const PAIRS: &[(&str, &str, &str)] = &[
    ("apk", "3.1.4_git20240101-r4", "3.1.4_git20240101-r5"),
    ("composer", "v6.4.12-beta1", "6.4.12-BETA2"),
    ("dpkg", "1:3.0.15-1~deb12u1", "1:3.0.15-1~deb12u2"),
    ("gem", "7.0.8.4", "7.0.8.7"),
    ("generic", "7.0.5-3", "7.0.5-4"),
    (
        "go",
        "v0.0.0-20220101000000-abcdef123456",
        "v0.0.0-20220101000001-abcdef123456",
    ),
    ("maven", "2.14.1", "2.14.2"),
    ("maven", "31.1-jre", "31.1-android"),
    ("npm", "17.0.2-next.10", "17.0.2-next.9"),
    ("nuget", "6.0.0-preview.7", "6.0.0-Preview.8"),
    ("pep440", "2.31.0.post1", "2.31.0.post2"),
    ("rpm", "1:3.0.7-25.el9_3", "1:3.0.7-27.el9_3"),
    ("semver", "1.38.0", "1.38.1"),
];

#[divan::bench(args = PAIRS)]
fn compare(bencher: Bencher<'_, '_>, (id, a, b): &(&str, &str, &str)) {
    let scheme = scheme(id).expect("a scheme of the list");
    bencher.bench(|| scheme.compare(black_box(a), black_box(b)));
}
