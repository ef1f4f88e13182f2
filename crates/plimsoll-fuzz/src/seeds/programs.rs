//! Executables and archives of packages, made by code.

use std::io::Write as _;

use super::executable::Format;
use super::executable::sample::Sample;
use super::image::zip_of;
use super::{own, words};

const FRAME: &str = "0123456789abcdef";

/// The section with Go's build information, as Go 1.18 and later write it.
fn go_section() -> Vec<u8> {
    let mut out = b"\xff Go buildinf:\x08\x02".to_vec();
    out.resize(32, 0);
    let modules = format!("{FRAME}mod\texample.com/a\tv1.0.0\ndep\tx.y/z\tv0.1.0\th1:x=\n{FRAME}");
    for text in ["go1.22.3", &modules] {
        out.extend([0x80 | (text.len() & 0x7f) as u8, (text.len() >> 7) as u8]);
        out.extend(text.bytes());
    }
    out
}

fn rust_section() -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&rust_lists().concat()).expect("memory");
    encoder.finish().expect("memory")
}

pub fn executables() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for kind in Sample::ALL {
        let name = match kind.format {
            Format::Elf => ".go.buildinfo",
            Format::Pe => ".data",
            Format::MachO => "__go_buildinfo",
        };
        all.push(kind.build(&[
            (".text", 0x1000, b"code", false),
            (name, 0x40_0000, &go_section(), true),
            (".dep-v0", 0x50_0000, &rust_section(), false),
        ]));
    }
    all
}

pub fn go_modules() -> Vec<Vec<u8>> {
    own("go_modules")
}

pub fn rust_lists() -> Vec<Vec<u8>> {
    own("rust_lists")
}

pub fn java_manifests() -> Vec<Vec<u8>> {
    own("java_manifests")
}

pub fn java_properties() -> Vec<Vec<u8>> {
    own("java_properties")
}

pub fn java_file_names() -> Vec<Vec<u8>> {
    words("java_file_names")
}

pub fn jars() -> Vec<Vec<u8>> {
    let manifest = java_manifests().concat();
    let properties = java_properties().concat();
    let project = super::lockfiles::maven_projects().concat();
    let inner = zip_of(&[
        ("META-INF/MANIFEST.MF", &manifest, false),
        ("META-INF/maven/org.a/b/pom.properties", &properties, false),
        ("META-INF/maven/org.a/b/pom.xml", &project, true),
        ("a/B.class", b"\xca\xfe\xba\xbe", false),
    ]);
    let outer = zip_of(&[
        ("META-INF/MANIFEST.MF", &manifest, true),
        ("BOOT-INF/lib/inner-1.0.jar", &inner, false),
    ]);
    vec![inner, outer]
}

pub fn wheels() -> Vec<Vec<u8>> {
    let metadata = super::lockfiles::python_metadata();
    let metadata = metadata.first().map_or(&[][..], Vec::as_slice);
    vec![
        zip_of(&[
            ("a/__init__.py", b"", false),
            ("a-1.0.dist-info/METADATA", metadata, false),
            ("a-1.0.dist-info/RECORD", b"a/__init__.py,,\n", true),
        ]),
        zip_of(&[("EGG-INFO/PKG-INFO", metadata, true)]),
    ]
}

pub fn bitnami() -> Vec<Vec<u8>> {
    own("bitnami")
}

pub fn runtimes() -> Vec<Vec<u8>> {
    let python = b"\x7fELF\0\x003.11.4+\0more\0";
    let redis = b"\x7fELF\0\x007.0.15\0x\x007.0.15host-169900000010123abcd\0";
    vec![
        python.to_vec(),
        redis.to_vec(),
        b"go1.23rc1\ntime 2023-11-29T21:23:04Z\n".to_vec(),
        b"BUILD_TYPE=\"commercial\"\nJAVA_VERSION=\"1.8.0_392\"\n".to_vec(),
    ]
}
