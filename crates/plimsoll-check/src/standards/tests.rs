use super::*;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::parse;

fn broken(text: &str, level: Level, minor: u16) -> Vec<&'static str> {
    let (documents, error) = parse(text.as_bytes());
    assert_eq!(error, None);
    let mut objects: Vec<Object<'_>> = Vec::new();
    plimsoll_object::object::objects(&documents[0].root, &mut objects);
    let pod = objects[0].pod().unwrap();
    let mut ids: Vec<_> = judge(&pod, level, minor)
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    ids.dedup();
    ids
}

fn pod(spec: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: a}}], {spec}}}\n"
    )
}

#[test]
fn list_is_sorted_and_overrides_exist() {
    assert!(CONTROLS.is_sorted_by_key(|control| control.id));
    for overridden in CONTROLS.iter().filter_map(|control| control.overrides) {
        let baseline = CONTROLS.iter().find(|control| control.id == overridden);
        assert_eq!(baseline.map(|control| control.level), Some(Level::Baseline));
    }
}

#[test]
fn a_plain_pod_is_baseline_and_not_restricted() {
    assert!(broken(&pod(""), Level::Baseline, 36).is_empty());
    assert_eq!(
        broken(&pod(""), Level::Restricted, 36),
        [
            "allowPrivilegeEscalation",
            "capabilities_restricted",
            "runAsNonRoot",
            "seccompProfile_restricted"
        ]
    );
}

/// What each version changed.
#[test]
fn versions_differ_where_they_differed() {
    let cases = [
        (
            "securityContext: {sysctls: [{name: net.ipv4.tcp_rmem}]}",
            "sysctls",
            32,
        ),
        (
            "securityContext: {sysctls: [{name: net.ipv4.tcp_fin_timeout}]}",
            "sysctls",
            29,
        ),
        (
            "securityContext: {sysctls: [{name: net.ipv4.ip_local_reserved_ports}]}",
            "sysctls",
            27,
        ),
        (
            "securityContext: {seLinuxOptions: {type: container_engine_t}}",
            "seLinuxOptions",
            31,
        ),
    ];
    for (spec, id, since) in cases {
        assert_eq!(
            broken(&pod(spec), Level::Baseline, since - 1),
            [id],
            "{spec}"
        );
        assert!(
            broken(&pod(spec), Level::Baseline, since).is_empty(),
            "{spec}"
        );
    }
    let windows = pod("os: {name: windows}");
    assert_eq!(broken(&windows, Level::Restricted, 25), ["runAsNonRoot"]);
    assert_eq!(broken(&windows, Level::Restricted, 24).len(), 4);
    let own = pod("hostUsers: false");
    assert!(broken(&own, Level::Restricted, 34).contains(&"runAsNonRoot"));
    assert!(!broken(&own, Level::Restricted, 35).contains(&"runAsNonRoot"));
}
