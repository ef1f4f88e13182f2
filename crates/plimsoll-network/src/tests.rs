//! What the specifications say where it is easily got wrong.

use std::net::IpAddr;

use super::connection::{Connections, Protocol};
use super::flows::{Filter, Flow, each, folded};
use super::generate::{draft, generate};
use super::prove::{Proof, Property};
use super::*;
use plimsoll_object::File;

/// Two namespaces, three pods: a/web, a/db, b/job.
const PODS: &str = r"
{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {env: prod}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: b}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: a}, spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: db, namespace: a}, spec: {template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, ports: [{name: http, containerPort: 9090}]}]}}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: job, namespace: b}, spec: {template: {metadata: {labels: {app: job}}, spec: {containers: [{name: c}]}}}}
";

fn cluster(more: &str) -> Cluster {
    read([File {
        name: "cluster.yaml".to_owned(),
        bytes: format!("{PODS}---\n{more}").into_bytes(),
    }])
}

fn policy(namespace: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: {namespace}}}, spec: {spec}}}\n"
    )
}

fn at(cluster: &Cluster, name: &str) -> usize {
    let all = cluster.by_display();
    *all.iter().find(|(is, _)| is.starts_with(name)).unwrap().1
}

fn between(cluster: &Cluster, from: &str, to: &str) -> Connections {
    let reach = Reach::new(cluster);
    reach.connections(reach.row(at(cluster, from))[at(cluster, to)])
}

fn text(cluster: &Cluster, from: &str, to: &str) -> String {
    between(cluster, from, to).to_string()
}

/// What each spec leaves of a/web's openness: from b/job, and to b/job.
#[test]
fn absent_and_empty_differ() {
    for (spec, back, forth) in [
        ("{podSelector: {}}", "nothing", "everything"),
        ("{}", "nothing", "everything"),
        (
            "{podSelector: {}, policyTypes: []}",
            "nothing",
            "everything",
        ),
        ("{podSelector: {}, egress: []}", "nothing", "everything"),
        ("{podSelector: {}, egress: [{}]}", "nothing", "everything"),
        (
            "{podSelector: {}, policyTypes: [Egress]}",
            "everything",
            "nothing",
        ),
        (
            "{podSelector: {}, policyTypes: [Egress], ingress: [{}]}",
            "everything",
            "nothing",
        ),
        (
            "{podSelector: {}, ingress: [{}]}",
            "everything",
            "everything",
        ),
        (
            "{podSelector: {}, ingress: [null]}",
            "everything",
            "everything",
        ),
        (
            "{podSelector: {}, ingress: [{from: []}]}",
            "everything",
            "everything",
        ),
        (
            "{podSelector: {}, ingress: [{ports: []}]}",
            "everything",
            "everything",
        ),
        (
            "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}",
            "nothing",
            "everything",
        ),
        (
            "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}",
            "everything",
            "everything",
        ),
        (
            "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: b}}}]}]}",
            "everything",
            "everything",
        ),
        (
            "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: other}}}]}]}",
            "nothing",
            "everything",
        ),
        (
            "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}, {podSelector: {matchLabels: {app: other}}}]}]}",
            "everything",
            "everything",
        ),
        (
            "{podSelector: {}, ingress: [{ports: [{port: 80}]}]}",
            "TCP 80",
            "everything",
        ),
        (
            "{podSelector: {}, ingress: [{ports: [{protocol: UDP}]}]}",
            "UDP all",
            "everything",
        ),
        (
            "{podSelector: {}, ingress: [{ports: [{}]}]}",
            "TCP all",
            "everything",
        ),
        (
            "{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 90}, {port: 88, endPort: 99}]}]}",
            "TCP 80-99",
            "everything",
        ),
        (
            "{podSelector: {}, ingress: [{ports: [{port: http}]}]}",
            "TCP 8080",
            "everything",
        ),
        (
            "{podSelector: {}, ingress: [{ports: [{port: http, protocol: UDP}]}]}",
            "nothing",
            "everything",
        ),
        (
            "{podSelector: {}, ingress: [{ports: [{port: other}]}]}",
            "nothing",
            "everything",
        ),
        (
            "{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}}",
            "everything",
            "everything",
        ),
    ] {
        let cluster = cluster(&policy("a", spec));
        assert_eq!(cluster.unknowns, [], "{spec}");
        assert_eq!(text(&cluster, "b/job", "a/web"), back, "{spec}");
        assert_eq!(text(&cluster, "a/web", "b/job"), forth, "{spec}");
    }
}

