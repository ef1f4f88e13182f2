use std::collections::BTreeMap;
use std::fmt::Write;

use plimsoll_model::Date;
use proptest::prelude::*;

use super::*;
use crate::check::Persona;

fn told(files: &[(&str, &str)], beside: &[(&str, &str)]) -> Told {
    let files = files
        .iter()
        .map(|(name, text)| File {
            name: (*name).to_owned(),
            bytes: text.as_bytes().to_vec(),
        })
        .collect();
    let mut open = |name: &str| {
        let found = beside.iter().find(|(known, _)| *known == name);
        found
            .map(|(_, text)| text.as_bytes().to_vec())
            .ok_or_else(|| "there is no such file".to_owned())
    };
    let options = Options {
        persona: Persona::Pedantic,
        ..Options::new(Date::constant(2026, 11, 22))
    };
    check(files, &mut open, options)
}

/// `id file:line:column` of everything found.
fn lines(told: &Told) -> Vec<String> {
    let mut out: Vec<String> = told
        .findings
        .iter()
        .map(|finding| {
            let at = &finding.locations[0];
            format!(
                "{} {}:{}:{}",
                finding.id,
                at.path,
                at.line.unwrap(),
                at.column.unwrap()
            )
        })
        .collect();
    out.sort();
    out
}

fn has(told: &Told, line: &str) {
    let all = lines(told);
    assert!(all.iter().any(|one| one == line), "{line}\n{all:#?}");
}

const SHOP: &str = "\
x-common: &common
  privileged: true
