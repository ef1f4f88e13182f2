//! The two heavy targets for memory, made by code: a million small files, and a jar of jars of a
//! gigabyte. Their bytes are always the same.

mod jar;
mod tar;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use plimsoll_image::hash::sha256;

use self::tar::TarWriter;

/// Small files, in four layers.
const FILES: u64 = 1_000_000;
const LAYERS: u64 = 4;
/// Bytes of a small file; with its header, 3 KiB and a half.
const FILE_BYTES: usize = 2_700;

/// What is measured, and its name in the table.
pub const HEAVY: [(&str, Maker); 2] = [
    ("3 GB, a million small files", million_files),
    ("1 GB jar of jars", jar_of_jars),
];

type Maker = fn(&mut BufWriter<File>) -> Result<()>;

/// The archive, made where it is missing.
pub fn archive(folder: &Path, name: &str, make: Maker) -> Result<PathBuf> {
    let path = folder.join(format!("heavy-{}.tar", name.replace([' ', ','], "-")));
    if !path.exists() {
        eprintln!("making {}", path.display());
        let new = path.with_extension("new");
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&new)?);
        make(&mut out).with_context(|| format!("failed to make {}", new.display()))?;
        out.flush()?;
        fs::rename(&new, &path)?;
    }
    Ok(path)
}

fn million_files(out: &mut BufWriter<File>) -> Result<()> {
    image(out, LAYERS, |number, layer| {
        let mut content = vec![0; FILE_BYTES];
        for file in 0..FILES / LAYERS {
            let id = number * (FILES / LAYERS) + file;
            scramble(id, &mut content);
            let path = format!(
                "srv/data/{:02x}/{:02x}/record-{id:07}.json",
                id % 251,
                id / 251 % 241
            );
            layer.file(&path, &content)?;
        }
        Ok(())
    })
}

fn jar_of_jars(out: &mut BufWriter<File>) -> Result<()> {
    image(out, 1, |_, layer| {
        layer.file_of("opt/app/shop.jar", jar::len(), jar::write)
    })
}

/// Bytes that do not shrink, the same for the same seed (xorshift).
fn scramble(seed: u64, bytes: &mut [u8]) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for chunk in bytes.chunks_mut(8) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        for (to, from) in chunk.iter_mut().zip(state.to_le_bytes()) {
            *to = from;
        }
    }
}

/// A docker archive of layers that `fill` writes.
fn image(
    out: &mut BufWriter<File>,
    layers: u64,
    fill: impl Fn(u64, &mut TarWriter<'_>) -> Result<()>,
) -> Result<()> {
    let mut diff_ids = Vec::new();
    let mut names = Vec::new();
    for number in 0..layers {
        let name = format!("layer-{number}.tar");
        let digest = tar::nested(out, &name, |layer| fill(number, layer))?;
        diff_ids.push(digest.to_string());
        names.push(name);
    }
    let config = serde_json::to_vec(&serde_json::json!({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": diff_ids.iter().map(|_| serde_json::json!({"created_by": "heavy"})).collect::<Vec<_>>(),
    }))?;
    let config_name = format!("{}.json", sha256(&config).hex());
    let manifest = serde_json::to_vec(&serde_json::json!([
        {"Config": config_name, "RepoTags": ["comparison/heavy:1"], "Layers": names}
    ]))?;
    let mut outer = TarWriter::new(out);
    outer.file(&config_name, &config)?;
    outer.file("manifest.json", &manifest)?;
    outer.finish()?;
    Ok(())
}