/// A name means the port of each destination, whichever side says it.
#[test]
fn names_of_ports_are_the_destinations() {
    let cluster = cluster(&policy(
        "b",
        "{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: http}]}]}",
    ));
    assert_eq!(text(&cluster, "b/job", "a/web"), "TCP 8080");
    assert_eq!(text(&cluster, "b/job", "a/db"), "TCP 9090");
    let reach = Reach::new(&cluster);
    assert_eq!(reach.to_outside(at(&cluster, "b/job")), []);
}

/// Nothing that cannot be understood lets anything through, and each is told with its place.
#[test]
fn what_is_not_understood_allows_nothing() {
    for spec in [
        "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/33}}]}]}",
        "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/9]}}]}]}",
        "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}]}]}",
        "{podSelector: {}, ingress: [{from: [{ipBlock: {}}]}]}",
        "{podSelector: {}, ingress: [{from: [{}]}]}",
        "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}, podSelector: {}}]}]}",
        "{podSelector: {}, ingress: [{from: [{podSelektor: {}}]}]}",
        "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: a, operator: In}]}}]}]}",
        "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: a, operator: In, values: []}]}}]}]}",
        "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}]}]}",
        "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: a, operator: Like, values: [b]}]}}]}]}",
        "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabel: {a: b}}}]}]}",
        "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {a: 1}}}]}]}",
        "{podSelector: {}, ingress: [{from: {namespaceSelector: {}}}]}",
        "{podSelector: {}, ingress: [{form: [{namespaceSelector: {}}]}]}",
        "{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 79}]}]}",
        "{podSelector: {}, ingress: [{ports: [{port: http, endPort: 79}]}]}",
        "{podSelector: {}, ingress: [{ports: [{endPort: 79}]}]}",
        "{podSelector: {}, ingress: [{ports: [{port: 0}]}]}",
        "{podSelector: {}, ingress: [{ports: [{port: 65536}]}]}",
        "{podSelector: {}, ingress: [{ports: [{port: '80'}]}]}",
        "{podSelector: {}, ingress: [{ports: [{port: 80, protocol: tcp}]}]}",
        "{podSelector: {}, ingress: [{ports: 80}]}",
        "{podSelector: {}, ingress: {}}",
        "{podSelector: {matchExpressions: [{key: app, operator: In}]}, ingress: [{}]}",
        "{podSelector: [], ingress: [{}]}",
        "{podSelector: {}, policyTypes: [ingress], ingress: [{}]}",
        "[]",
    ] {
        let cluster = cluster(&policy("a", spec));
        assert_eq!(text(&cluster, "b/job", "a/web"), "nothing", "{spec}");
        let told = cluster
            .unknowns
            .first()
            .unwrap_or_else(|| panic!("not told: {spec}"));
        let place = told.path.as_deref().unwrap();
        assert!(place.starts_with("cluster.yaml:12:"), "{spec}: {place}");
    }
}

fn admin(kind: &str, spec: &str) -> String {
    let (version, name) = match kind {
        "ClusterNetworkPolicy" => ("v1alpha2", "one"),
        "BaselineAdminNetworkPolicy" => ("v1alpha1", "default"),
        _ => ("v1alpha1", "one"),
    };
    format!(
        "{{apiVersion: policy.networking.k8s.io/{version}, kind: {kind}, metadata: {{name: {name}}}, spec: {spec}}}\n"
    )
}

/// Deny and Pass fail closed.
#[test]
fn administrators_rules_fail_closed() {
    for (action, rest) in [
        (
            "Deny",
            "from: [{pods: {podSelector: {matchLabel: {a: b}}}}]",
        ),
        (
            "Pass",
            "from: [{namespaces: {matchExpressions: [{key: a, operator: In}]}}]",
        ),
        ("Deny", "from: [{}]"),
        ("Deny", "from: []"),
        (
            "Pass",
            "from: [{namespaces: {}}], ports: [{portNumber: {port: 99999}}]",
        ),
        ("Allow", "from: [{namespaces: {}, pods: {}}]"),
        ("Jump", "from: [{namespaces: {}}]"),
    ] {
        let deny = format!(
            "{{priority: 5, subject: {{namespaces: {{}}}}, ingress: [{{action: {action}, {rest}}}, {{action: Deny, from: [{{namespaces: {{}}}}]}}]}}"
        );
        let cluster = cluster(&admin("AdminNetworkPolicy", &deny));
        assert_eq!(
            text(&cluster, "b/job", "a/web"),
            "nothing",
            "{action} {rest}"
        );
        assert!(!cluster.unknowns.is_empty(), "{rest}");
    }
    // Whom it is for is not known: what it denies holds for all, what it allows for nobody.
    let odd = "{priority: 5, subject: {}, ingress: [{action: Allow, from: [{namespaces: {}}]}, {action: Deny, from: [{namespaces: {}}]}]}";
    let cluster = cluster(&admin("AdminNetworkPolicy", odd));
    assert_eq!(text(&cluster, "b/job", "a/web"), "nothing");
}

