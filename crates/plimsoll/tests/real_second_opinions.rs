//! The applications of `applications/`, as others see them.
//!
//! checkov (PyPI, in an environment of its own: `script/checkov-test.txt`) is asked what is wrong with
//! the same files. Where it has a check that ours is called by as well, the two must say the same of
//! each object, or the difference stands in the list below with its reason;
//! `docs/reference/second-opinions.md` tells them to users.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn applications() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/applications")
}

/// A folder that the environment names, with what must be in it.
fn tool(variable: &str, path: &str, needs: &str) -> PathBuf {
    let Some(folder) = std::env::var_os(variable) else {
        panic!("${variable} is not set: it names the folder with {needs}; see script/test");
    };
    let path = PathBuf::from(folder).join(path);
    assert!(path.exists(), "{} is missing: {needs}", path.display());
    path
}

fn plimsoll(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["check", "."])
        .args(arguments)
        .current_dir(applications())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    output.stdout
}

/// What code scanning services are given is what they take.
#[test]
fn sarif_by_its_validator() {
    let tool = tool(
        "PLIMSOLL_TEST_NPM",
        "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool",
        "the packages of script/npm-test.txt",
    );
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("applications-sarif");
    std::fs::create_dir_all(&folder).unwrap();
    let (file, told) = (folder.join("all.sarif"), folder.join("told.sarif"));
    std::fs::write(
        &file,
        plimsoll(&["--persona", "auditor", "--format", "sarif"]),
    )
    .unwrap();
    let output = Command::new(tool)
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .args(["validate", "--log", "ForceOverwrite", "--output"])
        .arg(&told)
        .arg(&file)
        .output()
        .unwrap();
    let text = std::fs::read_to_string(&told).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let log: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let errors: Vec<_> = results
        .iter()
        .filter(|result| result["level"] == "error")
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// Id of checkov's check, and the object as `Kind namespace/name`.
type Said = BTreeSet<(String, String)>;

/// What ours say under checkov's ids, an object without a namespace as checkov names it.
fn ours() -> Said {
    let text = plimsoll(&["--persona", "auditor", "--format", "json"]);
    let report: Value = serde_json::from_slice(&text).unwrap();
    let mut said = Said::new();
    for finding in report["findings"].as_array().unwrap() {
        let subject = finding["subject"].as_str().unwrap();
        let object = subject.split(", container ").next().unwrap();
        let object = match object.split_once(' ') {
            Some((kind, name)) if !name.contains('/') => format!("{kind} default/{name}"),
            _ => object.to_owned(),
        };
        for alias in finding["aliases"].as_array().into_iter().flatten() {
            let alias = alias.as_str().unwrap();
            if alias.starts_with("CKV") {
                said.insert((alias.to_owned(), object.clone()));
            }
        }
    }
    said
}

/// What checkov says.
fn checkov() -> Said {
    let program = tool(
        "PLIMSOLL_TEST_CHECKOV",
        "bin/checkov",
        "the packages of script/checkov-test.txt",
    );
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("checkov-home");
    std::fs::create_dir_all(&home).unwrap();
    let output = Command::new(program)
        .args([
            "--directory",
            ".",
            "--framework",
            "kubernetes",
            "--output",
            "json",
        ])
        .args([
            "--compact",
            "--quiet",
            "--soft-fail",
            "--download-external-modules",
            "false",
        ])
        .env("HOME", home)
        .env("BC_SKIP_MAPPING", "TRUE")
        .current_dir(applications())
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let mut said = Said::new();
    for failed in report["results"]["failed_checks"].as_array().unwrap() {
        let words: Vec<&str> = failed["resource"]
            .as_str()
            .unwrap()
            .splitn(3, '.')
            .collect();
        let [kind, namespace, name] = words[..] else {
            panic!("{failed}");
        };
        let id = failed["check_id"].as_str().unwrap();
        said.insert((id.to_owned(), format!("{kind} {namespace}/{name}")));
    }
    said
}

/// What one of the two says alone of these objects, and why.
struct Difference {
    id: &'static str,
    objects: &'static [&'static str],
    why: &'static str,
}

const WINDOWS: &[&str] = &[
    "DaemonSet finance/windows-agent",
    "Deployment finance/billing",
];
const WINDOWS_WHY: &str =
    "Windows has none of this: the field is not allowed with `os.name: windows`";
const POD: &[&str] = &["Pod research/notebook-jane"];
const ALL_RIGHTS: &[&str] = &["ClusterRole default/database-operator"];
const ALL_RIGHTS_WHY: &str = "every right of every group is told once, by `all-rights-role`";
const POLICY: &[&str] = &["PodSecurityPolicy default/everything"];
const POLICY_WHY: &str = "the kind is gone since v1.25, `removed-api-version` says so; what it would allow allows nothing";
const ROLE_WHY: &str = "it is told at the rule of the role, bound or not; checkov looks from \
                        bindings of service accounts, and only at the attributes of some of them";

