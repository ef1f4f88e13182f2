//! Charts and overlays, rendered by the real Helm and Kustomize: findings stand where people wrote
//! what is wrong.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A folder with the programs that `script/go-tools-test.txt` lists.
fn tools() -> PathBuf {
    let tools = std::env::var_os("PLIMSOLL_TEST_GO_TOOLS");
    let tools = PathBuf::from(tools.expect("PLIMSOLL_TEST_GO_TOOLS is not set: run script/test"));
    for tool in ["helm", "kustomize"] {
        assert!(
            tools.join(tool).is_file(),
            "{tool} is not in {}: run script/test",
            tools.display()
        );
    }
    tools
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("render-{test}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn plimsoll(folder: &Path, arguments: &[&str]) -> Output {
    let path = format!("{}:{}", tools().display(), std::env::var("PATH").unwrap());
    Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .arg("check")
        .args(arguments)
        .args(["--format", "json"])
        .current_dir(folder)
        .env("PATH", path)
        .output()
        .unwrap()
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

/// Places and titles of what a check found.
fn found(report: &Value, id: &str) -> Vec<(Vec<String>, String)> {
    let findings = report["findings"].as_array().unwrap();
    let of_check = findings.iter().filter(|finding| finding["id"] == id);
    of_check
        .map(|finding| {
            let places = finding["locations"]
                .as_array()
                .unwrap()
                .iter()
                .map(|place| {
                    let number = |key: &str| {
                        place[key]
                            .as_u64()
                            .map_or(String::new(), |n| format!(":{n}"))
                    };
                    format!(
                        "{}{}{}",
                        place["path"].as_str().unwrap(),
                        number("line"),
                        number("column")
                    )
                });
            (
                places.collect(),
                finding["title"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

const CHART: [(&str, &str); 6] = [
    (
        "shop/Chart.yaml",
        "apiVersion: v2\nname: shop\nversion: 1.0.0\nappVersion: latest\n",
    ),
    (
        "shop/values.yaml",
        "\
image:
  repository: registry.example/shop
  tag: latest
securityContext:
  # plimsoll: allow privilege-escalation-allowed, its own helper is setuid
  allowPrivilegeEscalation: true
  privileged: true
env:
  LEVEL: info
  DB_PASSWORD: hunter2-not-real
hostNetwork: true
redis:
  hostPID: true
",
    ),
    (
        "shop/templates/_helpers.tpl",
        "{{- define \"shop.labels\" -}}\napp: shop\nrelease: {{ .Release.Name }}\n{{- end }}\n",
    ),
    (
        "shop/templates/deployment.yaml",
        "\
{{- /* The shop. */}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-shop
  namespace: shop
  labels:
    {{- include \"shop.labels\" . | nindent 4 }}
spec:
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        {{- include \"shop.labels\" . | nindent 8 }}
    spec:
      {{- if .Values.hostNetwork }}
      hostNetwork: {{ .Values.hostNetwork }}
      {{- end }}
      volumes:
        # plimsoll: allow sensitive-host-path, reads the clock
        - name: etc
          hostPath:
            path: /etc
      containers:
        - name: shop
          image: \"{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}\"
          {{- with .Values.securityContext }}
          securityContext:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          env:
            {{- range $name, $value := .Values.env }}
            - name: {{ $name }}
              value: {{ $value | quote }}
            {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: shop
  namespace: shop
spec:
  type: NodePort
  selector:
    app: shop
  ports:
    - port: 80
",
    ),
    (
        "shop/charts/redis/Chart.yaml",
        "apiVersion: v2\nname: redis\nversion: 1.0.0\n",
    ),
    (
        "shop/charts/redis/templates/pod.yaml",
        "\
apiVersion: v1
kind: Pod
metadata:
  name: redis
  namespace: shop
spec:
  hostPID: {{ .Values.hostPID }}
  containers:
    - name: redis
      image: registry.example/redis:7
",
    ),
];

#[test]
fn charts_are_told_at_template_and_value() {
    let folder = folder("chart");
    write(&folder, &CHART);
    let output = plimsoll(&folder, &["shop"]);
    let report = report(&output);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(report["objects"], 3);
    assert_eq!(
        report
            .get("unknowns")
            .map_or(0, |list| list.as_array().unwrap().len()),
        0,
        "{}",
        report["unknowns"]
    );
    let template = "shop/templates/deployment.yaml";
    let values = "shop/values.yaml";
    for (id, places, words) in [
        (
            "privileged-container",
            vec![format!("{template}:31:13"), format!("{values}:7:15")],
            "; set by .Values.securityContext.privileged in shop/values.yaml:7",
        ),
        (
            "mutable-image-tag",
            vec![format!("{template}:28:18"), format!("{values}:2:15")],
            "",
        ),
        (
            "secret-in-environment",
            vec![format!("{template}:36:22"), format!("{values}:10:16")],
            "set by .Values.env.DB_PASSWORD",
        ),
        (
            "host-network",
            vec![format!("{template}:19:20"), format!("{values}:11:14")],
            "set by .Values.hostNetwork",
        ),
        (
            "host-pid",
            vec![
                "shop/charts/redis/templates/pod.yaml:7:12".to_owned(),
                format!("{values}:13:12"),
            ],
            "set by .Values.redis.hostPID",
        ),
        ("sensitive-host-path", vec![format!("{template}:25:19")], ""),
    ] {
        let found = found(&report, id);
        let is_there = found
            .iter()
            .any(|(at, title)| *at == places && title.contains(words));
        assert!(is_there, "{id} at {places:?}: {found:#?}");
    }
    let excepted = |id: &str| {
        let findings = report["findings"].as_array().unwrap();
        let mut of_check = findings.iter().filter(|finding| finding["id"] == id);
        of_check.find_map(|finding| finding["excepted"]["by"].as_str().map(str::to_owned))
    };
    assert_eq!(
        excepted("sensitive-host-path"),
        Some(format!("{template}:22"))
    );
    assert_eq!(
        excepted("privilege-escalation-allowed"),
        Some(format!("{values}:5"))
    );
}

#[test]
fn values_of_the_user_win() {
    let folder = folder("values");
    write(&folder, &CHART);
    fs::write(
        folder.join("prod.yaml"),
        "image:\n  tag: \"1.2\"\nhostNetwork: false\nsecurityContext:\n  privileged: true\n",
    )
    .unwrap();
    let output = plimsoll(
        &folder,
        &[
            "shop",
            "--helm-values",
            "prod.yaml",
            "--helm-set",
            "redis.hostPID=false",
        ],
    );
    let report = report(&output);
    assert!(found(&report, "host-network").is_empty());
    assert!(found(&report, "mutable-image-tag").is_empty());
    let privileged = found(&report, "privileged-container");
    assert_eq!(privileged[0].0[1], "prod.yaml:5:15");
    let output = plimsoll(&folder, &["shop", "--helm-set", "hostNetwork=true"]);
    let host = found(&self::report(&output), "host-network");
    assert!(
        host.iter()
            .any(|(_, title)| title.ends_with("set by --helm-set hostNetwork")),
        "{host:?}"
    );
}

#[test]
fn packed_charts_are_told_by_template() {
    let folder = folder("packed");
    write(&folder, &CHART);
    let made = Command::new(tools().join("helm"))
        .args(["package", "shop"])
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let report = report(&plimsoll(&folder, &["shop-1.0.0.tgz"]));
    let privileged = found(&report, "privileged-container");
    assert_eq!(
        privileged[0].0,
        ["shop-1.0.0.tgz!/shop/templates/deployment.yaml"]
    );
}

#[test]
fn what_helm_refuses_is_told_in_its_words() {
    let folder = folder("refused");
    write(&folder, &CHART);
    fs::write(
        folder.join("shop/templates/broken.yaml"),
        "{{ required \"set the port\" .Values.port }}\n",
    )
    .unwrap();
    let output = plimsoll(&folder, &["shop", "--strict"]);
    assert_eq!(output.status.code(), Some(3));
    let unknowns = report(&output)["unknowns"].to_string();
    assert!(unknowns.contains("set the port"), "{unknowns}");
    fs::remove_file(folder.join("shop/templates/broken.yaml")).unwrap();
    fs::write(folder.join("shop/Chart.yaml"), "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n  - name: postgres\n    version: 1.0.0\n    repository: https://charts.example.invalid\n").unwrap();
    let unknowns = report(&plimsoll(&folder, &["shop"]))["unknowns"].to_string();
    assert!(unknowns.contains("helm dependency build"), "{unknowns}");
}

const OVERLAY: [(&str, &str); 6] = [
    (
        "deploy/base/kustomization.yaml",
        "resources: [cart.yaml]\nconfigMapGenerator:\n  - name: settings\n    literals:\n      - LEVEL=info\n      - DB_PASSWORD=hunter2-not-real\n",
    ),
    (
        "deploy/base/cart.yaml",
        "\
# The cart.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  replicas: 1
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      # plimsoll: allow host-pid, measures the node
      hostPID: true
      containers:
        - name: cart
          image: registry.example/cart:1.0
          securityContext:
            allowPrivilegeEscalation: true
",
    ),
    (
        "deploy/overlays/prod/kustomization.yaml",
        "\
resources: [../../base]
namePrefix: prod-
namespace: shop
images:
  - name: registry.example/cart
    newTag: latest
patches:
  - path: privileged.yaml
  - target: {kind: Deployment, name: cart}
    patch: |-
      - op: add
        path: /spec/template/spec/volumes
        value: [{name: root, hostPath: {path: /}}]
",
    ),
    (
        "deploy/overlays/prod/privileged.yaml",
        "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  template:
    spec:
      containers:
        - name: cart
          securityContext:
            privileged: true
",
    ),
    (
        "deploy/overlays/dev/kustomization.yaml",
        "resources: [../../base]\nnamespace: shop\n",
    ),
    (
        "deploy/other.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: other, namespace: shop}\nspec: {hostIPC: true, containers: [{name: a, image: a:1}]}\n",
    ),
];

#[test]
fn overlays_are_told_at_resource_and_patch() {
    let folder = folder("overlay");
    write(&folder, &OVERLAY);
    let output = plimsoll(&folder, &["deploy"]);
    let report = report(&output);
    assert_eq!(
        report
            .get("unknowns")
            .map_or(0, |list| list.as_array().unwrap().len()),
        0,
        "{}",
        report["unknowns"]
    );
    let prod = "deploy/overlays/prod";
    let base = "deploy/base/cart.yaml";
    for (id, places, words) in [
        (
            "privileged-container",
            vec![
                format!("{prod}/privileged.yaml:10:25"),
                format!("{base}:17:11"),
            ],
            "set by the patch in",
        ),
        (
            "sensitive-host-path",
            vec![
                format!("{prod}/kustomization.yaml:13"),
                format!("{base}:11:5"),
            ],
            "set by the patch",
        ),
        (
            "mutable-image-tag",
            vec![
                format!("{prod}/kustomization.yaml:5:5"),
                format!("{base}:16:18"),
            ],
            "set by `images`",
        ),
        (
            "secret-in-config-map",
            vec!["deploy/base/kustomization.yaml:6:9".to_owned()],
            "the generator",
        ),
        (
            "privilege-escalation-allowed",
            vec![format!("{base}:18:39")],
            "",
        ),
        ("host-ipc", vec!["deploy/other.yaml:4:17".to_owned()], ""),
    ] {
        let found = found(&report, id);
        let is_there = found.iter().any(|(at, title)| {
            at.first() == places.first() && at.starts_with(&places[..1]) && title.contains(words)
        });
        assert!(is_there, "{id} at {places:?}: {found:#?}");
    }
    let findings = report["findings"].as_array().unwrap();
    let excepted = findings.iter().filter(|finding| {
        finding["id"] == "host-pid" && finding["excepted"]["by"] == format!("{base}:12")
    });
    // Of the two overlays one is named apart by its prefix.
    assert_eq!(excepted.count(), 2);
}

#[test]
fn what_is_elsewhere_is_not_fetched() {
    let folder = folder("remote");
    write(
        &folder,
        &[(
            "kustomization.yaml",
            "resources: [\"https://example.invalid/app?ref=v1\"]\n",
        )],
    );
    let output = plimsoll(&folder, &[".", "--strict"]);
    assert_eq!(output.status.code(), Some(3));
    let unknowns = report(&output)["unknowns"].to_string();
    assert!(unknowns.contains("--online"), "{unknowns}");
}
