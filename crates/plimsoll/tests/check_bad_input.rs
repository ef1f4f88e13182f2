//! `plimsoll check` on what is broken, hostile or half written: it ends, says where and why, and
//! allows nothing by accident.
//!
//! Every case is made here. Run with `--strict`: 0 is a clean pass, 1 a failure to work, 2 a denial,
//! 3 looked at only in part.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Longest time for a case, on a machine that does much else.
const CASE_SECONDS_MAX: u64 = 60;

/// What is denied whenever it is read.
const BAD: &str = "apiVersion: v1
kind: Pod
metadata: {name: bad, namespace: shop}
spec:
  containers:
    - name: main
      image: registry.example/bad:1.0
      securityContext: {privileged: true}
";
const GOOD: &str = "apiVersion: v1
kind: ConfigMap
metadata: {name: good, namespace: shop}
data: {a: b}
";

/// Runs the program on text; gives exit code and all that it says.
fn run(arguments: &[&str], input: &[u8]) -> (i32, String) {
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["check", "--strict", "--format", "json"])
        .args(arguments)
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // What is too large is not read to its end.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(CASE_SECONDS_MAX));
    let mut said = String::from_utf8(output.stdout).unwrap();
    said.push_str(std::str::from_utf8(&output.stderr).unwrap());
    (output.status.code().unwrap_or(-1), said)
}

/// Name, input, exit code, words that are said (parted by `|`).
type Case<'a> = (&'a str, Vec<u8>, i32, &'a str);

