//! Reads Kubernetes' own API server: every way to sign in, every kind, in small pages, with all rights
//! and with few.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests"
)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use plimsoll_cluster::{Choice, ClusterError, Item, Options, Read, Surroundings, Timeouts, Wanted};
use plimsoll_test_cluster::Cluster;
use serde_json::{Value, json};

/// Stands in Secrets, and nowhere in what is read.
const SECRET: &str = "aHVudGVyMg==";

#[test]
fn a_real_cluster_is_read() {
    let cluster = Cluster::start();
    fill(&cluster);
    everything(&cluster);
    one_namespace(&cluster);
    ways_to_sign_in(&cluster);
    refusals(&cluster);
    few_rights(&cluster);
}

fn options(kubeconfig: &Path) -> Options {
    Options {
        choice: Choice {
            kubeconfig: Some(kubeconfig.to_owned()),
            context: None,
        },
        timeouts: Timeouts {
            pause: Duration::from_millis(1),
            plugin: Duration::from_secs(10),
            ..Timeouts::default()
        },
        page: 50,
    }
}

fn read(
    options: &Options,
    around: &Surroundings,
    namespaces: &[&str],
) -> Result<(Vec<Item>, Read), ClusterError> {
    let mut cluster = plimsoll_cluster::Cluster::connect(options, around)?;
    let namespaces: Vec<String> = namespaces.iter().map(|&name| name.to_owned()).collect();
    let mut items = Vec::new();
    let wanted = Wanted {
        namespaces: &namespaces,
        is_kind: &|resource| !resource.is_derived(),
    };
    let read = cluster.read(&wanted, &mut |item| {
        items.push(item);
        true
    })?;
    Ok((items, read))
}

/// Objects of many kinds, more than a page of some.
fn fill(cluster: &Cluster) {
    let admin = cluster.admin();
    for name in ["shop", "bank"] {
        cluster.namespace(name, &json!({"team": name}));
    }
    let pod = json!({"containers": [{"name": "a", "image": "registry.example/a:1"}]});
    let labels = json!({"app": "a"});
    let workload = json!({
        "selector": {"matchLabels": labels}, "replicas": 0,
        "template": {"metadata": {"labels": labels}, "spec": pod},
    });
    let mut objects = Vec::new();
    let core = "/api/v1/namespaces/shop";
    for number in 0..120 {
        let metadata = json!({"name": format!("a{number}")});
        objects.push((
            format!("{core}/configmaps"),
            json!({
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "# b"},
            }),
        ));
        objects.push((
            format!("{core}/secrets"),
            json!({
                "apiVersion": "v1", "kind": "Secret", "data": {"a": SECRET},
                "metadata": {"name": format!("a{number}"), "annotations": {
                    "kubectl.kubernetes.io/last-applied-configuration": SECRET,
                }},
            }),
        ));
        objects.push((
            format!("{core}/pods"),
            json!({
                "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod,
            }),
        ));
        objects.push(("/apis/apps/v1/namespaces/bank/deployments".to_owned(), json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": workload,
        })));
    }
    objects.push(("/apis/apps/v1/namespaces/bank/replicasets".to_owned(), json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet", "spec": workload,
        "metadata": {"name": "old", "ownerReferences": [{
            "apiVersion": "apps/v1", "kind": "Deployment", "name": "a0", "uid": "u", "controller": true,
        }]},
    })));
    objects.push((
        format!("{core}/secrets"),
        json!({
            "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
            "data": {"token": SECRET}, "metadata": {
                "name": "token", "annotations": {"kubernetes.io/service-account.name": "default"},
            },
        }),
    ));
    admin.parallel(&objects, |client, (path, object)| {
        client.create(path, object)
    });
    let schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    admin.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", &json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "boats.example.com"},
        "spec": {
            "group": "example.com", "scope": "Namespaced",
            "names": {"plural": "boats", "singular": "boat", "kind": "Boat", "listKind": "BoatList"},
            // The newer version is preferred, and each boat is listed once.
            "versions": [
                {"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}},
                {"name": "v1beta1", "served": true, "storage": false, "schema": {"openAPIV3Schema": schema}},
            ],
        },
    }));
    let boats = "/apis/example.com/v1/namespaces/shop/boats";
    while admin.get(boats).status != 200 {
        std::thread::sleep(Duration::from_millis(20));
    }
    for number in 0..70 {
        admin.create(
            boats,
            &json!({
                "apiVersion": "example.com/v1", "kind": "Boat",
                "metadata": {"name": format!("b{number}")}, "spec": {"load": number},
            }),
        );
    }
}

