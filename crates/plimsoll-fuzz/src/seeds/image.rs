//! Archives, packed streams, images and the documents around them.

use std::io::Write as _;

use plimsoll_image::fuzz::LAYER_SEPARATOR;
use plimsoll_image::testing::{ImageBuilder, Notes, TarBuilder, bzip2, gzip, xz, zstd};
use plimsoll_image::{ImageStream, ReadOptions, Selection, blob::Blob};

use super::{own, words};

/// A tar of everything that a layer may hold.
fn full_tar() -> Vec<u8> {
    let long = format!("{}/{}", "d".repeat(90), "f".repeat(60));
    TarBuilder::new()
        .folder("etc")
        .file("etc/os-release", "ID=debian\n")
        .file(&long, "long")
        .symlink("bin", "usr/bin")
        .symlink("up", "../../x")
        .hard_link("etc/copy", "etc/os-release")
        .file(".wh.gone", "")
        .file("opt/.wh..wh..opq", "")
        .entry(b'3', "dev/null", "", b"")
        .entry(b'6', "run/fifo", "", b"")
        .entry(b'x', "pax", "", b"17 path=etc/pax\n12 size=002\n")
        .file("short", "ab")
        .entry(b'g', "global", "", b"13 comment=x\n")
        .finish()
}

/// GNU's and pax's ways to store a file with holes.
fn sparse_tar() -> Vec<u8> {
    let map = "1\n0\n3\n";
    let mut body = map.as_bytes().to_vec();
    body.resize(512, 0);
    body.extend(b"abc");
    let attributes = [
        "22 GNU.sparse.major=1\n",
        "22 GNU.sparse.minor=0\n",
        "24 GNU.sparse.name=a.db\n",
        "28 GNU.sparse.realsize=600\n",
    ];
    let attributes = attributes.concat();
    TarBuilder::new()
        .entry(b'x', "pax", "", attributes.as_bytes())
        .file("GNUSparseFile.0/a.db", body)
        .entry(b'S', "old", "", b"")
        .finish()
}

pub fn tar() -> Vec<Vec<u8>> {
    vec![full_tar(), sparse_tar(), TarBuilder::new().finish()]
}

fn small_tar() -> Vec<u8> {
    TarBuilder::new()
        .file("a", "b")
        .hard_link("c", "a")
        .finish()
}

pub fn packed() -> Vec<Vec<u8>> {
    let text = b"some text, some text, some text";
    let two = [gzip(text), gzip(b"more")].concat();
    vec![
        gzip(text),
        zstd(text),
        xz(text),
        bzip2(text),
        two,
        text.to_vec(),
    ]
}

pub fn members() -> Vec<Vec<u8>> {
    [0_u8, 3, 0x47, 0x82, 0xc3]
        .map(|choice| [&[choice][..], b"some text, some text"].concat())
        .to_vec()
}

pub fn zlib() -> Vec<Vec<u8>> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(b"some text, some text").expect("memory");
    vec![encoder.finish().expect("memory")]
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder =
        flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).expect("memory");
    encoder.finish().expect("memory")
}

