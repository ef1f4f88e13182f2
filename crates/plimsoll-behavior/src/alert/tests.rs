//! Tests of alerts and their forms.

use super::*;

mod gate;

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_507_591_916 + seconds).unwrap()
}

/// A shell in a container, as the stock rules tell it.
pub(super) fn shell(seconds: i64) -> Alert {
    let text = |text: &str| FieldValue::Text(text.to_owned());
    let mut alert = Alert::new(
        at(seconds),
        "Terminal shell in container",
        Priority::Notice,
        "syscall",
        "A shell was spawned (user=root command=sh -c id)",
    );
    alert.hostname = "node-1".to_owned();
    alert.event = "execve".to_owned();
    alert.tags = ["mitre_execution", "T1059", "container"]
        .map(str::to_owned)
        .to_vec();
    alert.fields = vec![
        ("user.name".to_owned(), text("root")),
        ("proc.cmdline".to_owned(), text("sh -c id")),
        ("proc.tty".to_owned(), FieldValue::Signed(34816)),
        ("k8s.ns.name".to_owned(), FieldValue::Absent),
    ];
    alert.container = Some(AlertContainer {
        id: "0123456789abcdef".to_owned(),
        name: "web".to_owned(),
        image: "registry.example:5000/shop/web:2.3".to_owned(),
        ..AlertContainer::default()
    });
    alert.chain = vec![AlertProcess {
        pid: 40,
        exe: "/bin/sh".to_owned(),
        args: ["sh", "-c", "id"].map(str::to_owned).to_vec(),
        uid: Some(0),
    }];
    alert.cleaned()
}

#[test]
fn json_has_the_keys_and_types_of_falco() {
    let value: serde_json::Value = serde_json::from_str(&json(&shell(0))).unwrap();
    assert_eq!(value["hostname"], "node-1");
    assert_eq!(value["priority"], "Notice");
    assert_eq!(value["rule"], "Terminal shell in container");
    assert_eq!(value["source"], "syscall");
    assert_eq!(value["time"], "2017-10-09T23:31:56.000000000Z");
    assert_eq!(
        value["output"],
        "23:31:56.000000000: Notice A shell was spawned (user=root command=sh -c id)"
    );
    assert_eq!(value["output_fields"]["proc.tty"], 34816);
    assert!(value["output_fields"]["k8s.ns.name"].is_null());
    assert_eq!(
        value["tags"],
        serde_json::json!(["T1059", "container", "mitre_execution"])
    );
    assert_eq!(
        value["plimsoll"]["mitre"],
        serde_json::json!(["T1059", "TA0002"])
    );
    assert_eq!(value["plimsoll"]["process_chain"][0]["args"][2], "id");
}

#[test]
fn keys_stand_in_the_order_of_the_alphabet() {
    let text = json(&shell(0));
    let at = |key: &str| text.find(&format!("\"{key}\":")).unwrap();
    let keys = [
        "hostname",
        "output",
        "output_fields",
        "plimsoll",
        "rule",
        "source",
        "tags",
        "time",
    ];
    assert!(keys.is_sorted_by_key(|key| at(key)), "{text}");
}

#[test]
fn nothing_from_outside_drives_a_terminal() {
    let mut alert = shell(0);
    alert.output = "a\u{1b}[2J\n{\"rule\":\"forged\"}".to_owned();
    alert.chain[0].args[2] = "\u{202e}evil".to_owned();
    alert.fields[0].1 = FieldValue::List(vec![FieldValue::Text("\r".to_owned())]);
    let alert = alert.cleaned();
    for text in [json(&alert), text_line(&alert), finding(&alert).title] {
        assert!(
            !text.chars().any(plimsoll_model::text::is_unsafe),
            "{text:?}"
        );
    }
}

#[test]
fn long_texts_are_cut() {
    let mut alert = shell(0);
    alert.output = "ü".repeat(OUTPUT_BYTES_MAX);
    alert.chain[0].args = vec!["x".repeat(100); 1000];
    let alert = alert.cleaned();
    assert!(alert.output.len() <= OUTPUT_BYTES_MAX && alert.output.ends_with('…'));
    assert!(alert.chain[0].command().len() <= FIELD_BYTES_MAX + 4);
}

#[test]
fn a_finding_is_known_again_in_another_container_of_the_image() {
    let first = finding(&shell(0));
    assert_eq!(first.id, "terminal-shell-in-container");
    assert_eq!(first.aliases, ["T1059", "TA0002"]);
    assert_eq!(
        first.title,
        "container web: Terminal shell in container (sh -c id)"
    );
    assert_eq!(first.what(), "Terminal shell in container");
    let mut other = shell(900);
    if let Some(container) = &mut other.container {
        "fedcba".clone_into(&mut container.id);
        "web-2".clone_into(&mut container.name);
        "registry.example:5000/shop/web:2.4".clone_into(&mut container.image);
    }
    other.chain[0].pid = 77;
    assert_eq!(first.fingerprint, fingerprint(&other));
    assert_ne!(identity(&shell(0)), identity(&other));
    other.rule = "Another".to_owned();
    assert_ne!(first.fingerprint, fingerprint(&other));
}

#[test]
fn accidents_do_not_make_another_alert() {
    let with = |name: &str, value: &str| {
        let mut alert = shell(0);
        let value = FieldValue::Text(value.to_owned());
        alert.fields.push((name.to_owned(), value));
        identity(&alert.cleaned())
    };
    assert_eq!(
        with("fd.name", "10.0.0.1:40000->10.0.0.2:443"),
        with("fd.name", "10.0.0.1:40001->10.0.0.2:443")
    );
    assert_ne!(
        with("fd.name", "10.0.0.1:40000->10.0.0.2:443"),
        with("fd.name", "10.0.0.1:40000->10.0.0.2:444")
    );
    assert_eq!(
        with("fd.name", "/proc/12/environ"),
        with("fd.name", "/proc/3/environ")
    );
    assert_ne!(
        with("fd.name", "/proc/12/environ"),
        with("fd.name", "/proc/12/maps")
    );
}

#[test]
fn only_ids_of_mitre_are_taken_for_such() {
    let ids = |tag: &str| mitre_id(tag);
    assert_eq!(ids("T1059.004").as_deref(), Some("T1059.004"));
    assert_eq!(ids("mitre_impact").as_deref(), Some("TA0040"));
    for tag in ["T105", "T1059.4", "Table", "mitre_", "host", "T1059.0045"] {
        assert_eq!(ids(tag), None, "{tag}");
    }
}
