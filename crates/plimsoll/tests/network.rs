//! `plimsoll network` as a person runs it.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const SHOP: &str = r#"
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example/web:1
          env: [{name: CART, value: "http://cart:8080/"}]
          ports: [{name: http, containerPort: 8000}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: cart, image: "registry.example/cart:1", ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, targetPort: http}]}
"#;

const POLICY: &str = "---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: shop}
spec:
  podSelector: {matchLabels: {app: cart}}
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{podSelector: {matchLabels: {app: web}}}]
      ports: [{port: 8080}]
  egress:
    - to: [{ipBlock: {cidr: 0.0.0.0/0}}]
      ports: [{port: 80}, {port: 443, endPort: 445}]
";

fn folder(test: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("network-{test}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn plimsoll(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .arg("network")
        .args(arguments)
        .current_dir(folder)
        .env_remove("PLIMSOLL_FORMAT")
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

fn shop(test: &str) -> PathBuf {
    folder(test, &[("shop.yaml", &format!("{SHOP}{POLICY}"))])
}

#[test]
fn reach_writes_the_promised_form() {
    let folder = shop("reach");
    let output = plimsoll(&folder, &["reach", ".", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let document = json(&output);
    assert_eq!(document["schema"], "plimsoll.network/v1");
    assert_eq!(document["unknowns"], Value::Array(Vec::new()));
    let flows = document["flows"].as_array().unwrap();
    let find = |from: &str, to: &str| flows.iter().find(|it| it["from"] == from && it["to"] == to);
    let out = find("shop/cart[Deployment]", "0.0.0.0/0").unwrap();
    assert_eq!(
        out["allow"],
        serde_json::json!([{"protocol": "TCP", "ports": "80,443-445"}])
    );
    let into = find("world", "shop/web[Deployment]").unwrap();
    assert_eq!(
        into["allow"],
        serde_json::json!([{"protocol": "any", "ports": "all"}])
    );
    assert_eq!(into["by"][0], "Service shop/web (LoadBalancer)");
    assert!(find("shop/cart[Deployment]", "shop/web[Deployment]").is_none());
    assert!(find("world", "shop/cart[Deployment]").is_none());
}

#[test]
fn reach_is_filtered_and_written_in_every_form() {
    let folder = shop("forms");
    let filtered = &[
        "reach",
        ".",
        "--from",
        "shop/web",
        "--to",
        "shop/cart",
        "--port",
        "TCP/8000-9000",
        "--format",
        "csv",
    ];
    let output = plimsoll(&folder, filtered);
    assert_eq!(
        stdout(&output),
        "from,to,protocol,ports,by\nshop/web[Deployment],shop/cart[Deployment],TCP,8080,\n"
    );
    let all = &[
        "reach",
        ".",
        "-o",
        "dot=a.dot",
        "-o",
        "svg=a.svg",
        "-o",
        "json=a.json",
    ];
    let output = plimsoll(&folder, all);
    assert_eq!(
        (output.status.code(), stdout(&output).as_str()),
        (Some(0), "")
    );
    let dot = fs::read_to_string(folder.join("a.dot")).unwrap();
    assert!(
        dot.contains("\"shop/web[Deployment]\" -> \"shop/cart[Deployment]\" [label=\"TCP 8080\"]"),
        "{dot}"
    );
    let svg = fs::read_to_string(folder.join("a.svg")).unwrap();
    assert!(
        svg.starts_with("<svg ")
            && svg
                .contains("<title>shop/web[Deployment] to shop/cart[Deployment]: TCP 8080</title>")
    );
    let table = stdout(&plimsoll(&folder, &["reach", "."]));
    assert!(
        table.contains("  -> shop/cart[Deployment]: TCP 8080\n"),
        "{table}"
    );
    let output = plimsoll(
        &folder,
        &[
            "reach",
            ".",
            "--format",
            "json",
            "--flows-max",
            "2",
            "--strict",
        ],
    );
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(json(&output)["flows"].as_array().unwrap().len(), 2);
    assert!(
        json(&output)["unknowns"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("--flows-max")
    );
}

#[test]
fn open_is_judged_and_let_through() {
    let folder = shop("open");
    let output = plimsoll(&folder, &["open", ".", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let words = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(
        words.contains("50 % of 2 workloads accept connections from any source"),
        "{words}"
    );
    let report = json(&output);
    let ids: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["id"].as_str().unwrap())
        .collect();
    assert!(
        ids.contains(&"open-to-any-source") && ids.contains(&"may-reach-metadata"),
        "{ids:?}"
    );
    assert_eq!(report["findings"][0]["kind"], "exposure");
    let policy = "policy:\n  name: ours\n  rules:\n    - name: open\n      kinds: [exposure]\n      severity: medium\n      mode: enforce\n";
    fs::write(folder.join("load-line.yaml"), policy).unwrap();
    let output = plimsoll(
        &folder,
        &["open", "shop.yaml", "--policy", "load-line.yaml"],
    );
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let web = SHOP.replace("kind: Deployment\nmetadata: {name: web", "# plimsoll: allow open-to-any-source, it is the front\nkind: Deployment\nmetadata: {name: web");
    let web = web.replace("---\napiVersion: apps/v1\n# plimsoll", "---\n# plimsoll: allow open-to-any-source, it is the front\napiVersion: apps/v1\n# plimsoll");
    fs::write(folder.join("shop.yaml"), format!("{web}{POLICY}")).unwrap();
    let report = json(&plimsoll(
        &folder,
        &["open", "shop.yaml", "--format", "json"],
    ));
    let findings = report["findings"].as_array().unwrap();
    let open = findings
        .iter()
        .find(|it| it["id"] == "open-to-any-source")
        .unwrap();
    assert_eq!(open["excepted"]["reason"], "it is the front");
}

#[test]
fn explain_names_policies_and_rules_with_their_places() {
    let folder = shop("explain");
    let policy = SHOP.lines().count() + 2;
    let output = plimsoll(
        &folder,
        &[
            "explain",
            "shop/web",
            "shop/cart",
            ".",
            "--port",
            "TCP/8080",
        ],
    );
    let text = stdout(&output);
    assert!(
        text.starts_with(
            "shop/web[Deployment] -> shop/cart[Deployment]: TCP 8080\nTCP 8080: yes\n"
        ),
        "{text}"
    );
    assert!(
        text.contains(&format!("NetworkPolicy shop/cart (shop.yaml:{policy}:1)")),
        "{text}"
    );
    assert!(
        text.contains(&format!("shop.yaml:{}:7: allows TCP 8080", policy + 7)),
        "{text}"
    );
    let text = stdout(&plimsoll(&folder, &["explain", "world", "shop/cart", "."]));
    assert!(
        text.contains("is for others") && text.contains("missing: a rule for ingress of shop/cart"),
        "{text}"
    );
    let document = json(&plimsoll(
        &folder,
        &["explain", "shop/web", "shop/cart", ".", "--format", "json"],
    ));
    assert_eq!(
        document["explanation"][1]["policies"][0]["rules"][0]["matches"],
        true
    );
    let output = plimsoll(&folder, &["explain", "shop", "shop/cart", "."]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn diff_tells_what_was_gained_and_lost() {
    let folder = folder(
        "diff",
        &[
            ("old/shop.yaml", SHOP),
            ("new/shop.yaml", &format!("{SHOP}{POLICY}")),
        ],
    );
    let text = stdout(&plimsoll(&folder, &["diff", "old", "new"]));
    assert!(
        text.contains("- world -> shop/cart[Deployment]: everything\n"),
        "{text}"
    );
    assert!(text.contains("0 gained, "), "{text}");
    let document = json(&plimsoll(
        &folder,
        &["diff", "new", "old", "--format", "json"],
    ));
    assert!(
        document["lost"].as_array().unwrap().is_empty()
            && !document["gained"].as_array().unwrap().is_empty()
    );
}

/// What is generated, put in place of the old policies, gives the same answer again.
#[test]
fn generate_goes_round() {
    let folder = shop("generate");
    let flows = plimsoll(&folder, &["reach", ".", "--format", "csv"]);
    fs::write(folder.join("flows.csv"), &flows.stdout).unwrap();
    let output = plimsoll(&folder, &["generate", "shop.yaml", "--flows", "flows.csv"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let words = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(
        words.contains("proven: 2 policies allow exactly"),
        "{words}"
    );
    fs::write(
        folder.join("shop.yaml"),
        format!("{SHOP}{}", stdout(&output)),
    )
    .unwrap();
    let again = plimsoll(&folder, &["reach", "shop.yaml", "--format", "csv"]);
    assert_eq!(stdout(&again), stdout(&flows));
    // Without flows: what the objects speak of.
    let draft = stdout(&plimsoll(&folder, &["generate", "shop.yaml"]));
    assert!(
        draft.contains("#   shop/web[Deployment] -> shop/cart[Deployment]: TCP 8080\n"),
        "{draft}"
    );
    fs::write(
        folder.join("bad.csv"),
        "shop/web[Deployment],shop/cart[Deployment],TCP,99999\n",
    )
    .unwrap();
    let output = plimsoll(&folder, &["generate", "shop.yaml", "--flows", "bad.csv"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn prove_says_yes_no_or_that_it_cannot() {
    let folder = shop("prove");
    for (arguments, code, words) in [
        (
            &["prove", "shop/cart accepts only from shop/web", "."][..],
            0,
            "proven: ",
        ),
        (
            &["prove", "--only-from", "shop/web", "--to", "shop/cart", "."],
            0,
            "proven: ",
        ),
        (
            &[
                "prove",
                "All pods in shop accept traffic only from shop",
                ".",
            ],
            2,
            "world -> shop/web[Deployment]: everything is allowed",
        ),
        (
            &["prove", "shop/cart never reaches world on TCP 80", "."],
            2,
            "shop/cart[Deployment] -> 0.0.0.0: TCP 80 is allowed",
        ),
        (
            &[
                "prove",
                "shop/cart never reaches shop/web",
                ".",
                "--also",
                "shop/web reaches shop/cart",
            ],
            2,
            "is not allowed",
        ),
        (&["prove", "nobody never reaches shop", "."], 1, ""),
    ] {
        let output = plimsoll(&folder, arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?} {output:?}");
        assert!(stdout(&output).contains(words), "{output:?}");
    }
    // With a policy that cannot be understood nothing is proven.
    let odd = POLICY
        .replace("0.0.0.0/0", "0.0.0.0/33")
        .replace("name: cart, namespace", "name: odd, namespace");
    fs::write(folder.join("odd.yaml"), odd).unwrap();
    let output = plimsoll(
        &folder,
        &["prove", "shop/cart accepts only from shop/web", "."],
    );
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(stdout(&output).starts_with("not proven: "));
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(
        words.contains("odd.yaml:12:29: ") && words.contains("is no CIDR"),
        "{words}"
    );
}

#[test]
fn wrong_usage_is_no_answer() {
    let folder = shop("usage");
    for arguments in [
        &["reach", "nowhere.yaml"][..],
        &["reach", ".", "--format", "sarif"],
        &["reach", ".", "--from", "nobody"],
        &["reach", ".", "--port", "http"],
        &["explain", "shop/web", ".", "--format", "svg"],
        &["prove", "a never reaches b"],
    ] {
        let output = plimsoll(&folder, arguments);
        let code = output.status.code();
        assert!(code == Some(1), "{arguments:?}: {output:?}");
    }
}
