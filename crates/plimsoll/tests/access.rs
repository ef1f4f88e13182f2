//! `plimsoll access` as a person runs it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

const WORLD: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: deployer, namespace: shop}
rules:
  - {apiGroups: [apps], resources: [deployments], verbs: [get, create]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: ci, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployer}
subjects:
  - {kind: ServiceAccount, name: ci}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: operator}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects:
  - {kind: ServiceAccount, name: operator, namespace: shop}
";

fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("access-{test}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("world.yaml"), WORLD).unwrap();
    folder
}

fn access(folder: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .arg("access")
        .args(arguments.split(' '))
        .current_dir(folder)
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn can_says_yes_or_no_and_why() {
    let folder = folder("can");
    let yes = access(&folder, "can sa:shop/ci create deploy -n shop");
    assert_eq!(yes.status.code(), Some(0));
    assert_eq!(
        text(&yes),
        "yes: sa:shop/ci can create deployments.apps in namespace shop\n  \
         RoleBinding shop/ci gives Role shop/deployer to sa:shop/ci (world.yaml:12)\n  \
         its rule allows get, create on deployments of apps (world.yaml:5)\n"
    );
    let no = access(&folder, "can sa:shop/ci get deployments");
    assert_eq!(no.status.code(), Some(2));
    assert_eq!(
        text(&no),
        "no: sa:shop/ci cannot get deployments.apps in every namespace\n  but yes in shop\n"
    );
    let json = access(
        &folder,
        "can sa:shop/ci get deployments -n shop world.yaml --format json",
    );
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["schema"], "plimsoll.access/v1");
    assert_eq!(json["allowed"], true);
    assert_eq!(json["because"]["rule_at"], "world.yaml:5");
    for wrong in [
        "can ci get pods",
        "can user:a get gizmos",
        "can user:a get pods none.yaml",
    ] {
        assert_eq!(access(&folder, wrong).status.code(), Some(1), "{wrong}");
    }
}

/// "No" is not said as if everything had been read; "yes" stays yes.
#[test]
fn what_could_not_be_read_is_no_no() {
    let folder = folder("partly");
    fs::write(
        folder.join("half.yaml"),
        WORLD.replace("verbs: [get, create]", "verbs: create"),
    )
    .unwrap();
    let no = access(&folder, "can sa:shop/ci get deployments -n shop half.yaml");
    assert_eq!(no.status.code(), Some(2));
    assert!(text(&no).contains("may be incomplete"));
    assert!(String::from_utf8_lossy(&no.stderr).contains("half.yaml:5:58: `verbs` is no list"));
    let strict = access(
        &folder,
        "can sa:shop/ci get deployments -n shop half.yaml --strict",
    );
    assert_eq!(strict.status.code(), Some(3));
    let yes = access(
        &folder,
        "can sa:shop/operator get deployments -n shop half.yaml --strict",
    );
    assert_eq!(yes.status.code(), Some(0));
}

#[test]
fn who_and_rights_list_subjects() {
    let folder = folder("who");
    let who = access(&folder, "who create deployments -n shop --format json");
    let who: Value = serde_json::from_slice(&who.stdout).unwrap();
    let subjects: Vec<&str> = who["subjects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|holder| holder["subject"].as_str().unwrap())
        .collect();
    assert_eq!(
        subjects,
        ["group:system:masters", "sa:shop/ci", "sa:shop/operator"]
    );
    let rights = text(&access(&folder, "rights --of sa:shop/ci"));
    assert_eq!(
        rights,
        "sa:shop/ci\n  in namespace shop\n    get, create on deployments of apps \
         (RoleBinding shop/ci, world.yaml:5)\n"
    );
}

#[test]
fn risks_are_a_report() {
    let folder = folder("risks");
    let output = access(&folder, "risks world.yaml --format json");
    assert_eq!(output.status.code(), Some(2));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["schema"], "plimsoll.report/v1");
    let findings = report["findings"].as_array().unwrap();
    let found = |id: &str| findings.iter().find(|finding| finding["id"] == id).unwrap();
    let chain = found("access-escalation");
    assert_eq!(
        chain["title"],
        "sa:shop/ci can become cluster-admin in 1 step: create or change a workload in namespace \
         shop so that it runs as sa:shop/operator (RoleBinding shop/ci gives Role shop/deployer, \
         world.yaml:12), which is cluster-admin (ClusterRoleBinding operator gives ClusterRole \
         cluster-admin, world.yaml:19)"
    );
    assert_eq!(chain["locations"][0]["line"], 12);
    assert_eq!(chain["locations"][1]["line"], 5);
    assert_eq!(found("access-cluster-admin")["severity"], "high");
    let allowed = WORLD.replace(
        "  - {kind: ServiceAccount, name: operator",
        "  # plimsoll: allow access-cluster-admin, the cluster's operator\n  - {kind: ServiceAccount, name: operator",
    );
    fs::write(folder.join("world.yaml"), allowed).unwrap();
    let output = access(&folder, "risks world.yaml --format json");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let admin = findings
        .iter()
        .find(|finding| finding["id"] == "access-cluster-admin");
    assert_eq!(admin.unwrap()["excepted"]["by"], "world.yaml:19");
}

#[test]
fn a_difference_is_told_by_subject() {
    let folder = folder("diff");
    let new = WORLD.replace("[get, create]", "[get, delete]");
    fs::write(folder.join("new.yaml"), new).unwrap();
    let output = access(&folder, "diff world.yaml new.yaml");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        text(&output),
        "sa:shop/ci\n  + delete on deployments.apps in namespace shop\n  \
         - create on deployments.apps in namespace shop\n"
    );
    let same = access(&folder, "diff new.yaml new.yaml");
    assert_eq!(text(&same), "no right was gained or lost\n");
}

/// 5,000 roles, 10,000 bindings and 20,000 subjects take seconds.
#[test]
fn a_large_cluster_takes_seconds() {
    let folder = folder("large");
    let mut world = String::new();
    for role in 0..5_000 {
        let _ = write!(
            world,
            "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: r{role}, namespace: n{}}}\n\
             rules:\n- {{apiGroups: ['', apps], resources: [pods, deployments, r{role}], verbs: [get, list, create]}}\n\
             - {{apiGroups: [''], resources: [secrets], resourceNames: [a], verbs: [get]}}\n",
            role % 500
        );
    }
    for binding in 0..10_000 {
        let _ = write!(
            world,
            "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: b{binding}, namespace: n{}}}\n\
             roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: r{}}}\n\
             subjects:\n- {{kind: ServiceAccount, name: a{binding}}}\n- {{kind: User, name: u{binding}}}\n",
            binding % 500,
            binding % 5_000
        );
    }
    fs::write(folder.join("large.yaml"), world).unwrap();
    let begun = Instant::now();
    let output = access(&folder, "risks large.yaml --format json --quiet");
    let risks = begun.elapsed();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["objects"], 15_000);
    let begun = Instant::now();
    let output = access(&folder, "who get r7.apps -n n7 large.yaml");
    assert!(text(&output).contains("sa:n7/a7\n"));
    eprintln!("risks {risks:?}, who {:?}", begun.elapsed());
    // Without optimisation, on a machine that does much else.
    assert!(risks < Duration::from_mins(1), "{risks:?}");
}