/// The names that the server gives in one page.
fn names(cluster: &Cluster, path: &str) -> BTreeSet<String> {
    let answer = cluster.admin().get(path);
    let items = answer.body["items"].as_array().unwrap();
    let name = |item: &Value| item["metadata"]["name"].as_str().unwrap().to_owned();
    items.iter().map(name).collect()
}

fn of_kind<'a>(items: &'a [Item], kind: &str) -> Vec<&'a Item> {
    items.iter().filter(|item| item.kind == kind).collect()
}

fn everything(cluster: &Cluster) {
    let options = options(&cluster.kubeconfig("admin"));
    let (items, report) = read(&options, &Surroundings::default(), &[]).unwrap();
    assert_eq!(report.unknowns, []);
    assert_eq!(report.objects, items.len() as u64);
    for (kind, path) in [
        ("ConfigMap", "/api/v1/configmaps"),
        ("Secret", "/api/v1/secrets"),
        ("Pod", "/api/v1/pods"),
        ("Deployment", "/apis/apps/v1/deployments"),
        ("Boat", "/apis/example.com/v1/boats"),
        (
            "ClusterRole",
            "/apis/rbac.authorization.k8s.io/v1/clusterroles",
        ),
        ("Namespace", "/api/v1/namespaces"),
        (
            "FlowSchema",
            "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas",
        ),
    ] {
        let found = of_kind(&items, kind);
        let set: BTreeSet<String> = found.iter().map(|item| item.name.clone()).collect();
        assert_eq!(set, names(cluster, path), "{kind}");
        let places: BTreeSet<String> = found.iter().map(|item| item.display()).collect();
        assert_eq!(places.len(), found.len(), "{kind} is listed twice");
    }
    for kind in [
        "Event",
        "Lease",
        "Endpoints",
        "EndpointSlice",
        "ControllerRevision",
    ] {
        assert_eq!(of_kind(&items, kind).len(), 0, "{kind}");
    }
    for item in &items {
        let text = std::str::from_utf8(&item.json).unwrap();
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(value["kind"], *item.kind);
        assert_eq!(value["apiVersion"], *item.api_version);
        assert!(
            !text.contains(SECRET) && !text.contains("managedFields"),
            "{text}"
        );
    }
    let boat = of_kind(&items, "Boat")[0];
    assert_eq!(boat.api_version, "example.com/v1");
    assert_eq!(boat.display(), "shop/Boat/b0");
    let mut tokens = 0;
    for secret in of_kind(&items, "Secret") {
        let value: Value = serde_json::from_slice(&secret.json).unwrap();
        let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
        if secret.name == "token" {
            tokens += 1;
            assert_eq!(keys, ["apiVersion", "kind", "metadata", "type"]);
        } else {
            assert_eq!(keys, ["apiVersion", "kind", "metadata"]);
        }
    }
    assert_eq!(tokens, 1);
    let old = of_kind(&items, "ReplicaSet")[0];
    assert!(old.is_idle && old.owner.as_deref() == Some("u"), "{old:?}");
    // The same again, byte for byte.
    let (again, _) = read(&options, &Surroundings::default(), &[]).unwrap();
    assert!(items == again);
    // The release.
    let reader = plimsoll_cluster::Cluster::connect(&options, &Surroundings::default()).unwrap();
    assert_eq!(reader.version().unwrap().minor, 36);
    assert_eq!(reader.name(), "admin");
    assert_eq!(reader.server(), cluster.url());
}

