//! The `watch` section of `plimsoll.yaml`: values of the flags of `plimsoll watch`.
//!
//! Flags and environment win over them. What the values mean is read where the flags are read; this
//! module knows the keys.

use serde::de::{Deserializer, Error as _, Unexpected, Visitor};
use serde::{Deserialize, de};

/// What the file says about watching; absent or empty where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WatchSettings {
    /// Rule files and folders, in their order.
    pub rules: Vec<String>,
    /// Whether our own rules are loaded before them.
    pub own_rules: Option<bool>,
    /// `first` or `all`: what comes of an event that several rules match.
    pub rule_matching: Option<String>,
    /// Patterns of containers that are judged.
    pub containers: Vec<String>,
    /// Patterns of Kubernetes namespaces that are judged.
    pub namespaces: Vec<String>,
    /// Whether the host is judged.
    pub host: Option<bool>,
    /// Outputs as `-o` takes them.
    pub outputs: Vec<String>,
    /// Where metrics are handed out: a port, or an address and a port.
    #[serde(deserialize_with = "word")]
    pub metrics: Option<String>,
    /// Share of one processor, percent.
    #[serde(deserialize_with = "word")]
    pub cpu_max: Option<String>,
    pub memory_max: Option<String>,
    /// How long an alert that comes again is the same one.
    #[serde(deserialize_with = "word")]
    pub dedupe: Option<String>,
    pub alerts_max: AlertsMax,
    pub rotate: Rotate,
    /// File of headers for HTTP outputs.
    pub http_headers: Option<String>,
    /// PEM file of further authorities for HTTP outputs.
    pub ca_file: Option<String>,
    /// Where it is kept until when was watched; `off` for nowhere.
    pub state: Option<String>,
    /// The audit trail of responses.
    pub trail: Option<String>,
}

/// Alerts a minute at most; 0 is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlertsMax {
    pub rule: Option<u32>,
    pub container: Option<u32>,
    pub total: Option<u32>,
}

/// When files of outputs are put away, and how many are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rotate {
    pub size: Option<String>,
    pub keep: Option<u32>,
}

/// Text, or a number without quotes: `metrics: 9187`.
fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    struct Word;
    impl Visitor<'_> for Word {
        type Value = Option<String>;

        fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            out.write_str("a word or a number")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(text.to_owned()))
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Some(number.to_string()))
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
            u64::try_from(number)
                .map(|number| Some(number.to_string()))
                .map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))
        }

        fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
            Ok(Some(number.to_string()))
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }
    deserializer
        .deserialize_any(Word)
        .map_err(|error| D::Error::custom(error.to_string()))
}

/// Keys of Falco's own configuration, as people try them here, and what to write instead.
pub(crate) const FALCO_KEYS: &[(&str, &str)] = &[
    ("rules_file", "write `rules:` below `watch:`"),
    ("rules_files", "write `rules:` below `watch:`"),
    (
        "rule_matching",
        "write `rule_matching:` below `watch:`; without it every rule that matches tells",
    ),
    (
        "watch_config_files",
        "files are always looked at for changes: leave it out",
    ),
    (
        "priority",
        "disable rules in a rule file of yours: `- rule: NAME`, `enabled: false`, `override`",
    ),
    (
        "json_output",
        "run `plimsoll watch --format json`, or write `json=FILE` below `watch.outputs`",
    ),
    (
        "json_include_output_property",
        "our JSON always has it: leave it out",
    ),
    (
        "json_include_tags_property",
        "our JSON always has it: leave it out",
    ),
    ("time_format_iso_8601", "times always are: leave it out"),
    (
        "buffered_outputs",
        "each output has a queue of its own: leave it out",
    ),
    (
        "outputs",
        "write `outputs:` below `watch:`; rates are `watch.alerts_max`",
    ),
    (
        "outputs_queue",
        "each output has a queue of its own: leave it out",
    ),
    (
        "output_timeout",
        "an output that is slow holds up nobody: leave it out",
    ),
    (
        "stdout_output",
        "standard output is always written: leave it out",
    ),
    (
        "file_output",
        "write `json=FILE` or `text=FILE` below `watch.outputs`",
    ),
    ("http_output", "write `http=URL` below `watch.outputs`"),
    ("syslog_output", "write `syslog` below `watch.outputs`"),
    (
        "program_output",
        "write `program=COMMAND` below `watch.outputs`",
    ),
    (
        "grpc_output",
        "gRPC is not there: `http=URL` below `watch.outputs`",
    ),
    (
        "grpc",
        "gRPC is not there: `http=URL` below `watch.outputs`",
    ),
    (
        "webserver",
        "write `metrics: PORT` below `watch:`; it answers /healthz as well",
    ),
    ("metrics", "write `metrics: PORT` below `watch:`"),
    ("engine", "there is one engine: leave it out"),
    (
        "syscall_event_drops",
        "losses are always counted and told: leave it out",
    ),
    ("syscall_event_timeouts", "leave it out"),
    (
        "base_syscalls",
        "what rules need is asked of the kernel by itself: leave it out",
    ),
    (
        "load_plugins",
        "plugins are not loaded: rules of the source `syscall` are",
    ),
    (
        "plugins",
        "plugins are not loaded: rules of the source `syscall` are",
    ),
    ("log_level", "use --quiet or --verbose"),
    (
        "log_stderr",
        "talk always goes to standard error: leave it out",
    ),
    (
        "log_syslog",
        "leave it out: the service manager keeps what is said",
    ),
    ("libs_logger", "leave it out"),
    (
        "append_output",
        "our JSON tells container, pod and processes beside: leave it out",
    ),
    ("rules", "write `rules:` below `watch:`"),
];