#[test]
fn tiers_are_asked_in_order() {
    let allow = |kind: &str, action: &str| {
        admin(
            kind,
            &format!(
                "{{priority: 5, tier: Admin, subject: {{namespaces: {{matchLabels: {{env: prod}}}}}}, ingress: [{{action: {action}, from: [{{namespaces: {{}}}}], protocols: [{{tcp: {{destinationPort: {{number: 80}}}}}}]}}]}}"
            ),
        )
    };
    let deny = policy("a", "{podSelector: {}}");
    let baseline = admin(
        "BaselineAdminNetworkPolicy",
        "{subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}], ports: [{portRange: {protocol: TCP, start: 1, end: 100}}]}]}",
    );
    let on = |objects: &[&str]| text(&cluster(&objects.join("---\n")), "b/job", "a/web");
    let accept = allow("ClusterNetworkPolicy", "Accept");
    assert_eq!(on(&[&accept, &deny]), "TCP 80");
    assert_eq!(
        on(&[&allow("ClusterNetworkPolicy", "Pass"), &deny]),
        "nothing"
    );
    assert_eq!(
        on(&[&allow("ClusterNetworkPolicy", "Pass"), &baseline]),
        "TCP 101-65535; UDP all; SCTP all"
    );
    assert_eq!(
        on(&[&accept, &baseline]),
        "TCP 80,101-65535; UDP all; SCTP all"
    );
    assert_eq!(on(&[&deny, &baseline]), "nothing");
}

#[test]
fn contradictions_of_one_priority_are_told() {
    let one = |name: &str, action: &str| {
        admin("AdminNetworkPolicy", &format!("{{priority: 5, subject: {{namespaces: {{}}}}, ingress: [{{action: {action}, from: [{{namespaces: {{}}}}]}}]}}")).replace("name: one", &format!("name: {name}"))
    };
    let cluster = cluster(&format!("{}---\n{}", one("x", "Allow"), one("y", "Deny")));
    let unknowns = Reach::new(&cluster).unknowns;
    assert_eq!(unknowns.len(), 1);
    assert!(unknowns[0].reason.contains("priority 5"), "{unknowns:?}");
}

/// Pods are their owner's, whatever the hash; a circle of owners ends.
#[test]
fn pods_belong_to_their_owners() {
    let pod = |name: &str, owner: &str, labels: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: a, labels: {{{labels}}}, ownerReferences: [{owner}]}}, spec: {{containers: [{{name: c}}]}}, status: {{podIPs: [{{ip: 10.0.0.9}}, {{ip: 'fd00::9'}}]}}}}\n---\n"
        )
    };
    let text = [
        pod("web-5d9-x", "{kind: ReplicaSet, name: web-5d9, controller: true}", "app: web, pod-template-hash: 5d9"),
        pod("x", "{kind: ReplicaSet, name: plain, controller: true}", "app: x"),
        "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: plain, namespace: a, ownerReferences: [{kind: ReplicaSet, name: other}]}, spec: {template: {spec: {containers: []}}}}\n---\n".to_owned(),
        "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: other, namespace: a, ownerReferences: [{kind: ReplicaSet, name: plain}]}, spec: {template: {spec: {containers: []}}}}\n".to_owned(),
    ]
    .concat();
    let cluster = cluster(&text);
    let names: Vec<String> = cluster.by_display().into_keys().collect();
    assert!(names.contains(&"a/web[Deployment]".to_owned()), "{names:?}");
    let endpoints = &cluster.endpoints[cluster.endpoints_of(at(&cluster, "a/web"))];
    let addresses: Vec<Option<IpAddr>> = endpoints.iter().map(|it| it.address).collect();
    assert_eq!(
        addresses.len(),
        2,
        "the template gives way to the pod: {addresses:?}"
    );
}

