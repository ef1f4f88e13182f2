//! The same image a second time, and the same with one layer more: what is kept between runs.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::images::{Form, Image};
use super::statistics::Sample;
use super::{Setup, contenders};

/// What scanning again cost.
pub struct Again {
    pub image: &'static str,
    pub unchanged: Vec<Sample>,
    /// With one layer put on top, the others kept from before and their bytes taken away.
    pub one_layer: Vec<Sample>,
}

pub fn measure(setup: &Setup, image: &Image) -> Result<Again> {
    eprintln!("{} again", image.name);
    let cache = setup.scratch.join("cache");
    contenders::forget(&cache)?;
    let form = Form::OciLayout;
    let same = contenders::ours(&setup.program, &setup.database, image, form, &cache);
    let (first, _) = same.run(&setup.scratch)?;
    let mut unchanged = Vec::new();
    for _ in 0..setup.rounds {
        let (again, sample) = same.run(&setup.scratch)?;
        ensure!(
            packages(&first)? == packages(&again)?,
            "another inventory the second time"
        );
        unchanged.push(sample);
    }
    let mut one_layer = Vec::new();
    for round in 0..setup.rounds {
        let changed = setup.scratch.join("changed");
        with_a_layer(&image.path(form), &changed, round)?;
        let target = format!("oci-dir:{}", changed.display());
        let scan = contenders::scan(&setup.program, &setup.database, &target, &cache);
        let (found, sample) = scan.run(&setup.scratch)?;
        let added = packages(&found)?.len() - packages(&first)?.len();
        ensure!(added == 1, "{added} packages more, not 1");
        one_layer.push(sample);
        fs::remove_dir_all(&changed)?;
    }
    Ok(Again {
        image: image.name,
        unchanged,
        one_layer,
    })
}

/// Identities of what a report found.
fn packages(report: &[u8]) -> Result<Vec<String>> {
    let report: Value = serde_json::from_slice(report)?;
    let packages = report.get("packages").and_then(Value::as_array);
    let packages = packages.context("no packages in a report")?;
    let purl = |package: &Value| package["purl"].as_str().unwrap_or_default().to_owned();
    Ok(packages.iter().map(purl).collect())
}

/// A copy of the layout with one more layer, in which one package was installed. Of the layers
/// below only the names are there: whoever reads one finds nothing and fails, so that a scan that
/// succeeds has read none.
fn with_a_layer(layout: &Path, copy: &Path, round: usize) -> Result<()> {
    if copy.exists() {
        fs::remove_dir_all(copy)?;
    }
    let output = Command::new("cp")
        .args(["-al"])
        .arg(layout)
        .arg(copy)
        .output()?;
    ensure!(output.status.success(), "cp failed");
    // Linked files are shared with the original; what is changed has to be its own.
    fs::remove_file(copy.join("index.json"))?;
    fs::copy(layout.join("index.json"), copy.join("index.json"))?;
    let added = copy.join("added");
    let package = added.join("usr/lib/node_modules/added");
    fs::create_dir_all(&package)?;
    fs::write(
        package.join("package.json"),
        format!("{{\"name\":\"added\",\"version\":\"1.0.{round}\"}}"),
    )?;
    let output = Command::new("umoci")
        .args(["insert", "--image"])
        .arg(format!("{}:latest", copy.display()))
        .args(["--history.created_by", "one layer more"])
        .arg(&added)
        .arg("/")
        .output()
        .context("failed to run umoci: install Debian's package `umoci`")?;
    ensure!(
        output.status.success(),
        "umoci failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    for layer in super::images::layout_layers(layout)? {
        let name = layer.path.file_name().context("a layer without a name")?;
        let own = copy.join("blobs/sha256").join(name);
        fs::remove_file(&own)?;
        fs::write(&own, b"")?;
    }
    Ok(())
}