fn one_namespace(cluster: &Cluster) {
    let options = options(&cluster.kubeconfig("admin"));
    let (items, report) = read(&options, &Surroundings::default(), &["shop"]).unwrap();
    assert_eq!(report.unknowns, []);
    assert_eq!(of_kind(&items, "Pod").len(), 120);
    assert_eq!(of_kind(&items, "Deployment").len(), 0);
    assert_eq!(of_kind(&items, "ClusterRole").len(), 0);
    assert_eq!(of_kind(&items, "Namespace").len(), 1);
    let error = read(&options, &Surroundings::default(), &["none"]).unwrap_err();
    assert!(
        error.to_string().contains("has no namespace `none`"),
        "{error}"
    );
    let error = read(&options, &Surroundings::default(), &["../shop"]).unwrap_err();
    assert!(error.to_string().contains("is no name"), "{error}");
}

/// A kubeconfig with this user and cluster.
fn write(cluster: &Cluster, name: &str, user: &Value, server: &Value) -> PathBuf {
    let path = cluster.folder().join(name);
    let mut entry = json!({"server": cluster.url(), "certificate-authority": "ca.crt"});
    for (key, value) in server.as_object().unwrap() {
        entry[key] = value.clone();
    }
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": name,
        "clusters": [{"name": "c", "cluster": entry}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": name, "context": {"cluster": "c", "user": "u"}}],
    });
    fs::write(&path, config.to_string()).unwrap();
    path
}

/// Who the server takes us for: carol and jane are told by what they may not.
fn ways_to_sign_in(cluster: &Cluster) {
    use base64::Engine;
    let folder = cluster.folder();
    let may_all = |path: &Path, around: &Surroundings| {
        let (items, report) = read(&options(path), around, &["shop"]).unwrap();
        assert_eq!(report.unknowns, [], "{}", path.display());
        assert!(items.len() > 300);
    };
    let around = Surroundings::default();
    fs::write(folder.join("token"), "admin-token\n").unwrap();
    may_all(
        &write(
            cluster,
            "token-file",
            &json!({"tokenFile": "token"}),
            &json!({}),
        ),
        &around,
    );

    // A certificate, as a file and in the kubeconfig itself.
    bind_admin(cluster, "carol");
    let user = json!({"client-certificate": "carol.crt", "client-key": "carol.key"});
    may_all(&write(cluster, "certificate", &user, &json!({})), &around);
    let encoded = |name: &str| {
        let bytes = fs::read(folder.join(name)).unwrap();
        base64::engine::general_purpose::STANDARD.encode(bytes)
    };
    let user = json!({
        "client-certificate-data": encoded("carol.crt"), "client-key-data": encoded("carol.key"),
    });
    let server =
        json!({"certificate-authority-data": encoded("ca.crt"), "certificate-authority": ""});
    may_all(&write(cluster, "data", &user, &server), &around);

    // Another name on the certificate than in the address.
    let user = json!({"token": "admin-token"});
    let server = json!({"tls-server-name": "cluster.example"});
    may_all(&write(cluster, "server-name", &user, &server), &around);
    let server = json!({"certificate-authority": "", "insecure-skip-tls-verify": true});
    may_all(&write(cluster, "unverified", &user, &server), &around);

    // For somebody else.
    let user = json!({"token": "admin-token", "as": "jane"});
    let error = read(
        &options(&write(cluster, "as", &user, &json!({}))),
        &around,
        &[],
    )
    .unwrap_err();
    assert!(
        error.to_string().contains("lets us list nothing"),
        "{error}"
    );

    plugins(cluster);

    // Several files: the current context of the first that has one, entries of all.
    let first = folder.join("first");
    fs::write(&first, "current-context: admin\n").unwrap();
    let list = format!(
        "{}::{}/none:{}",
        first.display(),
        folder.display(),
        cluster.kubeconfig("admin").display()
    );
    let around = Surroundings {
        kubeconfig: Some(list.into()),
        ..Surroundings::default()
    };
    let several = Options {
        choice: Choice::default(),
        ..options(Path::new(""))
    };
    assert!(read(&several, &around, &["shop"]).is_ok());

    // ~/.kube/config, and the service account of a pod.
    let home = folder.join("home");
    fs::create_dir_all(home.join(".kube")).unwrap();
    fs::copy(cluster.kubeconfig("admin"), home.join(".kube/config")).unwrap();
    let around = Surroundings {
        home: Some(home),
        ..Surroundings::default()
    };
    assert!(read(&several, &around, &["shop"]).is_ok());
    let port = cluster.url().rsplit(':').next().unwrap().to_owned();
    let around = Surroundings {
        service: Some(("127.0.0.1".to_owned(), port)),
        service_account: Some(folder.to_owned()),
        ..Surroundings::default()
    };
    let reader = plimsoll_cluster::Cluster::connect(&several, &around).unwrap();
    assert_eq!(reader.name(), "in-cluster");
    assert!(read(&several, &around, &["shop"]).is_ok());
}