#[test]
fn ways_in_are_told() {
    let more = "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: a}, spec: {selector: {app: web}, ports: [{name: www, port: 80, targetPort: http}]}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: in, namespace: a}, spec: {defaultBackend: {service: {name: web, port: {name: www}}}}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: gate, namespace: b}, spec: {listeners: [{name: http}]}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: far, namespace: a}, spec: {parentRefs: [{name: gate, namespace: b}], rules: [{backendRefs: [{name: web, port: 80}]}]}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: GRPCRoute, metadata: {name: near, namespace: b}, spec: {parentRefs: [{name: gate}], rules: [{backendRefs: [{name: web, namespace: a, port: 80}]}]}}
";
    let all = |more: &str| {
        let cluster = cluster(more);
        let reach = Reach::new(&cluster);
        let mut out = Vec::new();
        each(&reach, &Filter::default(), |flow| {
            if flow.from == "ingress-controller" {
                out.push(format!("{} {} {}", flow.to, flow.allow, flow.by.join(", ")));
            }
            true
        });
        (out, cluster.unknowns)
    };
    // A listener takes routes of its own namespace only; a Service of another needs a grant.
    let (flows, unknowns) = all(more);
    assert_eq!(flows, ["a/web[Deployment] TCP 8080 Ingress a/in"]);
    assert!(
        unknowns[0].reason.contains("ReferenceGrant"),
        "{unknowns:?}"
    );
    let grant = "---\n{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {name: g, namespace: a}, spec: {from: [{group: gateway.networking.k8s.io, kind: GRPCRoute, namespace: b}], to: [{group: '', kind: Service}]}}\n";
    let (flows, unknowns) = all(&format!("{more}{grant}"));
    assert_eq!(
        flows,
        ["a/web[Deployment] TCP 8080 GRPCRoute b/near, Ingress a/in"]
    );
    assert_eq!(unknowns, []);
    let (flows, _) = all(&format!("{more}---\n{}", policy("a", "{podSelector: {}}")));
    assert!(flows.is_empty(), "{flows:?}");
}

#[test]
fn sentences_are_proven_or_refuted() {
    let cluster = cluster(&policy(
        "a",
        "{podSelector: {}, ingress: [{from: [{podSelector: {}}], ports: [{port: 80}]}]}",
    ));
    let reach = Reach::new(&cluster);
    for (sentence, is_proven) in [
        ("All pods in a accept traffic only from a", true),
        ("a accepts only from a/web, a/db", true),
        ("a accepts only from a/web", false),
        ("b accepts only from b", false),
        ("b never reaches a", true),
        ("a never reaches b", false),
        ("a never reaches world on UDP 53", false),
        ("world never reaches a", true),
        ("a/web reaches a/db on TCP 80", true),
        ("a/web reaches a/db on TCP 81", false),
        ("{app=web} reaches a{app!=web} on TCP 80", true),
        ("a reaches only a", false),
        ("a reaches only *, world", true),
        ("a is isolated", false),
        ("world reaches b", true),
        ("a never reaches 169.254.169.254", false),
        ("b never reaches a on TCP 80", true),
    ] {
        let proof = Property::parse(sentence, &cluster).unwrap().prove(&reach);
        assert_eq!(proof == Proof::Proven, is_proven, "{sentence}: {proof:?}");
    }
    for bad in [
        "",
        "a",
        "a likes b",
        "nobody never reaches a",
        "a never reaches",
        "a never reaches b on 0",
        "a never reaches 10.0.0.0/40",
        "a{ never reaches b",
        "a never reaches a{}",
    ] {
        assert!(Property::parse(bad, &cluster).is_err(), "{bad}");
    }
}

fn flows(cluster: &Cluster) -> Vec<Flow> {
    let mut out = Vec::new();
    each(&Reach::new(cluster), &Filter::default(), |flow| {
        out.push(flow);
        true
    });
    out
}

#[test]
fn policies_allow_exactly_a_list() {
    let cluster = cluster("");
    let list = |rows: &[(&str, &str, &str, &str)]| -> Vec<Flow> {
        let rows = rows.iter();
        rows.map(|(from, to, protocol, ports)| Flow {
            from: (*from).to_owned(),
            to: (*to).to_owned(),
            allow: Connections::parse(protocol, ports).unwrap(),
            by: Vec::new(),
        })
        .collect()
    };
    let wanted = list(&[
        ("a/web[Deployment]", "a/db[Deployment]", "TCP", "80,443-445"),
        ("a/web[Deployment]", "a/db[Deployment]", "UDP", "53"),
        ("b/job[Job]", "a/web[Deployment]", "any", "all"),
        ("b/job[Job]", "10.0.0.0/8", "TCP", "443"),
        ("b/job[Job]", "10.1.0.0/16", "UDP", "53"),
        ("world", "a/web[Deployment]", "TCP", "8080"),
    ]);
    let generated = generate(&cluster, &wanted, false).unwrap();
    assert_eq!(
        generated.differences,
        Vec::<String>::new(),
        "{}",
        generated.text
    );
    assert_eq!(generated.policies, 3);
    assert!(
        generate(
            &cluster,
            &list(&[("a/none[Job]", "a/web[Deployment]", "TCP", "1")]),
            false
        )
        .is_err()
    );
    // Two that nothing tells apart.
    let twin = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: twin, namespace: a}, spec: {template: {metadata: {labels: {app: web}}, spec: {containers: []}}}}";
    let generated = generate(&super::tests::cluster(twin), &wanted, false).unwrap();
    assert!(!generated.differences.is_empty() && !generated.left_out.is_empty());
}

