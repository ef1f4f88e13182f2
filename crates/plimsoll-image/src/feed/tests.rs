use std::fs;

use super::*;
use crate::testing::{TarBuilder, bzip2, gzip, xz, zstd};

fn all(path: &Path, limits: FeedLimits) -> Vec<Result<(String, String), String>> {
    let mut feed = Feed::open(path, limits).unwrap();
    let mut out = Vec::new();
    while let Some(next) = feed.next_file(&|path| path != "README.md") {
        out.push(match next {
            Ok(file) => Ok((file.path, String::from_utf8(file.bytes).unwrap())),
            Err(error) => Err(error.to_string()),
        });
    }
    out
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "to be compared with what `all` gives"
)]
fn good(path: &str, text: &str) -> Result<(String, String), String> {
    Ok((path.to_owned(), text.to_owned()))
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("feed");
    fs::create_dir_all(root.join("b/c")).unwrap();
    fs::create_dir_all(root.join(".git")).unwrap();
    for (name, text) in [
        ("b/c/1.json", "one"),
        ("a.json", "two"),
        ("README.md", "x"),
        (".git/x", "y"),
    ] {
        fs::write(root.join(name), text).unwrap();
    }
    std::os::unix::fs::symlink("/etc/passwd", root.join("link.json")).unwrap();
    folder
}

#[test]
fn folders_are_walked_by_name() {
    let folder = folder();
    let got = all(&folder.path().join("feed"), FeedLimits::default());
    assert_eq!(got, [good("a.json", "two"), good("b/c/1.json", "one")]);
}

#[test]
fn tars_of_every_packing_are_archives() {
    let folder = tempfile::tempdir().unwrap();
    let tar = TarBuilder::new()
        .folder(".")
        .file("./b/2.json", "two")
        .file("./README.md", "x")
        .symlink("./link.json", "b/2.json")
        .file("./1.json", "one")
        .finish();
    for packed in [tar.clone(), gzip(&tar), zstd(&tar), xz(&tar), bzip2(&tar)] {
        let path = folder.path().join("any-name");
        fs::write(&path, packed).unwrap();
        let got = all(&path, FeedLimits::default());
        assert_eq!(got, [good("b/2.json", "two"), good("1.json", "one")]);
    }
}

#[test]
fn single_files_lose_the_suffix_of_their_packing() {
    let folder = tempfile::tempdir().unwrap();
    for (name, data, shown) in [
        ("x.json", b"text".to_vec(), "x.json"),
        ("y.json.zst", zstd(b"text"), "y.json"),
        ("z.csv.gz", gzip(b"text"), "z.csv"),
        ("v.xz", xz(b"text"), "v"),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, data).unwrap();
        assert_eq!(all(&path, FeedLimits::default()), [good(shown, "text")]);
    }
}

#[test]
fn limits_end_or_pass_over() {
    let folder = folder();
    let path = folder.path().join("feed");
    let small = FeedLimits {
        file_bytes_max: 2,
        ..FeedLimits::default()
    };
    assert!(all(&path, small).iter().all(Result::is_err));
    let few = FeedLimits {
        files_max: 2,
        ..FeedLimits::default()
    };
    assert!(all(&path, few).last().unwrap().is_err());
    let total = FeedLimits {
        total_bytes_max: 4,
        ..FeedLimits::default()
    };
    let got = all(&path, total);
    assert_eq!(got[0], good("a.json", "two"));
    assert!(got[1].as_ref().unwrap_err().contains("limit of 4"));
    assert_eq!(got.len(), 2);
}

#[test]
fn damaged_archives_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.zip");
    fs::write(&path, b"PK\x03\x04 and nothing else").unwrap();
    assert!(Feed::open(&path, FeedLimits::default()).is_err());
    assert!(Feed::open(&folder.path().join("none"), FeedLimits::default()).is_err());
    let path = folder.path().join("f.json.gz");
    fs::write(&path, [0x1f, 0x8b, 8, 0, 0]).unwrap();
    assert!(Feed::open(&path, FeedLimits::default()).is_err());
}

/// A Debian package with these files, as dpkg-deb lays it out.
fn deb(data: &[u8]) -> Vec<u8> {
    let mut package = b"!<arch>\n".to_vec();
    for (name, content) in [
        ("debian-binary", b"2.0\n".as_slice()),
        ("control.tar", b"odd"),
        ("data.tar.xz", data),
    ] {
        let header = format!(
            "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
            0,
            0,
            0,
            100_644,
            content.len()
        );
        package.extend(header.as_bytes());
        package.extend(content);
        if content.len() % 2 == 1 {
            package.push(b'\n');
        }
    }
    package
}

#[test]
fn packages_in_a_folder_are_archives() {
    let folder = tempfile::tempdir().unwrap();
    let tar = TarBuilder::new()
        .folder("./usr")
        .file("./usr/share/doc/a/changelog.gz", gzip(b"fixed"))
        .finish();
    fs::create_dir_all(folder.path().join("pool/a")).unwrap();
    let package = folder.path().join("pool/a/a_1_all.deb");
    fs::write(&package, deb(&xz(&tar))).unwrap();
    fs::write(folder.path().join("pool/b_1_all.deb"), b"!<arch>\nshort").unwrap();
    fs::write(folder.path().join("z.gz"), gzip(b"last")).unwrap();
    let got = all(folder.path(), FeedLimits::default());
    assert_eq!(
        got[0],
        good("pool/a/a_1_all.deb/usr/share/doc/a/changelog", "fixed")
    );
    assert!(
        got[1]
            .as_ref()
            .is_err_and(|error| error.contains("b_1_all.deb"))
    );
    assert_eq!(got[2], good("z", "last"));
    assert_eq!(got.len(), 3);
    let alone = all(&package, FeedLimits::default());
    assert_eq!(alone, [good("usr/share/doc/a/changelog", "fixed")]);
}