/// Ours alone.
const OURS: &[Difference] = &[
    Difference {
        id: "CKV2_K8S_1",
        objects: &["ClusterRole default/database-helper"],
        why: ROLE_WHY,
    },
    Difference {
        id: "CKV2_K8S_2",
        objects: &[
            "ClusterRole default/collector",
            "ClusterRole default/database-helper",
        ],
        why: ROLE_WHY,
    },
    Difference {
        id: "CKV2_K8S_3",
        objects: &["ClusterRole default/database-helper"],
        why: ROLE_WHY,
    },
    Difference {
        id: "CKV2_K8S_5",
        objects: &[
            "ClusterRole default/collector",
            "ClusterRole default/ingress-controller",
        ],
        why: ROLE_WHY,
    },
    Difference {
        id: "CKV2_K8S_6",
        objects: &[
            "CronJob data/nightly-dump",
            "Deployment cache/redis-leader",
            "Deployment default/runner",
            "Deployment finance/billing",
            "Deployment ingress/ingress-controller",
            "Deployment legacy/intranet",
            "Deployment operators/database-operator",
            "Deployment shop/storefront",
            "Pod research/notebook-jane",
            "StatefulSet messaging/prod-queue",
            "StatefulSet streaming/kafka",
        ],
        why: "checkov takes a policy of another namespace with an empty selector for one of this; \
              ours is told once a namespace, at its first workload",
    },
    Difference {
        id: "CKV_K8S_10",
        objects: POD,
        why: "checkov does not decide where `resources` has limits but no `requests`",
    },
    Difference {
        id: "CKV_K8S_12",
        objects: POD,
        why: "checkov does not decide where `resources` has limits but no `requests`",
    },
    Difference {
        id: "CKV_K8S_14",
        objects: POD,
        why: "`cuda-latest` moves as `latest` does",
    },
    Difference {
        id: "CKV_K8S_15",
        objects: &[
            "Deployment ingress/ingress-controller",
            "Deployment orders/orders",
        ],
        why: "checkov passes every image with a digest; that it may be used without leave of the \
              registry stays true (heard by auditors only)",
    },
    Difference {
        id: "CKV_K8S_28",
        objects: &["DaemonSet monitoring/node-exporter"],
        why: "the restricted standard allows to add NET_BIND_SERVICE only, SYS_TIME is added",
    },
    Difference {
        id: "CKV_K8S_37",
        objects: &["DaemonSet monitoring/node-exporter"],
        why: "the restricted standard allows to add NET_BIND_SERVICE only, SYS_TIME is added",
    },
    Difference {
        id: "CKV_K8S_49",
        objects: &["ClusterRole default/ingress-controller"],
        why: "checkov looks at the first rule of a role only",
    },
];

