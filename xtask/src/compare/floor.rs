//! The floor: what it costs to unpack and hash all layers side by side with the fastest tools
//! that Debian has, and to look at nothing.

use std::fmt::Write as _;

use anyhow::Result;

use super::command::Invocation;
use super::images::{Form, Image, LayerBytes};

/// What is compared with, for the table.
pub const fn description(form: Form) -> &'static str {
    match form {
        Form::DockerArchive => "`openssl dgst -sha256` of all layers side by side",
        Form::OciLayout => "`igzip -dc` into `openssl dgst -sha256`, all layers side by side",
    }
}

pub fn invocation(image: &Image, form: Form) -> Result<Invocation> {
    Ok(Invocation::new(
        "bash",
        &["-c", &script(&image.layers(form)?, form)],
    ))
}

/// One pipe for each layer, all at once; the system shares its cores among them.
fn script(layers: &[LayerBytes], form: Form) -> String {
    let mut script = String::from("set -eo pipefail\n");
    for LayerBytes { path, offset, len } in layers {
        let path = path.display().to_string().replace('\'', r"'\''");
        let _ = match form {
            Form::DockerArchive => writeln!(
                script,
                "(dd if='{path}' bs=1M iflag=skip_bytes,count_bytes skip={offset} count={len} status=none | openssl dgst -sha256) &"
            ),
            Form::OciLayout => {
                writeln!(script, "(igzip -dc <'{path}' | openssl dgst -sha256) &")
            }
        };
    }
    script.push_str("for job in $(jobs -p); do wait \"$job\"; done\n");
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layer_has_its_pipe_and_is_waited_for() {
        let layer = |name: &str, offset| LayerBytes {
            path: name.into(),
            offset,
            len: 7,
        };
        let layers = [layer("a", 512), layer("it's", 1024)];
        let script = script(&layers, Form::DockerArchive);
        assert!(
            script.contains("if='a' ") && script.contains("skip=512 count=7"),
            "{script}"
        );
        assert!(script.contains(r"if='it'\''s' "), "{script}");
        assert_eq!(script.matches(") &").count(), 2);
        assert!(script.ends_with("done\n"));
    }
}
