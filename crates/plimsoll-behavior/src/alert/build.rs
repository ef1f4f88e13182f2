//! From a rule that fired to its alert: where it was, who did it, what convinces.

use std::fmt::Write as _;

use plimsoll_model::Timestamp;
use plimsoll_model::event::{
    FILE_DELETED, FILE_MEMFD, FILE_TMPFS, FILE_UPPER, FLAG_CUT, FLAG_IO_URING, FLAG_PATH_PARTIAL,
    FLAG_RACED,
};

use super::{Alert, AlertContainer, AlertPod, AlertProcess, CHAIN_MAX, FieldValue};
use crate::own;
use crate::rules::Rule;
use crate::state::{Container, Moment, Process};

/// What flags of an event say about its alert.
const FLAGS: &[(u16, &str)] = &[
    (FLAG_IO_URING, "done by io_uring, without a system call"),
    (FLAG_RACED, "what it named was changed while it was read"),
    (
        FLAG_PATH_PARTIAL,
        "the path could not be followed to its root",
    ),
    (FLAG_CUT, "something of it was too long and was cut"),
];

/// What is unusual about where an executable lies.
const LAYERS: &[(u64, &str)] = &[
    (FILE_MEMFD, "lies in memory only"),
    (
        FILE_UPPER,
        "is not the image's: it was written after the container began",
    ),
    (FILE_TMPFS, "lies on a tmpfs"),
    (FILE_DELETED, "has been removed"),
];

impl Alert {
    /// The alert of a rule that fired in this moment, with its output and the output's fields.
    pub fn of(
        moment: &Moment<'_>,
        rule: &Rule,
        output: &str,
        fields: Vec<(String, FieldValue)>,
    ) -> Self {
        let time = time_of(moment.wall_ns());
        let mut alert = Self::new(time, &*rule.name, rule.priority, &*rule.source.0, output);
        alert.hostname = shown(&moment.state.host.name);
        alert.tags = rule.tags.iter().cloned().collect();
        moment.kind().name().clone_into(&mut alert.event);
        alert.fields = fields;
        if !moment.container.is_host() {
            alert.container = Some(container(moment.container));
            alert.pod = pod(moment.container);
        }
        alert.chain = chain(moment);
        alert.mend = own::find(&rule.name).map(|rule| rule.mend.trim().to_owned());
        alert.evidence = evidence(moment);
        alert.cleaned()
    }
}

/// A time in nanoseconds since 1970; the last there is where it is past all times.
pub fn time_of(wall_ns: u64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(wall_ns)).unwrap_or(Timestamp::MAX)
}

/// Bytes as text: what is no UTF-8 is shown as `\xNN`.
pub fn shown(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

fn container(container: &Container) -> AlertContainer {
    let digest = if container.image_digest.is_empty() {
        &container.image_id
    } else {
        &container.image_digest
    };
    AlertContainer {
        id: shown(&container.id),
        name: shown(&container.name),
        image: shown(&container.image),
        image_digest: shown(digest),
        engine: shown(&container.engine),
    }
}

fn pod(container: &Container) -> Option<AlertPod> {
    let pod = container.details.pod.as_ref()?;
    Some(AlertPod {
        namespace: pod.namespace.clone(),
        name: pod.name.clone(),
        uid: pod.uid.clone(),
    })
}

fn chain(moment: &Moment<'_>) -> Vec<AlertProcess> {
    std::iter::once(moment.process)
        .chain(moment.ancestors())
        .take(CHAIN_MAX)
        .map(process)
        .collect()
}

fn process(process: &Process) -> AlertProcess {
    let program = &process.program;
    let exe = [&program.exe_path, &program.exe, &process.comm];
    let exe = exe.into_iter().find(|text| !text.is_empty());
    AlertProcess {
        pid: process.exec.pid,
        exe: exe.map(|text| shown(text)).unwrap_or_default(),
        args: process.argv().map(shown).collect(),
        uid: Some(process.credentials.euid),
    }
}

fn evidence(moment: &Moment<'_>) -> Vec<(String, String)> {
    let mut evidence = Vec::new();
    let mut put = |name: &str, value: String| {
        if !value.is_empty() {
            evidence.push((name.to_owned(), value));
        }
    };
    let program = &moment.process.program;
    put("script", shown(&program.interpreter));
    put("folder", shown(&moment.process.cwd));
    if let Some(path) = moment.path() {
        put("path", shown(&path));
    }
    if let Some(path) = moment.new_path() {
        put("new path", shown(&path));
    }
    if let Some(claimed) = moment.claimed_container() {
        put("claimed container", shown(claimed));
    }
    if let Some(target) = moment.target() {
        put("target", super::build::process(target).command());
    }
    for (bit, what) in LAYERS {
        if program.file.layer & bit != 0 {
            put("executable", (*what).to_owned());
        }
    }
    for (flag, what) in FLAGS {
        if moment.record.has(*flag) {
            put("note", (*what).to_owned());
        }
    }
    evidence
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::*;
    use crate::rules::condition::{Condition, Place};
    use crate::rules::{Priority, Site, Source, Template};
    use crate::scenario::{self, Step};
    use crate::{Record, State};

    fn rule() -> Rule {
        Rule {
            name: "Release agent".into(),
            desc: String::new(),
            condition: Arc::new(Condition::And(Vec::new())),
            output: Template::default(),
            priority: Priority::Critical,
            source: Source("syscall".into()),
            tags: BTreeSet::from(["T1611".to_owned()]),
            enabled: true,
            exception_fields: BTreeSet::new(),
            capture: false,
            capture_duration_ms: None,
            at: Site {
                file: "rules.yaml".into(),
                place: Place::default(),
            },
        }
    }

    #[test]
    fn an_alert_says_who_and_where() {
        let steps = scenario::read(concat!(
            "1 execve exe_path=/sbin/init args=init\n",
            "9 execve exe_path=/bin/bash args=bash,-i ppid=1 parent_start=1000\n",
            "10 execve exe_path=/tmp/x args=\"x,\\xff\" ppid=9 parent_start=9000 exe_layer=3\n",
        ))
        .unwrap();
        let mut state = State::new();
        let mut alert = None;
        for step in &steps {
            let Step::Record(bytes) = step else { continue };
            let record = Record::read(bytes).unwrap();
            let moment = state.apply(&record);
            alert = Some(Alert::of(&moment, &rule(), "out\nput", Vec::new()));
        }
        let alert = alert.unwrap();
        let chain: Vec<String> = alert.chain.iter().map(AlertProcess::command).collect();
        assert_eq!(chain, ["x \\xff", "bash -i", "init"]);
        assert_eq!(alert.chain[0].exe, "/tmp/x");
        assert_eq!(alert.output, "out\\u{a}put");
        assert_eq!(alert.mitre(), ["T1611"]);
        let why = "is not the image's: it was written after the container began";
        let why = ("executable".to_owned(), why.to_owned());
        assert!(alert.evidence.contains(&why), "{:?}", alert.evidence);
    }
}