/// checkov's alone.
const CHECKOVS: &[Difference] = &[
    Difference {
        id: "CKV2_K8S_5",
        objects: &["ClusterRoleBinding default/collector"],
        why: ROLE_WHY,
    },
    Difference {
        id: "CKV_K8S_155",
        objects: ALL_RIGHTS,
        why: ALL_RIGHTS_WHY,
    },
    Difference {
        id: "CKV_K8S_156",
        objects: ALL_RIGHTS,
        why: ALL_RIGHTS_WHY,
    },
    Difference {
        id: "CKV_K8S_157",
        objects: ALL_RIGHTS,
        why: ALL_RIGHTS_WHY,
    },
    Difference {
        id: "CKV_K8S_158",
        objects: ALL_RIGHTS,
        why: ALL_RIGHTS_WHY,
    },
    Difference {
        id: "CKV_K8S_2",
        objects: POLICY,
        why: POLICY_WHY,
    },
    Difference {
        id: "CKV_K8S_5",
        objects: POLICY,
        why: POLICY_WHY,
    },
    Difference {
        id: "CKV_K8S_6",
        objects: POLICY,
        why: POLICY_WHY,
    },
    Difference {
        id: "CKV_K8S_7",
        objects: POLICY,
        why: POLICY_WHY,
    },
    Difference {
        id: "CKV_K8S_32",
        objects: POLICY,
        why: POLICY_WHY,
    },
    Difference {
        id: "CKV_K8S_36",
        objects: POLICY,
        why: POLICY_WHY,
    },
    Difference {
        id: "CKV_K8S_20",
        objects: WINDOWS,
        why: WINDOWS_WHY,
    },
    Difference {
        id: "CKV_K8S_22",
        objects: WINDOWS,
        why: WINDOWS_WHY,
    },
    Difference {
        id: "CKV_K8S_28",
        objects: WINDOWS,
        why: WINDOWS_WHY,
    },
    Difference {
        id: "CKV_K8S_31",
        objects: WINDOWS,
        why: WINDOWS_WHY,
    },
    Difference {
        id: "CKV_K8S_37",
        objects: WINDOWS,
        why: WINDOWS_WHY,
    },
    Difference {
        id: "CKV_K8S_21",
        objects: &[
            "Deployment default/runner",
            "Deployment default/wordpress",
            "Deployment default/wordpress-mysql",
            "RoleBinding default/runner-deploys",
            "Service default/wordpress",
            "Service default/wordpress-mysql",
            "ServiceAccount default/runner",
        ],
        why: "a file without a namespace leaves it to who applies it; ours speaks where \
              `default` is written",
    },
    Difference {
        id: "CKV_K8S_25",
        objects: &["Deployment ingress/ingress-controller"],
        why: "NET_BIND_SERVICE may be added under both standards",
    },
    Difference {
        id: "CKV_K8S_29",
        objects: &[
            "CronJob data/nightly-dump",
            "CronJob legacy/cleanup",
            "DaemonSet logging/collector",
            "Deployment default/runner",
            "Deployment default/wordpress",
            "Deployment default/wordpress-mysql",
            "Deployment ingress/ingress-controller",
            "Deployment legacy/intranet",
            "Deployment operators/database-operator",
            "Deployment shop/storefront",
            "Pod research/notebook-jane",
            "StatefulSet data/postgres",
        ],
        why: "asks for any security context at all, which says nothing; what belongs into it are \
              checks of their own",
    },
    Difference {
        id: "CKV_K8S_30",
        objects: &[
            "CronJob data/nightly-dump",
            "CronJob legacy/cleanup",
            "DaemonSet finance/windows-agent",
            "Deployment default/runner",
            "Deployment default/wordpress",
            "Deployment default/wordpress-mysql",
            "Deployment finance/billing",
            "Deployment legacy/intranet",
            "Deployment operators/database-operator",
            "Deployment shop/storefront",
            "StatefulSet data/postgres",
            "StatefulSet streaming/kafka",
        ],
        why: "asks for any security context at all, which says nothing; what belongs into it are \
              checks of their own",
    },
    Difference {
        id: "CKV_K8S_40",
        objects: &[
            "CronJob data/nightly-dump",
            "CronJob legacy/cleanup",
            "DaemonSet finance/windows-agent",
            "DaemonSet logging/collector",
            "Deployment default/runner",
            "Deployment default/wordpress",
            "Deployment default/wordpress-mysql",
            "Deployment finance/billing",
            "Deployment legacy/intranet",
            "Deployment operators/database-operator",
            "Deployment shop/storefront",
            "Pod research/notebook-jane",
            "StatefulSet data/postgres",
            "StatefulSet streaming/kafka",
        ],
        why: "without `runAsUser` the image decides, `root-user-possible` says so, and user 0 is \
              `root-user`; Windows has no user numbers",
    },
    Difference {
        id: "CKV_K8S_8",
        objects: POD,
        why: "a pod of its own is behind no service that is here; `naked-pod` is what is wrong",
    },
    Difference {
        id: "CKV_K8S_9",
        objects: POD,
        why: "a pod of its own is behind no service that is here; `naked-pod` is what is wrong",
    },
];

/// Both say the same, or the difference is explained; no explanation outlives its difference.
#[test]
fn checkov_says_the_same_or_it_is_explained() {
    let (ours, theirs) = (ours(), checkov());
    // A tool that finds nothing agrees with everything.
    let both = ours.intersection(&theirs).count();
    assert!(both >= 200, "{both}");
    let mut wrong: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (side, list, said, other) in [
        ("only ours", OURS, &ours, &theirs),
        ("only checkov's", CHECKOVS, &theirs, &ours),
    ] {
        let explained: BTreeSet<(&str, &str)> = list
            .iter()
            .inspect(|difference| assert!(difference.why.len() > 20))
            .flat_map(|difference| {
                difference
                    .objects
                    .iter()
                    .map(|object| (difference.id, *object))
            })
            .collect();
        let alone: BTreeSet<(&str, &str)> = said
            .difference(other)
            .map(|(id, object)| (id.as_str(), object.as_str()))
            .collect();
        for (id, object) in alone.difference(&explained) {
            let key = format!("{id}, {side}, not explained");
            wrong.entry(key).or_default().push((*object).to_owned());
        }
        for (id, object) in explained.difference(&alone) {
            let key = format!("{id}, {side}, explained but there is no difference");
            wrong.entry(key).or_default().push((*object).to_owned());
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