#[test]
fn a_draft_is_what_objects_speak_of() {
    let cluster = cluster("{apiVersion: v1, kind: Service, metadata: {name: db, namespace: a}, spec: {selector: {app: db}, ports: [{port: 1, targetPort: http}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: asks, namespace: b, labels: {app: asks}}, spec: {containers: [{name: c, env: [{name: DB, value: 'http://db.a.svc:1/x'}]}]}}
");
    let drafted = draft(&cluster);
    let rows: Vec<String> = drafted
        .iter()
        .map(|it| format!("{} {} {}", it.from, it.to, it.allow))
        .collect();
    assert_eq!(rows, ["b/asks[Pod] a/db[Deployment] TCP 9090"]);
    assert_eq!(
        generate(&cluster, &drafted, true).unwrap().differences,
        Vec::<String>::new()
    );
}

#[test]
fn folded_says_the_same() {
    let cluster = cluster(&policy(
        "a",
        "{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 1}]}]}",
    ));
    let folded = folded(&Reach::new(&cluster), &Filter::default());
    let rows: Vec<String> = folded
        .iter()
        .map(|it| format!("{} > {} {}", it.from.join(" "), it.to.join(" "), it.allow))
        .collect();
    assert_eq!(
        rows,
        [
            "* > a/db[Deployment] TCP 1",
            "* > a/web[Deployment] b/* world everything",
            "world > a/db[Deployment] TCP 1",
            "world > a/web[Deployment] b/* everything",
        ]
        .map(|row| row.replace("b/*", "b/job[Job]"))
    );
    assert!(flows(&cluster).iter().any(|it| it.to == "world"));
    assert!(between(&cluster, "a/web", "a/db").contains(Protocol::Tcp, 1));
}

/// Cut off anywhere, or with a byte changed, it answers.
#[test]
fn half_written_objects_are_no_panic() {
    let whole = format!(
        "{PODS}---\n{}---\n{}",
        policy(
            "a",
            "{podSelector: {matchExpressions: [{key: app, operator: In, values: [web]}]}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{port: http}, {port: 80, endPort: 90}]}]}"
        ),
        admin(
            "ClusterNetworkPolicy",
            "{tier: Admin, priority: 1, subject: {pods: {podSelector: {}}}, egress: [{action: Deny, to: [{networks: [0.0.0.0/0]}, {nodes: {}}]}]}"
        ),
    );
    for at in (0..whole.len()).step_by(3) {
        for text in [
            whole[..at].to_owned(),
            format!("{}]{}", &whole[..at], &whole[at + 1..]),
        ] {
            let cluster = read([File {
                name: "cut.yaml".to_owned(),
                bytes: text.into_bytes(),
            }]);
            let reach = Reach::new(&cluster);
            for workload in 0..cluster.workloads.len() {
                let _ = (reach.row(workload), reach.to_outside(workload));
            }
        }
    }
}

/// A rule without ports is one for every port: nothing must not become everything.
#[test]
fn a_flow_on_no_ports_opens_nothing() {
    let cluster = cluster("");
    let flow = |from: &str, to: &str| Flow {
        from: from.to_owned(),
        to: to.to_owned(),
        allow: Connections::none(),
        by: Vec::new(),
    };
    let listed = [
        flow("world", "a/web[Deployment]"),
        flow("b/job[Job]", "a/db[Deployment]"),
    ];
    let generated = generate(&cluster, &listed, false).unwrap();
    assert_eq!(generated.differences, Vec::<String>::new());
    assert_eq!(generated.text, generate(&cluster, &[], false).unwrap().text);
    let odd = [flow("nobody", "a/web[Deployment]")];
    assert!(generate(&cluster, &odd, false).is_err());
}
