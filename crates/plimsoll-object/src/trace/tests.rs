use proptest::prelude::*;

use super::*;
use crate::yaml::{self, Place};

const TEMPLATE: &str = r#"{{- /* a comment
over lines */}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.fullname" . }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  template:
    spec:
      {{- with .Values.podSecurityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          env:
            {{- range $key, $value := .Values.env }}
            - name: {{ $key }}
              value: {{ $value | quote }}
            {{- end }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
"#;
const RENDERED: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  labels:
    app: shop
    release: shop
spec:
  replicas: 2
  template:
    spec:
      securityContext:
        runAsUser: 0
      containers:
        - name: shop
          image: "nginx:1.0"
          env:
            - name: A
              value: "1"
            - name: PASSWORD
              value: "x"
          resources:
            limits:
              cpu: 1
"#;

#[test]
fn each_rendered_line_finds_its_own() {
    let template = Template::read(TEMPLATE);
    let rendered: Vec<&str> = RENDERED.lines().collect();
    let source: Vec<&str> = TEMPLATE.lines().collect();
    let traced = align(&template, &rendered);
    let of = |line: &str, skip: usize| {
        let at = rendered
            .iter()
            .enumerate()
            .filter(|(_, text)| text.trim() == line)
            .nth(skip);
        source[traced[at.unwrap().0].unwrap().line].trim()
    };
    for (line, skip, from) in [
        ("kind: Deployment", 0, "kind: Deployment"),
        ("name: shop", 0, r#"name: {{ include "shop.fullname" . }}"#),
        (
            "release: shop",
            0,
            r#"{{- include "shop.labels" . | nindent 4 }}"#,
        ),
        ("spec:", 0, "spec:"),
        ("replicas: 2", 0, "replicas: {{ .Values.replicaCount }}"),
        ("runAsUser: 0", 0, "{{- toYaml . | nindent 8 }}"),
        ("- name: shop", 0, "- name: {{ .Chart.Name }}"),
        ("- name: A", 0, "- name: {{ $key }}"),
        ("- name: PASSWORD", 0, "- name: {{ $key }}"),
        (r#"value: "x""#, 0, "value: {{ $value | quote }}"),
        ("cpu: 1", 0, "{{- toYaml .Values.resources | nindent 12 }}"),
    ] {
        assert_eq!(of(line, skip), from, "{line}");
    }
}

#[test]
fn actions_name_their_values() {
    let template = Template::read(TEMPLATE);
    let of = |text: &str| {
        let at = TEMPLATE
            .lines()
            .position(|line| line.trim() == text)
            .unwrap();
        let paths = template.values(at);
        paths.iter().map(|path| path.join(".")).collect::<Vec<_>>()
    };
    assert_eq!(of("replicas: {{ .Values.replicaCount }}"), ["replicaCount"]);
    assert_eq!(of("{{- toYaml . | nindent 8 }}"), ["podSecurityContext"]);
    assert_eq!(of("value: {{ $value | quote }}"), ["env."]);
    assert_eq!(of(r#"{{- include "shop.labels" . | nindent 4 }}"#), [""; 0]);
    let image = TEMPLATE
        .lines()
        .position(|line| line.contains("image: "))
        .unwrap();
    assert_eq!(template.values(image).len(), 2);
    let other = Template::read(
        "{{ $all := .Values.all }}\na: {{ $all.b }}\nc: {{ index $.Values \"d-e\" \"f\" }}\ng: {{ tpl .Values.h . }}\n",
    );
    assert_eq!(other.values(1), [["all", "b"]]);
    assert_eq!(other.values(2), [["d-e", "f"]]);
    assert_eq!(other.values(3), [["h"]]);
}

#[test]
fn a_map_in_braces_has_a_path() {
    let root = yaml::parse(b"a:\n  b: {c: 1, d: {e: []}}\n")
        .0
        .remove(0)
        .root;
    let path = |line, column| path_to(&root, Place { line, column }).unwrap();
    let keys = |names: &[&str]| -> Vec<Step> {
        let keys = names.iter().map(|name| Step::Key((*name).to_owned()));
        keys.collect()
    };
    assert_eq!(path(2, 6), keys(&["a", "b"]));
    assert_eq!(path(2, 7), keys(&["a", "b", "c"]));
    assert_eq!(path(2, 16), keys(&["a", "b", "d"]));
}

#[test]
fn values_are_found_by_what_came_out() {
    let values = "image:\n  tag: latest\nsecurity:\n  privileged: true\nenv:\n  - name: A\n    value: one\n  - name: B\n    value: two\n";
    let values = yaml::parse(values.as_bytes()).0.remove(0).root;
    let rendered = "containers:\n  - name: a\n    securityContext:\n      privileged: true\n    env:\n      - name: A\n        value: one\n      - name: B\n        value: two\n";
    let rendered = yaml::parse(rendered.as_bytes()).0.remove(0).root;
    let at = |line, column| {
        let place = Place { line, column };
        let path = path_to(&rendered, place).unwrap();
        let value = node_at(&rendered, &path).0.value.clone();
        (path, value)
    };
    let (path, value) = at(4, 19);
    let found = find(&values, &vec!["security".to_owned()], &path, Some(&value)).unwrap();
    assert_eq!(
        (found.at.line, &*found.path, found.is_exact),
        (4, "security.privileged", true)
    );
    let (path, value) = at(9, 16);
    let found = find(&values, &vec!["env".to_owned()], &path, Some(&value)).unwrap();
    assert_eq!((found.at.line, &*found.path), (9, "env[1].value"));
    let each = vec!["env".to_owned(), String::new(), "value".to_owned()];
    let found = find(&values, &each, &path, Some(&value)).unwrap();
    assert_eq!((found.at.line, &*found.path), (9, "env[1].value"));
    assert_eq!(find(&values, &vec!["none".to_owned()], &path, None), None);
}

/// What nothing explains is not traced, and what is too large is left alone.
#[test]
fn uncertain_lines_are_not_traced() {
    let template = Template::read("a: 1\nb: 2\n");
    let traced = align(&template, &["a: 1", "zzz: 9", "b: 2"]);
    assert_eq!(traced[1], None);
    assert_eq!(traced[2].map(|traced| traced.line), Some(1));
    let many = "x\n".repeat(10_000);
    let lines: Vec<&str> = many.lines().collect();
    assert!(
        align(&Template::read(&many), &lines)
            .iter()
            .all(Option::is_none)
    );
}

proptest! {
    #[test]
    fn any_template_is_read(text in r#"([a-z{}"'`:|\- \n/*$.]|\{\{|\}\}|\{\{- |range |end |with |\.Values\.a|\$x := ){0,60}"#, rendered in "([a-z: -]|\n){0,40}") {
        let template = Template::read(&text);
        let lines: Vec<&str> = rendered.lines().collect();
        let traced = align(&template, &lines);
        prop_assert_eq!(traced.len(), lines.len());
        for line in traced.into_iter().flatten() {
            prop_assert!(line.line < template.lines.len());
            template.values(line.line);
        }
    }

    /// A document without actions is its own template.
    #[test]
    fn plain_text_is_its_own_template(lines in proptest::collection::vec("[a-z]{1,6}: [0-9]{1,3}", 1..30)) {
        let text = lines.join("\n");
        let rendered: Vec<&str> = text.lines().collect();
        let traced = align(&Template::read(&text), &rendered);
        for (line, traced) in rendered.iter().zip(traced) {
            prop_assert_eq!(rendered[traced.unwrap().line], *line);
        }
    }
}