/// Programs that hand out a token; the first one of the second is one that has expired.
fn plugins(cluster: &Cluster) {
    let folder = cluster.folder();
    let program = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    };
    let exec = |name: &str| {
        json!({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": format!("./{name}"),
            "args": ["jane"], "env": [{"name": "WHO", "value": "admin"}],
            "interactiveMode": "Never", "provideClusterInfo": true,
            "installHint": "install it",
        }})
    };
    let answer = r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$TOKEN'"}}"#;
    program(
        "good",
        &format!(
            r#"case $KUBERNETES_EXEC_INFO in *'"interactive":false'*https://127*|*https://127*) ;; *) exit 3;; esac
[ "$1" = jane ] || exit 4
TOKEN=$WHO-token; echo '{answer}'"#
        ),
    );
    let ask = |name: &str| {
        let path = write(cluster, &format!("exec-{name}"), &exec(name), &json!({}));
        read(&options(&path), &Surroundings::default(), &["shop"])
    };
    assert_eq!(ask("good").unwrap().1.unknowns, []);
    program(
        "expires",
        &format!(
            r"cd {}; if [ -e used ]; then TOKEN=admin-token; else TOKEN=old; fi; touch used; echo '{answer}'",
            folder.display()
        ),
    );
    assert!(ask("expires").is_ok());
    let refused = |name: &str, text: &str, words: &str| {
        program(name, text);
        let error = ask(name).unwrap_err().to_string();
        assert!(error.contains(words), "{name}: {error}");
    };
    refused("fails", "echo please log in >&2; exit 1", "please log in");
    refused("babbles", "echo hello", "no ExecCredential");
    refused(
        "empty",
        r#"echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{}}'"#,
        "neither token",
    );
    let path = write(cluster, "exec-none", &exec("none"), &json!({}));
    let error = read(&options(&path), &Surroundings::default(), &[]).unwrap_err();
    assert_eq!(error.hint(), Some("install it"));
    // Slow, with a child that holds its output open.
    program("slow", "sleep 20 & wait");
    let path = write(cluster, "exec-slow", &exec("slow"), &json!({}));
    let mut impatient = options(&path);
    impatient.timeouts.plugin = Duration::from_millis(200);
    let error = read(&impatient, &Surroundings::default(), &[])
        .unwrap_err()
        .to_string();
    assert!(error.contains("no answer within"), "{error}");
}

fn bind_admin(cluster: &Cluster, user: &str) {
    let path = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
    cluster.admin().create(path, &json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": {"name": format!("{user}-all")},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
    }));
}

