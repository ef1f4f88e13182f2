//! Which layers came with the base image.
//!
//! No image says so for certain. Builders may name the base image in an annotation
//! (`org.opencontainers.image.base.name`, `.digest`; OCI image specification, `annotations.md`),
//! but not how many layers it had. The number is read from the history:
//!
//! 1. A base image nearly always ends with a step that sets its `CMD` or `ENTRYPOINT`. The last
//!    such step that is followed by a step that makes a layer ends the base image.
//! 2. Without one, a first layer that is a whole root filesystem (`ADD file:… in /`,
//!    `# debian.sh …`, `ADD x-rootfs.tar / #`) is the base image, if others follow.
//!
//! A Dockerfile that sets `CMD` before its last `RUN` is read wrongly by the first rule: its own
//! layers before that are taken for the base image's. Nothing is said where neither rule holds.

use plimsoll_model::Digest;

use super::{HistoryStep, ImageConfig};

/// Annotations that name the base image.
const ANNOTATION_NAME: &str = "org.opencontainers.image.base.name";
const ANNOTATION_DIGEST: &str = "org.opencontainers.image.base.digest";

/// The image that an image was built on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseImage {
    /// As the builder named it.
    pub name: Option<String>,
    /// Of its manifest.
    pub digest: Option<Digest>,
    /// How many of the lowest layers are its; 0 where that cannot be told.
    pub layers: usize,
    pub source: BaseSource,
}

/// How it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BaseSource {
    /// Named by an annotation or label; the number of layers still comes from the history.
    Annotation,
    /// A `CMD` or `ENTRYPOINT` step in the middle of the history.
    CommandStep,
    /// A first layer that is a whole root filesystem.
    RootLayer,
}

/// What can be told about the base image from manifest annotations, labels and history.
pub fn find(annotations: &[(String, String)], config: &ImageConfig) -> Option<BaseImage> {
    let named = |key: &str| {
        let value = |pairs: &[(String, String)]| {
            let found = pairs.iter().find(|(name, _)| name == key);
            found
                .map(|(_, value)| value.clone())
                .filter(|v| !v.is_empty())
        };
        value(annotations).or_else(|| value(&config.labels))
    };
    let name = named(ANNOTATION_NAME);
    let digest = named(ANNOTATION_DIGEST).and_then(|text| text.parse().ok());
    let counted = layers_of_base(config);
    let source = match counted {
        _ if name.is_some() || digest.is_some() => BaseSource::Annotation,
        Some((_, source)) => source,
        None => return None,
    };
    Some(BaseImage {
        name,
        digest,
        layers: counted.map_or(0, |(layers, _)| layers),
        source,
    })
}

fn layers_of_base(config: &ImageConfig) -> Option<(usize, BaseSource)> {
    let made = |steps: &[HistoryStep]| steps.iter().filter(|step| !step.empty_layer).count();
    if made(&config.history) != config.diff_ids.len() {
        return None;
    }
    let last_layer = config.history.iter().rposition(|step| !step.empty_layer)?;
    let before = config.history.get(..last_layer)?;
    if let Some(end) = before.iter().rposition(sets_command) {
        let layers = made(before.get(..end)?);
        if layers > 0 {
            return Some((layers, BaseSource::CommandStep));
        }
    }
    let first = config.history.iter().find(|step| !step.empty_layer)?;
    (config.diff_ids.len() > 1 && is_root_layer(first)).then_some((1, BaseSource::RootLayer))
}

/// Docker's builders write `/bin/sh -c #(nop)  CMD ["x"]`, BuildKit `CMD ["x"]`.
fn sets_command(step: &HistoryStep) -> bool {
    let text = instruction(step);
    step.empty_layer && (text.starts_with("CMD ") || text.starts_with("ENTRYPOINT "))
}

fn is_root_layer(step: &HistoryStep) -> bool {
    let text = instruction(step);
    let adds_to_root = text.starts_with("ADD ")
        && (text.trim_end().ends_with(" in /") || text.contains(" / #") || text.ends_with(" /"));
    adds_to_root || text.starts_with("# debian.sh ")
}

fn instruction(step: &HistoryStep) -> &str {
    let text = step.created_by.as_deref().unwrap_or_default();
    text.strip_prefix("/bin/sh -c #(nop)")
        .unwrap_or(text)
        .trim_start()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps as text; `-` in front marks those that made no layer.
    fn config(steps: &[&str]) -> ImageConfig {
        let history: Vec<_> = steps
            .iter()
            .map(|step| HistoryStep {
                created_by: Some(step.trim_start_matches('-').to_owned()),
                empty_layer: step.starts_with('-'),
                ..HistoryStep::default()
            })
            .collect();
        let made = history.iter().filter(|step| !step.empty_layer).count();
        ImageConfig {
            history,
            diff_ids: vec![Digest::from_sha256([0; 32]); made],
            ..ImageConfig::default()
        }
    }

    fn check(steps: &[&str], expected: Option<(usize, BaseSource)>) {
        let found = find(&[], &config(steps)).map(|base| (base.layers, base.source));
        assert_eq!(found, expected, "{steps:?}");
    }

    #[test]
    fn base_ends_with_the_last_command_that_layers_follow() {
        const DEBIAN: &str = "/bin/sh -c #(nop) ADD file:1b2c in / ";
        let bash = "-/bin/sh -c #(nop)  CMD [\"bash\"]";
        let by_command = |layers| Some((layers, BaseSource::CommandStep));
        check(&[DEBIAN, bash, "RUN a", "-CMD [\"x\"]"], by_command(1));
        check(
            &[
                DEBIAN,
                bash,
                "RUN py",
                "-CMD [\"python3\"]",
                "COPY . /app",
                "-CMD [\"x\"]",
            ],
            by_command(2),
        );
        check(&[DEBIAN, bash], None);
        check(
            &["# debian.sh --arch 'amd64' out/", "RUN a", "-CMD [\"x\"]"],
            Some((1, BaseSource::RootLayer)),
        );
        check(
            &[
                "ADD alpine-minirootfs-3.21.0-x86_64.tar.gz / # buildkit",
                "RUN a",
            ],
            Some((1, BaseSource::RootLayer)),
        );
        check(&["RUN a", "RUN b"], None);
        check(&[], None);
    }

    #[test]
    fn annotation_names_the_base_and_labels_stand_in() {
        let mut config = config(&["ADD file:1 in /", "RUN a"]);
        config.labels = vec![(ANNOTATION_NAME.to_owned(), "debian:12".to_owned())];
        let base = find(&[], &config).unwrap();
        assert_eq!(base.name.as_deref(), Some("debian:12"));
        assert_eq!((base.layers, base.source), (1, BaseSource::Annotation));
        let annotations = [(ANNOTATION_NAME.to_owned(), "debian:13".to_owned())];
        let base = find(&annotations, &config).unwrap();
        assert_eq!(base.name.as_deref(), Some("debian:13"));
    }
}
