//! Compiles the kernel programs and writes the header that both sides share.
//!
//! Only clang is needed. Without it, or for another system than Linux, the crate still builds and
//! says when it is run what is missing.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll_model::event;

#[path = "src/shared.rs"]
mod shared;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for path in ["bpf", "build.rs", "src/shared.rs"] {
        println!("cargo::rerun-if-changed={path}");
    }
    println!("cargo::rerun-if-env-changed=CLANG");
    fs::write(out.join("kinds.h"), header()?)?;
    let found = if env::var("CARGO_CFG_TARGET_OS")? == "linux" {
        compile(&out)?
    } else {
        false
    };
    let mut code = String::new();
    for (constant, name) in OBJECTS {
        let object = if found {
            format!(
                "Some(aya::include_bytes_aligned!(concat!(env!(\"OUT_DIR\"), \"/{name}.bpf.o\")))"
            )
        } else {
            "None".to_owned()
        };
        writeln!(code, "static {constant}: Option<&[u8]> = {object};")?;
    }
    fs::write(out.join("object.rs"), code)?;
    Ok(())
}

/// The objects: what the crate calls each, and its source in `bpf/`.
const OBJECTS: &[(&str, &str)] = &[("OBJECT", "all"), ("REFUSE", "refuse")];

/// Whether there are objects now. Sources that clang refuses are an error; no clang is not.
fn compile(out: &Path) -> Result<bool, Box<dyn Error>> {
    let architecture = match env::var("CARGO_CFG_TARGET_ARCH")?.as_str() {
        "x86_64" => "x86",
        "aarch64" => "arm64",
        other => {
            println!("cargo::warning=no kernel programs for {other}");
            return Ok(false);
        }
    };
    let clang = env::var("CLANG").unwrap_or_else(|_| "clang".to_owned());
    for (_, name) in OBJECTS {
        if !compile_one(out, &clang, architecture, name)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn compile_one(
    out: &Path,
    clang: &str,
    architecture: &str,
    name: &str,
) -> Result<bool, Box<dyn Error>> {
    let object = out.join(format!("{name}.bpf.o"));
    let root = env::var("CARGO_MANIFEST_DIR")?;
    let output = Command::new(clang)
        .args([
            "-target",
            "bpf",
            "-mcpu=v3",
            "-O2",
            "-g",
            "-std=gnu11",
            "-Wall",
            "-Werror",
        ])
        .arg("-Wno-unused-function")
        .arg(format!("-D__TARGET_ARCH_{architecture}"))
        .arg(format!("-ffile-prefix-map={root}=."))
        .arg("-I")
        .arg(out)
        .args(["-c", &format!("bpf/{name}.bpf.c"), "-o"])
        .arg(&object)
        .output();
    let Ok(output) = output else {
        println!("cargo::warning={clang} was not found: built without kernel programs");
        return Ok(false);
    };
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if said.contains("unknown target triple") || said.contains("No available targets") {
            println!(
                "cargo::warning={clang} cannot compile for bpf: built without kernel programs"
            );
            return Ok(false);
        }
        for line in said.lines() {
            println!("cargo::error={line}");
        }
        return Err("the kernel programs do not compile".into());
    }
    // Types stay, which loading needs; what only a debugger reads goes, if there is a tool for it.
    let stripped = Command::new("llvm-strip").arg("-g").arg(&object).status();
    drop(stripped);
    Ok(true)
}

/// Kinds, parameters, flags and the head of a record, for C.
fn header() -> Result<String, std::fmt::Error> {
    let mut text = String::from(
        "// Generated from plimsoll_model::event and src/shared.rs.\n#pragma once\n\n",
    );
    for kind in event::KINDS {
        writeln!(
            text,
            "#define KIND_{} {}",
            kind.name().to_uppercase(),
            kind.number()
        )?;
    }
    for param in event::PARAMS {
        writeln!(
            text,
            "#define PARAM_{} {}",
            param.name().to_uppercase(),
            param.number()
        )?;
    }
    for (name, value) in shared::FLAGS.iter().chain(shared::NUMBERS) {
        writeln!(text, "#define {name} {value}ull")?;
    }
    writeln!(text, "\nstruct head {{")?;
    for field in event::HEAD {
        writeln!(text, "\tu{} {};", field.bytes * 8, field.name)?;
    }
    writeln!(text, "}};")?;
    for field in event::HEAD {
        let (name, offset) = (field.name, field.offset);
        writeln!(
            text,
            "_Static_assert(__builtin_offsetof(struct head, {name}) == {offset}, \"{name}\");"
        )?;
    }
    let bytes = event::HEAD_BYTES;
    writeln!(
        text,
        "_Static_assert(sizeof(struct head) == {bytes}, \"head\");"
    )?;
    writeln!(text, "\nstruct config {{")?;
    for (name, words) in shared::CONFIG {
        if *words == 1 {
            writeln!(text, "\tu64 {name};")?;
        } else {
            writeln!(text, "\tu64 {name}[{words}];")?;
        }
    }
    writeln!(text, "}};")?;
    Ok(text)
}