/// What keeps everything from being read is an error that says what to do.
fn refusals(cluster: &Cluster) {
    let token = json!({"token": "admin-token"});
    let none = json!({});
    let carol = fs::read_to_string(cluster.client_certificate().0).unwrap();
    fs::write(cluster.folder().join("other.crt"), carol).unwrap();
    let cases = [
        (
            json!({"token": "wrong"}),
            none.clone(),
            "does not accept our credentials (401)",
            "sign in again",
        ),
        (
            token.clone(),
            json!({"certificate-authority": "other.crt"}),
            "certificate",
            "another authority",
        ),
        (
            token.clone(),
            json!({"tls-server-name": "elsewhere.example"}),
            "certificate",
            "tls-server-name",
        ),
        (
            token.clone(),
            json!({"server": "https://127.0.0.1:1"}),
            "efused",
            "is the cluster up",
        ),
        (
            token.clone(),
            json!({"server": "https://nowhere.invalid"}),
            "",
            "is the",
        ),
        (
            token.clone(),
            json!({"server": "ftp://127.0.0.1"}),
            "neither https: nor http:",
            "",
        ),
        (
            token.clone(),
            json!({"server": "http://192.0.2.1"}),
            "without TLS",
            "https://",
        ),
        (token.clone(), json!({"server": ""}), "has no `server`", ""),
        (
            token.clone(),
            json!({"certificate-authority": "none.crt"}),
            "none.crt",
            "",
        ),
        (
            json!({"token": "a\nb"}),
            none.clone(),
            "header",
            "no header may have",
        ),
        (
            json!({"auth-provider": {"name": "gcp"}}),
            none.clone(),
            "auth provider `gcp`",
            "anew",
        ),
        (
            json!({"client-certificate": "carol.crt"}),
            none.clone(),
            "without a key",
            "",
        ),
        (
            json!({"client-certificate-data": "%", "client-key-data": "%"}),
            none,
            "no base64",
            "",
        ),
    ];
    for (number, (user, server, words, hint)) in cases.into_iter().enumerate() {
        let path = write(cluster, &format!("refused-{number}"), &user, &server);
        let error = read(&options(&path), &Surroundings::default(), &[]).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(words), "{number}: {text}");
        assert!(
            error.hint().unwrap_or_default().contains(hint),
            "{number}: {text}: {:?}",
            error.hint()
        );
    }
    let mut elsewhere = options(&cluster.kubeconfig("admin"));
    elsewhere.choice.context = Some("none".to_owned());
    let error = read(&elsewhere, &Surroundings::default(), &[]).unwrap_err();
    assert_eq!(error.hint(), Some("its contexts: admin"));
    let nowhere = Options {
        choice: Choice::default(),
        ..options(Path::new(""))
    };
    let error = read(&nowhere, &Surroundings::default(), &[]).unwrap_err();
    assert!(error.hint().unwrap().contains("--kubeconfig"), "{error}");
}

/// Who may list only pods of one namespace sees those, and is told the rest.
fn few_rights(cluster: &Cluster) {
    let admin = cluster.admin();
    let rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop";
    let api = "rbac.authorization.k8s.io/v1";
    admin.create(
        &format!("{rbac}/roles"),
        &json!({
            "apiVersion": api, "kind": "Role", "metadata": {"name": "pods"},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}],
        }),
    );
    admin.create(
        &format!("{rbac}/rolebindings"),
        &json!({
            "apiVersion": api, "kind": "RoleBinding", "metadata": {"name": "jane"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "pods"},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "jane"}],
        }),
    );
    let jane = options(&cluster.kubeconfig("jane"));
    let mut seen = read(&jane, &Surroundings::default(), &["shop"]);
    for _ in 0..100 {
        // The authorizer learns of the binding a moment later.
        if seen.is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
        seen = read(&jane, &Surroundings::default(), &["shop"]);
    }
    let (items, report) = seen.unwrap();
    assert_eq!(items.len(), 120);
    assert!(items.iter().all(|item| item.kind == "Pod"));
    let reasons: Vec<&str> = report
        .unknowns
        .iter()
        .map(|unknown| &*unknown.reason)
        .collect();
    for reason in [
        "may not get the namespace itself, with its labels",
        "may not list secrets in the namespace shop (403)",
        "may not list deployments.apps in the namespace shop (403)",
    ] {
        assert!(reasons.contains(&reason), "{reasons:?}");
    }
    let error = read(&jane, &Surroundings::default(), &[]).unwrap_err();
    assert!(error.hint().unwrap().contains("ClusterRole"), "{error}");
}
