//! The image configuration: OCI image specification 1.1, `config.md`, and Docker's older form of
//! it, which differs only in what may be absent or null.

use std::collections::BTreeMap;

use plimsoll_model::{Digest, Platform, Timestamp};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::limits::LAYERS_MAX;

/// What the configuration says. Text is as found: clean it before it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageConfig {
    pub created: Option<Timestamp>,
    pub author: Option<String>,
    pub os: String,
    pub architecture: String,
    pub variant: Option<String>,
    pub os_version: Option<String>,
    /// Who the image runs as: `user[:group]`; empty or absent means root.
    pub user: Option<String>,
    /// `NAME=value`, in stored order.
    pub env: Vec<String>,
    pub entrypoint: Vec<String>,
    pub cmd: Vec<String>,
    pub working_dir: Option<String>,
    pub stop_signal: Option<String>,
    /// Sorted: `8080/tcp`.
    pub exposed_ports: Vec<String>,
    /// Sorted.
    pub volumes: Vec<String>,
    /// Sorted by key.
    pub labels: Vec<(String, String)>,
    /// The test of a health check, as Docker stores it: `["CMD-SHELL", "…"]`.
    pub healthcheck: Vec<String>,
    /// Digests of the uncompressed layers, lowest first.
    pub diff_ids: Vec<Digest>,
    pub history: Vec<HistoryStep>,
}

/// One step of the build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryStep {
    pub created: Option<Timestamp>,
    pub created_by: Option<String>,
    pub author: Option<String>,
    pub comment: Option<String>,
    /// Whether it changed settings only and made no layer.
    pub empty_layer: bool,
}

impl ImageConfig {
    /// Parses a configuration. The error says what is wrong, in lower case.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let wire: Wire = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let root = wire.rootfs.ok_or("rootfs is missing")?;
        let listed = root.diff_ids.unwrap_or_default();
        if listed.len() > LAYERS_MAX {
            return Err(format!(
                "{} layers, more than the limit of {LAYERS_MAX}",
                listed.len()
            ));
        }
        let diff_ids = listed
            .iter()
            .map(|text| text.parse::<Digest>().map_err(|error| error.to_string()))
            .collect::<Result<Vec<_>, _>>()?;
        let run = wire.config.unwrap_or_default();
        let history = wire.history.unwrap_or_default();
        Ok(Self {
            created: time(wire.created.as_deref()),
            author: wire.author.filter(|text| !text.is_empty()),
            os: wire.os.unwrap_or_default(),
            architecture: wire.architecture.unwrap_or_default(),
            variant: wire.variant.filter(|text| !text.is_empty()),
            os_version: wire.os_version.filter(|text| !text.is_empty()),
            user: run.user.filter(|text| !text.is_empty()),
            env: run.env.unwrap_or_default(),
            entrypoint: run.entrypoint.map(|words| words.0).unwrap_or_default(),
            cmd: run.cmd.map(|words| words.0).unwrap_or_default(),
            working_dir: run.working_dir.filter(|text| !text.is_empty()),
            stop_signal: run.stop_signal.filter(|text| !text.is_empty()),
            exposed_ports: keys(run.exposed_ports),
            volumes: keys(run.volumes),
            labels: run
                .labels
                .unwrap_or_default()
                .into_iter()
                .map(|(key, value)| (key, value.unwrap_or_default()))
                .collect(),
            healthcheck: run
                .healthcheck
                .and_then(|check| check.test)
                .unwrap_or_default(),
            diff_ids,
            history: history.into_iter().map(HistoryStep::from).collect(),
        })
    }

    /// What the image is for; `unknown` where the configuration does not say.
    pub fn platform(&self) -> Platform {
        let known = |text: &str| match text {
            "" => "unknown".to_owned(),
            text => text.to_owned(),
        };
        Platform {
            os: known(&self.os),
            architecture: known(&self.architecture),
            variant: self.variant.clone(),
        }
    }

    /// The step that made each layer, lowest first; `None` where the history does not tell.
    /// Steps that made no layer are passed over. A history whose other steps are not as many as
    /// the layers is not used: a wrong attribution would be worse than none.
    pub fn steps_of_layers(&self) -> Vec<Option<&HistoryStep>> {
        let steps: Vec<_> = self.history.iter().filter(|s| !s.empty_layer).collect();
        if steps.len() == self.diff_ids.len() {
            steps.into_iter().map(Some).collect()
        } else {
            vec![None; self.diff_ids.len()]
        }
    }
}