/// A zip of these files; what is asked for is deflated.
pub fn zip_of(files: &[(&str, &[u8], bool)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, data, deflate) in files {
        let mut crc = flate2::Crc::new();
        crc.update(data);
        let body = if *deflate {
            deflated(data)
        } else {
            data.to_vec()
        };
        let mut common = vec![20, 0, 0, 0, if *deflate { 8 } else { 0 }, 0, 0, 0, 0, 0];
        for number in [crc.sum(), body.len() as u32, data.len() as u32] {
            common.extend(number.to_le_bytes());
        }
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(&common);
        directory.extend([0; 6]);
        directory.extend((0o100_644_u32 << 16).to_le_bytes());
        directory.extend((out.len() as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(body);
    }
    let start = out.len() as u32;
    let count = (files.len() as u16).to_le_bytes();
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count, count].concat());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

pub fn zip() -> Vec<Vec<u8>> {
    vec![
        zip_of(&[("a.txt", b"some text, some text", true), ("b/", b"", false)]),
        zip_of(&[]),
        [b"#!/bin/sh\n".to_vec(), zip_of(&[("a", b"b", false)])].concat(),
    ]
}

fn image() -> ImageBuilder {
    let upper = TarBuilder::new().file(".wh.a", "").file("d", "e").finish();
    ImageBuilder::new()
        .layer(small_tar())
        .packed(&upper, gzip(&upper))
        .tag("a:1")
}

pub fn archives() -> Vec<Vec<u8>> {
    let image = image();
    vec![
        image.docker_archive(),
        image.oci_archive(),
        gzip(&image.docker_archive()),
    ]
}

pub fn layers() -> Vec<Vec<u8>> {
    let upper = TarBuilder::new()
        .file(".wh.a", "")
        .file("etc/.wh..wh..opq", "")
        .symlink("etc/self", "../etc/self")
        .finish();
    vec![
        small_tar(),
        [&full_tar(), LAYER_SEPARATOR, &upper].concat(),
        [
            &small_tar(),
            LAYER_SEPARATOR,
            &upper,
            LAYER_SEPARATOR,
            &small_tar(),
        ]
        .concat(),
    ]
}

struct Bytes(Vec<u8>);

impl Blob for Bytes {
    fn open(&self) -> std::io::Result<Box<dyn std::io::Read + Send>> {
        Ok(Box::new(std::io::Cursor::new(self.0.clone())))
    }
}

/// The indexes of an image's layers, as they are kept in the cache.
pub fn layer_indexes() -> Vec<Vec<u8>> {
    let image = ImageBuilder::new().layer(full_tar()).layer(small_tar());
    let source = std::sync::Arc::new(Bytes(image.docker_archive()));
    let stream = ImageStream::new("seed", source, Selection::default());
    let notes = Notes::default();
    let options = ReadOptions {
        jobs: 1,
        ..ReadOptions::default()
    };
    let facts = stream.read(&notes, &options).expect("a good image").facts;
    let layers = notes.of(&facts);
    layers.iter().map(|(tail, _)| tail.index.encode()).collect()
}

pub fn manifests() -> Vec<Vec<u8>> {
    let mut all = own("manifests");
    all.push(image().manifest_json().into_bytes());
    all.push(image().index_json().into_bytes());
    all
}

pub fn configs() -> Vec<Vec<u8>> {
    let mut all = own("image_config");
    all.push(image().config_json().into_bytes());
    all
}

/// A Debian package: an `ar` of three members.
fn deb() -> Vec<u8> {
    let mut out = b"!<arch>\n".to_vec();
    let data = gzip(&small_tar());
    for (name, body) in [
        ("debian-binary", &b"2.0\n"[..]),
        ("control.tar.gz", &data),
        ("data.tar.gz", &data),
    ] {
        out.extend(
            format!(
                "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
                0,
                0,
                0,
                644,
                body.len()
            )
            .bytes(),
        );
        out.extend(body);
        if out.len() % 2 == 1 {
            out.push(b'\n');
        }
    }
    out
}

pub fn feeds() -> Vec<Vec<u8>> {
    let inner = TarBuilder::new()
        .file("a.json", "{}")
        .file("b.json.gz", gzip(b"[]"))
        .finish();
    let zip = zip_of(&[("a.json", b"{}", true), ("b.gz", &gzip(b"x"), false)]);
    vec![
        inner.clone(),
        zstd(&inner),
        zip,
        deb(),
        b"{}".to_vec(),
        gzip(b"{}"),
    ]
}

pub fn headers() -> Vec<Vec<u8>> {
    own("registry_headers")
}

pub fn registry_documents() -> Vec<Vec<u8>> {
    own("registry_documents")
}

pub fn docker_configs() -> Vec<Vec<u8>> {
    own("docker_config")
}

pub fn references() -> Vec<Vec<u8>> {
    words("image_reference")
}