fn hold(cases: &[Case<'_>]) {
    let mut wrong = Vec::new();
    for (name, input, code, words) in cases {
        let (is, said) = run(&["-"], input);
        let missing: Vec<&str> = words
            .split('|')
            .filter(|word| !said.contains(*word))
            .collect();
        if is != *code || !missing.is_empty() {
            let start: String = said.chars().take(1500).collect();
            wrong.push(format!(
                "{name}: exit {is}, not {code}; lacks {missing:?}:\n{start}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn text<'a>(name: &'a str, text: impl Into<String>, code: i32, words: &'a str) -> Case<'a> {
    (name, text.into().into_bytes(), code, words)
}

fn before_bad(broken: &str) -> String {
    format!("{broken}\n---\n{BAD}")
}

/// A document that cannot be read is told with its place, and hides no other.
#[test]
fn broken_yaml() {
    hold(&[
        text("fine", GOOD, 0, "allow"),
        text("denied", BAD, 2, "privileged-container"),
        text(
            "open list",
            before_bad("kind: [a"),
            2,
            "standard input:|not valid YAML|privileged-container",
        ),
        text(
            "open map",
            format!("{GOOD}---\nkind: {{a"),
            3,
            "standard input:",
        ),
        text(
            "open quote",
            before_bad("kind: \"Pod"),
            2,
            "not valid YAML|privileged-container",
        ),
        text(
            "open quote, single",
            format!("{GOOD}---\nkind: 'Pod\n"),
            3,
            "standard input:",
        ),
        text(
            "tab",
            format!("{GOOD}---\nmetadata:\n\tname: a\n"),
            3,
            "standard input:7:|tabs",
        ),
        text(
            "tab in a list",
            format!("{GOOD}---\na:\n\t- b\n"),
            3,
            "tabs",
        ),
        text(
            "indent that fits nothing",
            format!("{GOOD}---\na:\n    b: 1\n  c: 2\n"),
            3,
            "standard input:",
        ),
        text(
            "two colons",
            format!("{GOOD}---\na: b: c\n"),
            3,
            "standard input:6:",
        ),
        text(
            "list and map mixed",
            format!("{GOOD}---\na: 1\n- b\n"),
            3,
            "standard input:",
        ),
        text(
            "key is a list",
            format!("{GOOD}---\n[a]: b\n"),
            3,
            "cannot be a key",
        ),
        text(
            "key is a map",
            format!("{GOOD}---\n? {{a: b}}\n: c\n"),
            3,
            "cannot be a key",
        ),
        text(
            "directive of another version",
            format!("%YAML 3.0\n---\n{GOOD}"),
            0,
            "allow",
        ),
        text(
            "document in a block text",
            format!("{GOOD}---\na: |\n  x\n---\n{BAD}"),
            2,
            "privileged-container",
        ),
        text(
            "document in a quote",
            format!("a: \"x\n---\n{BAD}"),
            2,
            "privileged-container|not valid YAML",
        ),
        text(
            "end marks",
            format!("{GOOD}...\n---\n{BAD}...\n"),
            2,
            "privileged-container",
        ),
    ]);
}

#[test]
fn bytes_and_encodings() {
    let utf16 = |bytes: fn(u16) -> [u8; 2], mark: [u8; 2]| {
        let mut out = mark.to_vec();
        out.extend(BAD.encode_utf16().flat_map(bytes));
        out
    };
    let with = |byte: &[u8]| [GOOD.as_bytes(), b"---\na: ", byte, b"\n"].concat();
    hold(&[
        (
            "mark",
            [b"\xef\xbb\xbf", BAD.as_bytes()].concat(),
            2,
            "privileged-container",
        ),
        (
            "UTF-16 LE",
            utf16(u16::to_le_bytes, [0xff, 0xfe]),
            3,
            "UTF-16|save it as UTF-8",
        ),
        (
            "UTF-16 BE",
            utf16(u16::to_be_bytes, [0xfe, 0xff]),
            3,
            "UTF-16",
        ),
        ("Latin-1", with(b"\xe4"), 3, "standard input:6:4|not UTF-8"),
        ("half a letter", with(b"\xe2\x82"), 3, "not UTF-8"),
        ("NUL", with(b"\0"), 3, "standard input:6:"),
        ("only NUL", vec![0; 4096], 3, "standard input:1:"),
        (
            "random",
            (0..4096_u32)
                .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
                .collect(),
            3,
            "standard input:",
        ),
        text(
            "CRLF",
            BAD.replace('\n', "\r\n"),
            2,
            "privileged-container|\"line\": 8",
        ),
        text("CR", BAD.replace('\n', "\r"), 2, "privileged-container"),
        text(
            "mark inside",
            format!("{GOOD}---\n\u{feff}{BAD}"),
            3,
            "standard input:6:",
        ),
        text(
            "control characters in a name",
            BAD.replace("name: bad", "name: \"b\\u001b[31mad\""),
            2,
            "privileged-container",
        ),
    ]);
}

/// What aliases multiply is bounded; merge keys hide nothing.
#[test]
fn anchors_and_merges() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let list = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{list}]").unwrap();
    }
    let mut merges = String::from("a0: &a0 {k0: 1, k1: 2}\n");
    for level in 1..40 {
        let before = level - 1;
        writeln!(
            merges,
            "a{level}: &a{level} {{p: *a{before}, q: *a{before}}}"
        )
        .unwrap();
    }
    let merged = BAD.replace("securityContext: {privileged: true}", "<<: *x");
    hold(&[
        text(
            "bomb",
            before_bad(&bomb),
            2,
            "aliases repeat|privileged-container",
        ),
        text(
            "bomb of maps",
            before_bad(&merges),
            2,
            "aliases repeat|privileged-container",
        ),
        text(
            "part of itself",
            before_bad("a: &a [*a]"),
            2,
            "part of|privileged-container",
        ),
        text(
            "cycle over two",
            format!("{GOOD}---\na: &a {{b: &b {{c: *a}}}}\n"),
            3,
            "part of",
        ),
        text(
            "no such anchor",
            format!("{GOOD}---\na: *b\n"),
            3,
            "standard input:6:",
        ),
        text(
            "anchor of another document",
            format!("a: &x 1\n---\n{GOOD}---\nb: *x\n"),
            3,
            "standard input:",
        ),
        text(
            "privilege by alias",
            format!(
                "x: &x {{privileged: true}}\n{}",
                BAD.replace("{privileged: true}", "*x")
            ),
            2,
            "privileged-container",
        ),
        text(
            "privilege by merge",
            format!("x: &x {{securityContext: {{privileged: true}}}}\n{merged}"),
            2,
            "privileged-container",
        ),
        text("merge of no map", format!("x: &x 1\n{merged}"), 0, ""),
        text(
            "anchor twice",
            format!(
                "x: &x {{privileged: false}}\ny: &x {{privileged: true}}\n{}",
                BAD.replace("{privileged: true}", "*x")
            ),
            2,
            "privileged-container",
        ),
    ]);
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    let lines: Vec<String> = (0..count).map(line).collect();
    lines.join("\n") + "\n"
}

#[test]
fn deep_large_and_many() {
    let mut maps = String::new();
    for level in 0..200 {
        writeln!(maps, "{}a:", " ".repeat(level)).unwrap();
    }
    let long = "x".repeat(1 << 20);
    hold(&[
        text(
            "deep maps",
            before_bad(&maps),
            2,
            "nested deeper|privileged-container",
        ),
        text(
            "deep lists",
            before_bad(&"[".repeat(100_000)),
            2,
            "privileged-container",
        ),
        text(
            "deep JSON",
            before_bad(&"{\"a\":".repeat(100_000)),
            2,
            "privileged-container",
        ),
        text(
            "deep dashes",
            before_bad(&"- ".repeat(10_000)),
            2,
            "privileged-container",
        ),
        text(
            "long text",
            format!("{GOOD}---\na: {long}\n---\n{BAD}"),
            2,
            "privileged-container",
        ),
        text(
            "long key",
            format!("{GOOD}---\n? {long}\n: 1\n---\n{BAD}"),
            2,
            "privileged-container",
        ),
        text(
            "long name",
            BAD.replace("name: bad", &format!("name: {long}")),
            2,
            "privileged-container",
        ),
        text(
            "many keys",
            format!(
                "{GOOD}---\n{}---\n{BAD}",
                lines(50_000, |n| format!("k{n}: {n}"))
            ),
            2,
            "privileged-container",
        ),
        text(
            "many documents",
            format!("{}{BAD}", "---\n".repeat(300_000)),
            2,
            "privileged-container",
        ),
        text(
            "many containers",
            format!("{BAD}{}", "    - {name: a, image: b}\n".repeat(5_000)),
            2,
            "privileged-container",
        ),
        text(
            "many anchors",
            format!(
                "{GOOD}---\n{}---\n{BAD}",
                lines(20_000, |n| format!("k{n}: &a{n} 1"))
            ),
            2,
            "privileged-container",
        ),
    ]);
}

/// Not rendered: said so, and how to.
#[test]
fn templates() {
    hold(&[
        text(
            "block",
            format!("{GOOD}---\n{{{{- if .Values.on }}}}\nkind: Pod\n{{{{- end }}}}\n"),
            3,
            "template",
        ),
        text(
            "include",
            format!("{GOOD}---\nmetadata:\n  {{{{- include \"labels\" . | nindent 4 }}}}\n"),
            3,
            "template",
        ),
        text(
            "plain value",
            format!("{GOOD}---\nspec:\n  replicas: {{{{ .Values.replicas }}}}\n"),
            3,
            "template|standard input:7:",
        ),
        text(
            "quoted image",
            format!(
                "{GOOD}---\n{}",
                BAD.replace("{privileged: true}", "{privileged: false}")
                    .replace("registry.example/bad:1.0", "\"{{ .Values.image }}\"")
            ),
            3,
            "template|helm template",
        ),
        text(
            "quoted name",
            format!(
                "{GOOD}---\n{}",
                GOOD.replace("name: good", "name: \"{{ .Release.Name }}\"")
            ),
            3,
            "template",
        ),
        text(
            "meant for another",
            GOOD.replace("a: b", "a: \"{{ $labels.instance }} is down\""),
            0,
            "allow",
        ),
    ]);
}

#[test]
fn half_objects() {
    let pod = |spec: &str| {
        format!(
            "{GOOD}---\napiVersion: v1\nkind: Pod\nmetadata: {{name: a, namespace: b}}\nspec: {spec}\n"
        )
    };
    hold(&[
        text(
            "kind alone",
            format!("{GOOD}---\nkind: Pod\n"),
            3,
            "half an object|standard input:6:1",
        ),
        text(
            "version alone",
            format!("{GOOD}---\napiVersion: v1\n"),
            3,
            "half an object",
        ),
        text(
            "kind is a list",
            format!("{GOOD}---\napiVersion: v1\nkind: [Pod]\n"),
            3,
            "half an object",
        ),
        text(
            "kind in small letters",
            BAD.replace("kind: Pod", "kind: pod"),
            2,
            "unknown-api-version|`Pod` is meant",
        ),
        text(
            "kind of another version",
            BAD.replace("apiVersion: v1", "apiVersion: apps/v1"),
            2,
            "unknown-api-version|it is in `v1`",
        ),
        text(
            "no such group",
            BAD.replace("apiVersion: v1", "apiVersion: app/v1"),
            3,
            "no API group `app`",
        ),
        text(
            "another's kind",
            "apiVersion: shop.example/v1\nkind: Cart\nmetadata: {name: a}\nspec: {any: [1]}\n",
            0,
            "allow",
        ),
        text("nothing in it", "", 1, "apiVersion"),
        text(
            "comments alone",
            "# nothing\n---\n# here\n",
            1,
            "apiVersion",
        ),
        text("values", "replicas: 3\n", 1, "apiVersion"),
        text(
            "spec is text",
            pod("nothing"),
            2,
            "wrong-type|`spec` is text",
        ),
        text(
            "containers are a map",
            pod("{containers: {}}"),
            2,
            "wrong-type",
        ),
        text(
            "a container is text",
            pod("{containers: [main]}"),
            2,
            "wrong-type",
        ),
        text(
            "items are null",
            format!("{GOOD}---\napiVersion: v1\nkind: List\nitems:\n"),
            0,
            "allow",
        ),
        text(
            "items are a map",
            format!("{GOOD}---\napiVersion: v1\nkind: List\nitems: {{a: b}}\n"),
            3,
            "`items` is no list",
        ),
        text(
            "an item is text",
            format!("{GOOD}---\napiVersion: v1\nkind: List\nitems: [a]\n"),
            3,
            "an item of a list",
        ),
        text(
            "items without kind",
            format!(
                "{GOOD}---\napiVersion: v1\nkind: PodList\nitems: [{{metadata: {{name: a}}, spec: {{}}}}]\n"
            ),
            3,
            "an item of a list",
        ),
        text(
            "lists in lists",
            format!(
                "{GOOD}---\n{}{{}}{}",
                "{apiVersion: v1, kind: List, items: [".repeat(6),
                "]}".repeat(6)
            ),
            3,
            "lists in lists",
        ),
        text(
            "list of one",
            format!(
                "apiVersion: v1\nkind: List\nitems:\n- {}",
                BAD.trim_end().replace('\n', "\n  ")
            ),
            2,
            "privileged-container",
        ),
        text(
            "keys twice",
            format!(
                "{}  hostNetwork: true\n  hostNetwork: false\n",
                BAD.replace("true}", "false}")
            ),
            3,
            "stands twice|standard input:10:3",
        ),
        text(
            "privileged twice",
            BAD.replace("privileged: true", "privileged: false, privileged: true"),
            2,
            "stands twice|privileged-container",
        ),
    ]);
}

/// Values of a type that the field does not take: never a pass.
#[test]
fn wrong_types() {
    let of_container = |field: &str| {
        format!(
            "{GOOD}---\n{}",
            BAD.replace("securityContext: {privileged: true}", field)
        )
    };
    let of_object =
        |field: &str| format!("{GOOD}---\n{BAD}").replace("namespace: shop}\nspec:", field);
    let containers: Vec<String> = [
        "securityContext: {privileged: \"true\"}",
        "securityContext: {privileged: 1}",
        "securityContext: {runAsUser: \"0\"}",
        "securityContext: {runAsUser: 0.5}",
        "securityContext: {capabilities: {add: SYS_ADMIN}}",
        "securityContext: {capabilities: [SYS_ADMIN]}",
        "securityContext: [privileged]",
        "securityContext: privileged",
        "ports: {containerPort: 80}",
        "ports: [{containerPort: eighty}]",
        "env: {A: b}",
        "env: [{name: A, value: 8080}]",
        "env: [{name: A, value: yes}]",
        "command: run",
        "args: [1]",
        "resources: {limits: 1}",
        "resources: {limits: {cpu: [1]}}",
        "livenessProbe: {periodSeconds: ten}",
        "imagePullPolicy: 1",
        "volumeMounts: [a]",
    ]
    .map(of_container)
    .to_vec();
    let mut cases: Vec<Case<'_>> = containers
        .into_iter()
        .map(|input| text("container", input, 2, "wrong-type|\"line\": 13"))
        .collect();
    cases.extend([
        text("labels", of_object("namespace: shop, labels: [a]}\nspec:"), 2, "wrong-type"),
        text("label", of_object("namespace: shop, labels: {a: 1}}\nspec:"), 2, "wrong-type"),
        text("namespace", of_object("namespace: 12}\nspec:"), 2, "wrong-type"),
        text("replicas", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: b}\nspec: {replicas: two}\n", 2, "wrong-type|`spec.replicas` is text"),
        text("data", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\ndata: {a: 1}\n", 2, "wrong-type|`data.a` is a number"),
    ]);
    hold(&cases);
}

#[test]
fn json() {
    let pod = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "b"}, "spec": {"containers": [{"name": "a", "image": "b", "securityContext": {"privileged": true}}]}}"#;
    hold(&[
        text("whole", pod, 2, "privileged-container"),
        text(
            "rubbish behind",
            format!("{pod}\nrubbish"),
            2,
            "privileged-container|standard input:2:|parted by a line",
        ),
        text(
            "closed too often",
            format!("{pod}}}"),
            3,
            "standard input:1:",
        ),
        text(
            "two in a row, as kubectl takes them",
            format!("{}\n\n  {pod}\n", pod.replace("true", "false")),
            2,
            "privileged-container|\"objects\": 2|\"line\": 3",
        ),
        text(
            "two on a line",
            format!("{pod}{pod}"),
            2,
            "privileged-container|standard input:1:",
        ),
        text(
            "two documents",
            format!("{pod}\n---\n{pod}"),
            2,
            "privileged-container",
        ),
        text(
            "cut off",
            pod.get(..pod.len() - 3).unwrap(),
            3,
            "standard input:",
        ),
        text(
            "cut off early",
            pod.get(..20).unwrap(),
            3,
            "standard input:",
        ),
        text(
            "key twice",
            pod.replace(
                "\"privileged\": true",
                "\"privileged\": false, \"privileged\": true",
            ),
            2,
            "stands twice|privileged-container",
        ),
        text(
            "tabs",
            pod.replace(", ", ",\n\t"),
            2,
            "privileged-container",
        ),
        text(
            "list of objects",
            format!("[{pod}]"),
            3,
            "standard input:1:",
        ),
    ]);
}

/// What was named must be there and readable; a folder with nothing in it is no pass.
#[test]
fn files_and_folders() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bad-input");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("empty")).unwrap();
    let large = std::fs::File::create(folder.join("large.yaml")).unwrap();
    large.set_len(200 << 20).unwrap();
    std::fs::write(folder.join("empty.yaml"), "").unwrap();
    std::os::unix::fs::symlink(".", folder.join("loop")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.join("gone.yaml")).unwrap();
    for (path, code, words) in [
        ("empty", 1, "apiVersion"),
        ("empty.yaml", 1, "apiVersion"),
        ("missing.yaml", 1, "missing.yaml"),
        ("gone.yaml", 1, "gone.yaml"),
        ("large.yaml", 1, "large.yaml"),
        ("loop/empty", 1, "apiVersion"),
        (".", 3, "large.yaml"),
    ] {
        let path = folder.join(path);
        let (is, said) = run(&[path.to_str().unwrap()], b"");
        assert_eq!(is, code, "{path:?}: {said}");
        assert!(said.contains(words), "{path:?}: {said}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