#[derive(Deserialize)]
struct Wire {
    created: Option<String>,
    author: Option<String>,
    os: Option<String>,
    architecture: Option<String>,
    variant: Option<String>,
    #[serde(rename = "os.version")]
    os_version: Option<String>,
    config: Option<WireRun>,
    rootfs: Option<WireRoot>,
    history: Option<Vec<WireStep>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct WireRun {
    user: Option<String>,
    env: Option<Vec<String>>,
    entrypoint: Option<Words>,
    cmd: Option<Words>,
    working_dir: Option<String>,
    stop_signal: Option<String>,
    exposed_ports: Option<Keys>,
    volumes: Option<Keys>,
    labels: Option<BTreeMap<String, Option<String>>>,
    healthcheck: Option<WireHealth>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireHealth {
    test: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct WireRoot {
    diff_ids: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct WireStep {
    created: Option<String>,
    created_by: Option<String>,
    author: Option<String>,
    comment: Option<String>,
    empty_layer: Option<bool>,
}

/// A command: a list, or (in images of old builders) one string for the shell.
struct Words(Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> serde::de::Visitor<'de> for Visit {
            type Value = Words;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("a command")
            }

            fn visit_str<E>(self, text: &str) -> Result<Words, E> {
                Ok(Words(vec![text.to_owned()]))
            }

            fn visit_unit<E>(self) -> Result<Words, E> {
                Ok(Words(Vec::new()))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut seq: A,
            ) -> Result<Words, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = seq.next_element()? {
                    words.push(word);
                }
                Ok(Words(words))
            }
        }
        from.deserialize_any(Visit)
    }
}

impl From<WireStep> for HistoryStep {
    fn from(wire: WireStep) -> Self {
        Self {
            created: time(wire.created.as_deref()),
            created_by: wire.created_by.filter(|text| !text.is_empty()),
            author: wire.author.filter(|text| !text.is_empty()),
            comment: wire.comment.filter(|text| !text.is_empty()),
            empty_layer: wire.empty_layer.unwrap_or(false),
        }
    }
}

/// Builders write year 1 or 1970 for "not said"; the latter is also what reproducible builds say
/// on purpose, so only the former is dropped.
fn time(text: Option<&str>) -> Option<Timestamp> {
    let time: Timestamp = text?.parse().ok()?;
    (time.as_second() >= 0).then_some(time)
}

/// A set, which Docker writes as an object with empty values.
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> serde::de::Visitor<'de> for Visit {
            type Value = Keys;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("a set")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, IgnoredAny)) = map.next_entry()? {
                    keys.push(key);
                }
                keys.sort();
                Ok(Keys(keys))
            }
        }
        from.deserialize_map(Visit)
    }
}

fn keys(set: Option<Keys>) -> Vec<String> {
    set.map(|set| set.0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIFF_ID: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn nulls_and_old_shapes_are_read() {
        let text = format!(
            r#"{{"created":"0001-01-01T00:00:00Z","os":"linux","architecture":"arm64","variant":"v8",
                "config":{{"Env":null,"Cmd":"run me","Labels":{{"b":"2","a":null}},
                           "ExposedPorts":{{"80/tcp":{{}}}},"Entrypoint":null}},
                "history":null,"rootfs":{{"type":"layers","diff_ids":["{DIFF_ID}"]}}}}"#
        );
        let config = ImageConfig::parse(text.as_bytes()).unwrap();
        assert_eq!(config.created, None);
        assert_eq!(config.platform().to_string(), "linux/arm64/v8");
        assert_eq!(config.cmd, ["run me"]);
        assert_eq!(config.exposed_ports, ["80/tcp"]);
        assert_eq!(config.labels[1], ("b".to_owned(), "2".to_owned()));
        assert_eq!(config.steps_of_layers(), [None]);
    }

    #[test]
    fn steps_that_made_no_layer_are_passed_over() {
        let text = format!(
            r#"{{"rootfs":{{"diff_ids":["{DIFF_ID}"]}},"history":[
                {{"created_by":"ENV a=b","empty_layer":true}},{{"created_by":"RUN x"}}]}}"#
        );
        let config = ImageConfig::parse(text.as_bytes()).unwrap();
        let steps = config.steps_of_layers();
        assert_eq!(steps[0].unwrap().created_by.as_deref(), Some("RUN x"));
    }

    #[test]
    fn what_is_no_configuration_is_refused() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"rootfs":{"diff_ids":["md5:00"]}}"#,
            r#"{"rootfs":{"diff_ids":"x"}}"#,
        ] {
            assert!(ImageConfig::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
