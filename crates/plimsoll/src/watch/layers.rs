//! Flag over environment over `plimsoll.yaml`, for what `watch` and `replay` take.

use std::path::PathBuf;

use plimsoll_policy::WatchSettings;

use crate::cli::{JudgingArgs, WatchArgs};

/// The arguments, and what the file says where they say nothing.
pub fn watch(said: &WatchArgs, file: &WatchSettings) -> WatchArgs {
    let path = |said: &Option<PathBuf>, file: &Option<String>| {
        let file = file.as_ref().map(PathBuf::from);
        said.clone().or(file)
    };
    let text = |said: &Option<String>, file: &Option<String>| said.clone().or_else(|| file.clone());
    WatchArgs {
        duration: said.duration.clone(),
        record: said.record.clone(),
        no_screen: said.no_screen,
        metrics: text(&said.metrics, &file.metrics),
        cpu_max: text(&said.cpu_max, &file.cpu_max),
        rotate_size: text(&said.rotate_size, &file.rotate.size),
        rotate_keep: said.rotate_keep.or(file.rotate.keep),
        http_headers: path(&said.http_headers, &file.http_headers),
        ca_file: path(&said.ca_file, &file.ca_file),
        state: path(&said.state, &file.state),
        trail: path(&said.trail, &file.trail),
        judging: judging(&said.judging, file),
        format: said.format.clone(),
        outputs: list(&said.outputs, &file.outputs),
        memory_max: text(&said.memory_max, &file.memory_max),
    }
}

/// The same for what is judged.
pub fn judging(said: &JudgingArgs, file: &WatchSettings) -> JudgingArgs {
    // Which rules is one question: whoever names some does not want those of the file.
    let names_rules = said.own_rules || !said.rules.is_empty();
    let host = (said.host || said.no_host).then_some(said.host);
    let host = host.or(file.host);
    let alerts_max = [
        ("rule", file.alerts_max.rule),
        ("container", file.alerts_max.container),
        ("total", file.alerts_max.total),
    ];
    let alerts_max: Vec<String> = alerts_max
        .iter()
        .filter_map(|(name, limit)| Some(format!("{name}={}", (*limit)?)))
        .collect();
    JudgingArgs {
        rules: if names_rules {
            said.rules.clone()
        } else {
            file.rules.iter().map(PathBuf::from).collect()
        },
        own_rules: if names_rules {
            said.own_rules
        } else {
            file.own_rules.unwrap_or_default()
        },
        rule_matching: said
            .rule_matching
            .clone()
            .or_else(|| file.rule_matching.clone()),
        container: list(&said.container, &file.containers),
        namespace: list(&said.namespace, &file.namespaces),
        host: host == Some(true),
        no_host: host == Some(false),
        dedupe: said.dedupe.clone().or_else(|| file.dedupe.clone()),
        alerts_max: list(&said.alerts_max, &alerts_max),
    }
}

fn list(said: &[String], file: &[String]) -> Vec<String> {
    let one = if said.is_empty() { file } else { said };
    one.to_vec()
}

#[cfg(test)]
mod tests {
    use plimsoll_policy::Document;

    use super::*;

    const FILE: &str = "
watch:
  rules: [file.yaml]
  own_rules: true
  containers: [web]
  host: false
  outputs: [syslog]
  metrics: 9187
  dedupe: 5m
  alerts_max: {total: 7}
  rotate: {keep: 2}
  state: off
";

    fn settings() -> WatchSettings {
        Document::parse(FILE, "p").unwrap().watch
    }

    #[test]
    fn the_file_says_what_flags_do_not() {
        let all = watch(&WatchArgs::default(), &settings());
        assert_eq!(all.outputs, ["syslog"]);
        assert_eq!(all.metrics.as_deref(), Some("9187"));
        assert_eq!((all.rotate_keep, all.state), (Some(2), Some("off".into())));
        let judging = all.judging;
        assert_eq!(judging.rules, [PathBuf::from("file.yaml")]);
        assert!(judging.own_rules && judging.no_host && !judging.host);
        assert_eq!(judging.container, ["web"]);
        assert_eq!(judging.alerts_max, ["total=7"]);
    }

    #[test]
    fn flags_win_and_rules_are_one_question() {
        let said = WatchArgs {
            outputs: vec!["json=a".to_owned()],
            judging: JudgingArgs {
                rules: vec!["flag.yaml".into()],
                host: true,
                dedupe: Some("0".to_owned()),
                ..JudgingArgs::default()
            },
            ..WatchArgs::default()
        };
        let all = watch(&said, &settings());
        assert_eq!(all.outputs, ["json=a"]);
        assert_eq!(all.judging.rules, [PathBuf::from("flag.yaml")]);
        assert!(!all.judging.own_rules && all.judging.host && !all.judging.no_host);
        assert_eq!(all.judging.dedupe.as_deref(), Some("0"));
        assert_eq!(all.judging.container, ["web"]);
    }
}
