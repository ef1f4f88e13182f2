use plimsoll_model::Mode;

use super::*;
use crate::Document;

const SECOND: u64 = 1_000_000_000;

fn responder(text: &str) -> Responder {
    Responder::new(Document::parse(text, "p.yaml").expect("a policy").responses)
}

fn error(text: &str) -> crate::PolicyError {
    Document::parse(text, "p.yaml").expect_err("an error")
}

fn shop<'a>() -> Subject<'a> {
    Subject {
        rule: "Fileless execution",
        priority: 2,
        time_ns: SECOND,
        pid: 4711,
        exe_path: "/usr/bin/sh",
        container: "cart",
        image: "registry.example/shop/cart:2",
        namespace: "shop",
        ..Subject::default()
    }
}

const KILL: &str = "
responses:
  - name: kill-fileless
    rules: ['Fileless*']
    answer: kill
    mode: enforce
    at_most: 2/second
";

#[test]
fn an_alert_is_answered_no_more_often_than_said() {
    let mut responder = responder(KILL);
    let mut decide = |time_ns| {
        let subject = Subject { time_ns, ..shop() };
        responder
            .decide(&subject)
            .first()
            .map(|(_, decision)| *decision)
    };
    assert_eq!(decide(SECOND), Some(Decision::Act));
    assert_eq!(decide(SECOND), Some(Decision::Act));
    assert_eq!(decide(SECOND + 1), Some(Decision::HeldBack { since: 1 }));
    assert_eq!(decide(SECOND + 2), Some(Decision::HeldBack { since: 2 }));
    assert_eq!(decide(SECOND + 3), None, "a flood is told less and less");
    assert_eq!(decide(SECOND + 4), Some(Decision::HeldBack { since: 4 }));
    assert_eq!(decide(2 * SECOND), Some(Decision::Act));
}

#[test]
fn a_policy_read_anew_keeps_the_counts_of_what_did_not_change() {
    let first = |responder: &mut Responder| {
        let decided = responder.decide(&shop());
        decided.first().map(|(_, decision)| *decision)
    };
    let changed = |text: &str| Document::parse(text, "p.yaml").expect("a policy").responses;
    let mut responder = responder(KILL);
    assert_eq!(first(&mut responder), Some(Decision::Act));
    assert_eq!(first(&mut responder), Some(Decision::Act));
    // Another stands before it now, in another line.
    let other = KILL
        .replace("responses:\n", "")
        .replace("kill-fileless", "second");
    responder.change(changed(&format!(
        "{}{other}",
        KILL.replace("2/second", "2/second\n")
    )));
    let decided: Vec<Decision> = responder
        .decide(&shop())
        .iter()
        .map(|(_, decision)| *decision)
        .collect();
    assert_eq!(decided, [Decision::HeldBack { since: 1 }, Decision::Act]);
    responder.change(changed(&KILL.replace("2/second", "3/second")));
    assert_eq!(first(&mut responder), Some(Decision::Act), "it begins anew");
    responder.change(Vec::new());
    assert_eq!(first(&mut responder), None);
}

#[test]
fn another_rule_is_not_answered() {
    let subject = Subject {
        rule: "Shell",
        ..shop()
    };
    assert!(responder(KILL).decide(&subject).is_empty());
}

#[test]
fn without_enforce_it_is_only_said() {
    let text = KILL.replace("    mode: enforce\n", "");
    let mut responder = responder(&text);
    let decided = responder.decide(&shop());
    assert_eq!(decided[0].1, Decision::DryRun(Mode::Audit));
    assert_eq!(decided[0].1.text(Answer::Kill), "would kill (mode audit)");
}

#[test]
fn sensor_engines_and_host_are_never_hit() {
    let cases = [
        (
            Subject {
                is_sensor: true,
                ..shop()
            },
            Some(Guard::Sensor),
        ),
        (Subject { pid: 1, ..shop() }, Some(Guard::Engine)),
        (
            Subject {
                is_host: true,
                exe_path: "/usr/bin/containerd",
                ..shop()
            },
            Some(Guard::Engine),
        ),
        (
            Subject {
                is_host: true,
                ..shop()
            },
            Some(Guard::Host),
        ),
        // In a container the name of an engine protects nobody.
        (
            Subject {
                exe_path: "/tmp/containerd",
                ..shop()
            },
            None,
        ),
    ];
    for (subject, guard) in cases {
        let mut responder = responder(KILL);
        let expected = guard.map_or(Decision::Act, Decision::Guarded);
        assert_eq!(responder.decide(&subject)[0].1, expected, "{subject:?}");
    }
}