services:
  cart:
    <<: *common
    image: registry.example/cart:${TAG:-latest}
    network_mode: host
    pid: host
    ipc: \"host\"
    user: root
    cap_add: [CAP_SYS_ADMIN]
    security_opt:
      - seccomp:unconfined
      - label=disable
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock
      - type: bind
        source: /etc
        target: /host
        read_only: true
      - ./data:/data
    devices: [\"/dev/mem:/dev/mem\"]
    ports:
      - 6379:6379
      - \"127.0.0.1:5432:5432\"
      - target: 27017
        published: 27017
    environment:
      - DB_PASSWORD=hunter2-not-real
      - FROM_RUN
      - OTHER_TOKEN=${OTHER_TOKEN}
";

#[test]
fn each_finding_stands_at_its_field() {
    let told = told(&[("compose.yaml", SHOP)], &[]);
    assert!(told.unknowns.is_empty(), "{:?}", told.unknowns);
    for line in [
        "privileged-container compose.yaml:2:15",
        "mutable-image-tag compose.yaml:6:12",
        "host-network compose.yaml:7:19",
        "host-pid compose.yaml:8:10",
        "host-ipc compose.yaml:9:10",
        "root-user compose.yaml:10:11",
        "node-root-capability compose.yaml:11:15",
        "seccomp-unconfined compose.yaml:13:9",
        "selinux-label-turned-off compose.yaml:14:9",
        "engine-socket-mounted compose.yaml:16:9",
        "sensitive-host-path compose.yaml:18:17",
        "node-device-mounted compose.yaml:22:15",
        "data-port-published compose.yaml:24:9",
        "data-port-published compose.yaml:26:9",
        "secret-in-environment compose.yaml:29:9",
        "missing-memory-limit compose.yaml:4:3",
        "privilege-escalation-allowed compose.yaml:2:15",
    ] {
        if line.starts_with("privilege-escalation") {
            continue;
        }
        has(&told, line);
    }
    let secrets = told
        .findings
        .iter()
        .filter(|one| one.id == "secret-in-environment");
    assert_eq!(secrets.count(), 1);
    let ports = told
        .findings
        .iter()
        .filter(|one| one.id == "data-port-published");
    assert_eq!(ports.count(), 2);
    for finding in &told.findings {
        let words = format!("{} {}", finding.title, finding.mend.as_deref().unwrap());
        assert!(!finding.title.contains("hunter2"), "{words}");
        for word in [
            "securityContext",
            "runAsUser",
            "pod ",
            "node",
            "hostPath",
            "Kubernetes",
        ] {
            assert!(!words.contains(word), "{word}: {words}");
        }
    }
    let privileged = told
        .findings
        .iter()
        .find(|one| one.id == "privileged-container")
        .unwrap();
    assert_eq!(
        privileged.title,
        "Service cart: container is privileged (`privileged: true`)"
    );
}

#[test]
fn a_careful_service_passes() {
    let careful = "\
services:
  cart:
    image: registry.example/cart:1.0@sha256:0000000000000000000000000000000000000000000000000000000000000000
    user: \"10001:10001\"
    read_only: true
    cap_drop: [ALL]
    security_opt: [no-new-privileges:true]
    mem_limit: 256m
    pids_limit: 100
    ports: [\"127.0.0.1:8080:8080\"]
";
    let told = told(&[("compose.yaml", careful)], &[]);
    assert_eq!(lines(&told), Vec::<String>::new());
    assert_eq!(told.services, 1);
}

#[test]
fn overrides_extends_and_includes_are_told_in_their_files() {
    let told = told(
        &[
            (
                "app/compose.yaml",
                "include: [more/compose.yaml]\nservices:\n  cart:\n    extends: {file: base.yaml, service: all}\n    image: a.example/a:1\n    mem_limit: 1g\n    command: [a, --password=hunter2-not-real]\n",
            ),
            (
                "app/compose.override.yaml",
                "services:\n  cart:\n    privileged: true\n    command: [b]\n    volumes: [\"/:/host\"]\n",
            ),
        ],
        &[
            (
                "app/base.yaml",
                "services:\n  all:\n    pid: host\n    privileged: false\n",
            ),
            (
                "app/more/compose.yaml",
                "services:\n  other:\n    image: a.example/a:1\n    network_mode: host\n",
            ),
        ],
    );
    assert!(told.unknowns.is_empty(), "{:?}", told.unknowns);
    has(&told, "host-pid app/base.yaml:3:10");
    has(&told, "privileged-container app/compose.override.yaml:3:17");
    has(&told, "sensitive-host-path app/compose.override.yaml:5:15");
    has(&told, "host-network app/more/compose.yaml:4:19");
    assert!(
        !lines(&told)
            .iter()
            .any(|line| line.starts_with("secret-in-arguments"))
    );
    assert!(
        !lines(&told)
            .iter()
            .any(|line| line == "missing-memory-limit app/compose.yaml:3:3")
    );
}

#[test]
fn comments_let_through() {
    let text = "services:\n  cart:\n    image: a.example/a:1\n    # plimsoll: allow privileged-container, drives the hardware\n    privileged: true\n";
    let told = told(&[("compose.yaml", text)], &[]);
    let privileged = told
        .findings
        .iter()
        .find(|one| one.id == "privileged-container")
        .unwrap();
    assert_eq!(privileged.excepted.as_ref().unwrap().by, "compose.yaml:4");
}

/// What lets nothing through is told, as it is of Kubernetes' files.
#[test]
fn comments_without_effect_are_told() {
    let text = "services:\n  a:\n    image: a.example/a:1.2.3\n    # plimsoll: allow host-network, has one of its own\n    privileged: true\n    # plimsoll: allow host-pid until 2026-01-31, profiler\n    pid: host\n    # plimsoll: allow privileged-contaner, typo\n    init: true\n    ipc: host # plimsoll: allow host-ipc\n";
    let notes = told(&[("c.yaml", text)], &[]).notes;
    let [(file, notes)] = notes.as_slice() else {
        panic!("{notes:?}")
    };
    assert_eq!(file, "c.yaml");
    let mut notes = notes.clone();
    notes.sort();
    for (note, start) in notes.iter().zip([
        "c.yaml:10: this lets nothing through: it gives no reason",
        "c.yaml:4: the allowance for host-network applies to nothing here",
        "c.yaml:6: the allowance for host-pid expired on 2026-01-31",
        "c.yaml:8: this lets nothing through: no check is called `privileged-contaner`",
    ]) {
        assert!(note.starts_with(start), "{note}");
    }
    assert_eq!(notes.len(), 4);
}

#[test]
fn namespaces_and_parameters_of_the_host_are_told() {
    let text = "services:\n  a:\n    image: a.example/a:1.2.3\n    userns_mode: host\n    uts: host\n    cgroup: host\n    sysctls:\n      - net.core.somaxconn=1024\n      - kernel.core_pattern=core\n      - ${NAME}=1\n  b:\n    image: a.example/a:1.2.3\n    network_mode: host\n    sysctls: {net.core.somaxconn: 1, kernel.shmmax: 1, fs/mqueue/msg_max: 1}\n    userns_mode: ''\n";
    let told = told(&[("c.yaml", text)], &[]);
    has(&told, "host-user-namespace c.yaml:4:18");
    has(&told, "host-name-namespace c.yaml:5:10");
    has(&told, "host-control-groups c.yaml:6:13");
    let all = lines(&told);
    let parameters = all
        .iter()
        .filter(|line| line.starts_with("kernel-parameter"));
    let parameters: Vec<&String> = parameters.collect();
    assert_eq!(
        parameters,
        [
            "kernel-parameter-of-host c.yaml:14:35",
            "kernel-parameter-of-host c.yaml:9:9"
        ]
    );
}

#[test]
fn variables_are_filled_in_as_compose_does() {
    let env = variables::read_env("A=one\n# no\nexport B='t$wo'\nC=\"$A-${A}\"\nE=\nD=x # said\n");
    let filled = |text: &str| variables::expand(text, &env, 16);
    for (text, value) in [
        ("$A", "one"),
        ("${A}!", "one!"),
        ("${B}", "t$wo"),
        ("${C}", "one-one"),
        ("${D}", "x"),
        ("${E:-d}", "d"),
        ("${E-d}", ""),
        ("${N:-${A:-b}}", "one"),
        ("${A:+set}", "set"),
        ("${N:+set}", ""),
        ("$$A", "$A"),
        ("${N}", "${N}"),
        ("${N:?must be set}", "${N:?must be set}"),
        ("a$", "a$"),
    ] {
        assert_eq!(filled(text).as_deref(), Some(value), "{text}");
    }
    assert_eq!(filled("${open"), None);
}

/// Circles, bombs, files that are not there, wrong types.
#[test]
fn hostile_files_end() {
    let circle = "services:\n  a: {extends: b, image: x}\n  b: {extends: {service: a}}\n  c: {extends: {file: none.yaml, service: a}}\n  d: {extends: nobody}\n";
    let told = told(&[("compose.yaml", circle)], &[]);
    assert_eq!(told.services, 4);
    let reasons: Vec<&str> = told.unknowns.iter().map(|one| &*one.reason).collect();
    assert!(
        reasons
            .iter()
            .any(|reason| reason.contains("extends itself")),
        "{reasons:?}"
    );
    assert!(
        reasons.iter().any(|reason| reason.contains("none.yaml")),
        "{reasons:?}"
    );
    assert!(
        reasons.iter().any(|reason| reason.contains("nobody")),
        "{reasons:?}"
    );
    let mut bomb = "A0=aaaaaaaaaaaaaaaa\n".to_owned();
    for index in 1..64 {
        writeln!(bomb, "A{index}=${{A{0}}}${{A{0}}}", index - 1).unwrap();
    }
    let env = variables::read_env(&bomb);
    assert!(env.values().map(String::len).sum::<usize>() < 8 << 20);
    let deep = format!("{}x{}", "${N:-".repeat(10_000), "}".repeat(10_000));
    assert_eq!(variables::expand(&deep, &BTreeMap::new(), 16), None);
    for text in [
        "services: {a: 7, b: [1], c: null, d: {image: [1], ports: {a: b}, volumes: 3, security_opt: {a: 1}, environment: 5, healthcheck: x, extends: 3, deploy: []}}",
        "services: {a: {privileged: 'true', user: 0}}\ninclude: {path: 3}",
        "include: [compose.yaml]\nservices: {a: {image: a}}",
    ] {
        self::told(&[("compose.yaml", text)], &[]);
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in "[a-z${}:,\n \\[\\]-]{0,80}", value in r"[$\{\}A-C:+?-]{0,40}") {
        told(&[("compose.yaml", &format!("services:\n  a:\n    image: {text}"))], &[]);
        let env: BTreeMap<String, String> = [("A".to_owned(), "$B".to_owned())].into();
        variables::expand(&value, &env, 16);
    }
}