/// What to write instead of a key of Falco's.
pub(crate) fn falco_hint(key: &str) -> Option<&'static str> {
    let mut known = FALCO_KEYS.iter();
    known.find(|(name, _)| *name == key).map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use crate::Document;

    #[test]
    fn all_keys_are_read() {
        let text = "
watch:
  rules: [falco_rules.yaml, rules.d]
  own_rules: true
  rule_matching: first
  containers: ['web*']
  namespaces: [shop]
  host: false
  outputs: ['json=/var/log/a.json', syslog]
  metrics: 9187
  cpu_max: 10%
  memory_max: 64MiB
  dedupe: 10m
  alerts_max: {rule: 60, total: 0}
  rotate: {size: 10MiB, keep: 3}
  http_headers: /etc/h
  ca_file: /etc/ca.pem
  state: off
  trail: /var/lib/t.jsonl
";
        let watch = Document::parse(text, "p.yaml").unwrap().watch;
        assert_eq!(watch.rules, ["falco_rules.yaml", "rules.d"]);
        assert_eq!(watch.metrics.as_deref(), Some("9187"));
        assert_eq!(watch.cpu_max.as_deref(), Some("10%"));
        assert_eq!((watch.own_rules, watch.host), (Some(true), Some(false)));
        assert_eq!(watch.alerts_max.rule, Some(60));
        assert_eq!(
            (watch.alerts_max.container, watch.alerts_max.total),
            (None, Some(0))
        );
        assert_eq!(
            (watch.rotate.keep, watch.state.as_deref()),
            (Some(3), Some("off"))
        );
        let watch = Document::parse("watch: {cpu_max: 12.5, dedupe: 0}", "p")
            .unwrap()
            .watch;
        assert_eq!(watch.cpu_max.as_deref(), Some("12.5"));
        assert_eq!(watch.dedupe.as_deref(), Some("0"));
        for wrong in [
            "watch: {metrics: [1]}",
            "watch: {host: maybe}",
            "watch: {alerts_max: 60}",
            "watch: {rotate: {keep: -1}}",
            "watch: {metrics: -1}",
        ] {
            assert!(Document::parse(wrong, "p").is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_misspelt_or_falcos_says_what_to_write() {
        for (text, message, hint) in [
            (
                "watch: {rule: [a]}",
                "unknown field `rule`",
                "did you mean `rules`?",
            ),
            (
                "rules_files: [/etc/falco/falco_rules.yaml]",
                "unknown field `rules_files`",
                "write `rules:` below `watch:`",
            ),
            (
                "watch: {json_output: true}",
                "unknown field `json_output`",
                "run `plimsoll watch --format json`, or write `json=FILE` below `watch.outputs`",
            ),
            (
                "rule_matching: first",
                "unknown field `rule_matching`",
                "write `rule_matching:` below `watch:`; without it every rule that matches tells",
            ),
        ] {
            let error = Document::parse(text, "p").unwrap_err();
            assert!(error.to_string().contains(message), "{error}");
            assert_eq!(error.hint.as_deref(), Some(hint));
        }
    }

    /// The page of the configuration names every key.
    #[test]
    fn the_reference_page_is_whole() {
        let page = include_str!("../../../docs/reference/configuration.md");
        for section in ["", "settings", "watch"] {
            let text = match section {
                "" => "zzzz: 1".to_owned(),
                _ => format!("{section}: {{zzzz: 1}}"),
            };
            let error = Document::parse(&text, "p").unwrap_err().to_string();
            let (_, known) = error.split_once("expected one of ").expect(&error);
            let keys: Vec<&str> = known.split(", ").collect();
            assert!(keys.len() > 4, "{error}");
            for key in keys {
                assert!(page.contains(&format!("`{key}`")), "{section}: {key}");
            }
        }
    }
}
