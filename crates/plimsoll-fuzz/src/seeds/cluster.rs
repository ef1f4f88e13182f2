//! Answers of an API server in their documented shapes, and a kubeconfig.

use serde_json::json;

pub fn lists() -> Vec<Vec<u8>> {
    let object = json!({
        "metadata": {
            "name": "cart", "namespace": "shop", "uid": "u", "managedFields": [{}],
            "annotations": {"a": "# plimsoll: allow x, y", "b": "\u{85}\u{2028}\u{feff} \"\\ 'x': {["},
            "ownerReferences": [{"kind": "X", "uid": "v", "controller": true}],
        },
        "spec": {"replicas": 0, "x": [1.5, -1e300, true, null, "---\n- a: b"]},
    });
    let list = json!({
        "kind": "DeploymentList", "apiVersion": "apps/v1",
        "metadata": {"continue": "n", "resourceVersion": "1"}, "items": [object, object],
    });
    let empty = json!({"metadata": null, "items": null});
    vec![
        list.to_string().into_bytes(),
        empty.to_string().into_bytes(),
    ]
}

pub fn served() -> Vec<Vec<u8>> {
    let resource = json!({
        "resource": "deployments", "responseKind": {"group": "apps", "version": "v1", "kind": "Deployment"},
        "scope": "Namespaced", "verbs": ["get", "list"],
    });
    let list = json!({"kind": "APIGroupDiscoveryList", "items": [{
        "metadata": {"name": "apps"},
        "versions": [{"version": "v1", "freshness": "Stale", "resources": [resource]}],
    }]});
    vec![list.to_string().into_bytes()]
}

pub fn kubeconfigs() -> Vec<Vec<u8>> {
    let exec = "{apiVersion: v1, command: x, args: [y], env: [{name: a, value: b}]}";
    let text = format!(
        "current-context: a\n\
         clusters: [{{name: c, cluster: {{server: s, certificate-authority-data: YQ==}}}}]\n\
         contexts: [{{name: a, context: {{cluster: c, user: u}}}}]\n\
         users: [{{name: u, user: {{token: t, as: x, as-groups: [y], exec: {exec}}}}}]\n"
    );
    vec![
        text.replace(", exec: ", ", other: ").into_bytes(),
        text.into_bytes(),
    ]
}