#[test]
fn the_host_is_answered_when_the_response_says_so() {
    let mut responder = responder(&format!("{KILL}    host: true\n"));
    let subject = Subject {
        is_host: true,
        ..shop()
    };
    assert_eq!(responder.decide(&subject)[0].1, Decision::Act);
}

#[test]
fn a_scope_that_cannot_be_known_yet_holds_the_answer() {
    let scoped = format!("{KILL}    namespaces: [shop]\n    except: ['db-*']\n");
    let decide = |subject: Subject<'_>| {
        responder(&scoped)
            .decide(&subject)
            .first()
            .map(|(_, decision)| *decision)
    };
    assert_eq!(decide(shop()), Some(Decision::Act));
    let unknown = Some(Decision::Guarded(Guard::Unknown));
    assert_eq!(
        decide(Subject {
            namespace: "",
            ..shop()
        }),
        unknown
    );
    assert_eq!(
        decide(Subject {
            container: "",
            ..shop()
        }),
        unknown
    );
    assert_eq!(
        decide(Subject {
            namespace: "kube-system",
            ..shop()
        }),
        None
    );
    assert_eq!(
        decide(Subject {
            container: "db-1",
            ..shop()
        }),
        None
    );
    assert_eq!(
        decide(Subject {
            is_host: true,
            ..shop()
        }),
        None
    );
}

#[test]
fn priority_and_tags_narrow() {
    let text = "
responses:
  - {name: a, priority: critical, answer: pause, mode: enforce}
  - {name: b, tags: [network], answer: refuse-connections}
";
    let names = |subject: &Subject<'_>| -> Vec<String> {
        let mut responder = responder(text);
        let decided = responder.decide(subject);
        decided
            .iter()
            .map(|(response, _)| response.name.clone())
            .collect()
    };
    assert_eq!(names(&shop()), ["a"]);
    assert!(
        names(&Subject {
            priority: 4,
            ..shop()
        })
        .is_empty()
    );
    let tags = ["network".to_owned()];
    assert_eq!(
        names(&Subject {
            tags: &tags,
            ..shop()
        }),
        ["a", "b"]
    );
}

#[test]
fn mistakes_are_told_with_place_and_hint() {
    let cases = [
        ("- {name: a, answer: kill}", "names no alert"),
        (
            "- {name: a, rules: [x], answer: kil}",
            "`kil` is not known here",
        ),
        (
            "- {name: a, rules: [x], answer: kill, at_most: often}",
            "`often` is no rate",
        ),
        (
            "- {name: a, rules: [x], exec: {names: [y]}, answer: kill}",
            "has both alerts and `exec`",
        ),
        (
            "- {name: a, exec: {names: [y]}, answer: stop}",
            "something the kernel cannot do there",
        ),
        (
            "- {name: a, exec: {paths: [bin/sh]}, answer: kill}",
            "`bin/sh` is no full path",
        ),
        (
            "- {name: a, exec: {names: ['x*']}, answer: kill}",
            "`x*` is no name of a program",
        ),
        (
            "- {name: a, rules: [x], answer: stop, host: true}",
            "would do to the host",
        ),
        (
            "- {name: a, exec: {names: [runc]}, answer: kill}",
            "would kill `runc`",
        ),
        (
            "- {name: a, exec: {paths: [/usr/bin/containerd]}, answer: kill}",
            "would kill `/usr/bin/containerd`",
        ),
        (
            "- {name: a, exec: {in_memory: true}, answer: kill, host: true}",
            "by where their file lies",
        ),
        (
            "- {name: a, rules: [x], answer: kill, hosts: true}",
            "unknown field `hosts`",
        ),
        (
            "- {name: a, priority: urgent, answer: kill}",
            "`urgent` is not known here",
        ),
        (
            "- {name: a, rules: [x], answer: kill}\n  - {name: a, rules: [y], answer: kill}",
            "is there twice",
        ),
    ];
    for (item, message) in cases {
        let wrong = error(&format!("responses:\n  {item}\n"));
        assert!(wrong.message.contains(message), "{item}: {}", wrong.message);
        assert!(wrong.line.is_some_and(|line| line >= 2), "{item}");
        assert!(wrong.hint.is_some(), "{item}");
    }
}

#[test]
fn exec_is_read_and_left_to_the_kernel() {
    let text = "
responses:
  - name: no-miners
    exec: {names: [xmrig], paths: [/usr/bin/nmap], not_in_image: true, in_memory: true}
    answer: kill
    mode: enforce
";
    let mut responder = responder(text);
    assert!(responder.decide(&shop()).is_empty());
    let response = responder.responses().next().expect("one");
    assert_eq!(response.exec.names, ["xmrig"]);
    assert!(response.exec.in_memory && response.exec.not_in_image);
    assert_eq!(response.at_most, Rate::DEFAULT);
}
