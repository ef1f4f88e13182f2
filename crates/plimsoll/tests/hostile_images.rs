//! Every bad image and archive of `plimsoll-image`'s tests through the program: an error with exit
//! code 1, or an unknown that keeps the verdict from being clean; and bombs, with the memory that
//! they take.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::type_complexity,
    reason = "a test should fail where this fails"
)]

#[path = "../../plimsoll-image/tests/support/bad_images.rs"]
mod bad_images;
#[path = "support/judge.rs"]
mod judge;
#[path = "support/program.rs"]
mod program;

use std::fs;

use plimsoll_image::testing::{ImageBuilder, gzip, gzip_tightly, header, zstd};

use self::bad_images::{Outcome, archives, blobs, layers, prefix, tar};
use self::judge::{Expected, Judge};

/// What the program must make of what the library makes of it.
fn expected(id: &str, outcome: Outcome) -> Expected {
    match outcome {
        // Only the links that a cataloger asks for are followed.
        // A program may be anything that can be executed: its head is looked at.
        Outcome::Line(_) if id == "sparse-of-an-exabyte" => Expected::Unknown("limit"),
        Outcome::Unknown(_) if id.starts_with("hard-link-to") => Expected::Clean,
        Outcome::Error(text) => Expected::Fails(text),
        Outcome::Unknown(text) => Expected::Unknown(text),
        Outcome::Line(_) => Expected::Clean,
    }
}

#[test]
fn archives_and_layers_that_lie_or_are_cut() {
    let judge = Judge::new("bad_images");
    let path = judge.world.path("image.tar");
    let target = |prefix: &str| format!("{prefix}:{}", path.display());
    let mut cases = 0;
    for (id, bytes, outcome) in archives() {
        fs::write(&path, bytes).unwrap();
        judge.scan(id, &target(prefix(id)), expected(id, outcome));
        cases += 1;
    }
    for (id, layer, outcome) in layers() {
        let image = ImageBuilder::new().layer(layer.finish()).docker_archive();
        fs::write(&path, &image).unwrap();
        judge.scan(id, &target("docker-archive"), expected(id, outcome));
        fs::write(&path, gzip(&image)).unwrap();
        judge.scan(id, path.to_str().unwrap(), expected(id, outcome));
        cases += 2;
    }
    let layer = tar().file("etc/a", "data".repeat(1_000)).finish();
    for (id, blob, outcome) in blobs() {
        let image = ImageBuilder::new().packed(&layer, blob);
        fs::write(&path, image.docker_archive()).unwrap();
        judge.scan(id, &target("docker-archive"), expected(id, outcome));
        cases += 1;
    }
    assert!(cases > 100, "{cases}");
}

/// A gigabyte and more of zeros in a megabyte or less.
#[test]
fn bombs_end_at_the_limit_and_take_no_memory() {
    let judge = Judge::new("bad_bombs");
    let path = judge.world.path("image.tar");
    let target = format!("docker-archive:{}", path.display());
    let zeros = vec![0_u8; 64 << 20];
    let mut start = header(b'0', "zeros", "", 40 << 30);
    start.extend(&zeros[..512]);
    let ratio = Expected::Unknown("ratio of unpacked to packed data is larger than the limit");
    let bombs = [
        ("zstd", [zstd(&start), zstd(&zeros).repeat(40)].concat()),
        (
            "gzip",
            [gzip(&start), gzip_tightly(&zeros).repeat(40)].concat(),
        ),
    ];
    for (id, blob) in bombs {
        let image = ImageBuilder::new().packed(b"never compared", blob);
        fs::write(&path, image.docker_archive()).unwrap();
        judge.scan(id, &target, ratio);
    }
    // The same inside of itself: what is packed twice is unpacked once.
    let twice = gzip_tightly(&gzip_tightly(&zeros).repeat(30));
    let image = ImageBuilder::new().packed(b"never compared", twice);
    fs::write(&path, image.docker_archive()).unwrap();
    judge.scan("gzip-in-gzip", &target, Expected::Fails("layer"));
    // Around the archive.
    fs::write(
        &path,
        [gzip(&start), gzip_tightly(&zeros).repeat(40)].concat(),
    )
    .unwrap();
    judge.scan(
        "packed-archive",
        &target,
        Expected::Fails("ratio of unpacked"),
    );
}
