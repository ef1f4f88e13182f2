//! `k8s.*`, `container.k8s.*`: the pod in which it happened, as the container's engine tells it.

use super::build::FROM_ENGINE;
use super::{Argument, Field, Value};
use crate::rules::ArgKind;
use crate::state::{Moment, Pod};

pub const FIELDS: &[Field] = &[
    Field::text("k8s.pod.name", FROM_ENGINE)
        .is("name of the pod", |m, _, _| part(m, |pod| &pod.name)),
    Field::text("k8s.pod.id", FROM_ENGINE).is("UID of the pod", |m, _, _| part(m, |pod| &pod.uid)),
    Field::text("k8s.pod.uid", FROM_ENGINE).is("UID of the pod", |m, _, _| part(m, |pod| &pod.uid)),
    Field::text("k8s.pod.sandbox_id", FROM_ENGINE).is(
        "first 12 characters of the id of the pod's sandbox",
        |m, _, _| part(m, |pod| pod.sandbox_id.get(..12).unwrap_or(&pod.sandbox_id)),
    ),
    Field::text("k8s.pod.full_sandbox_id", FROM_ENGINE).is("id of the pod's sandbox", |m, _, _| {
        part(m, |pod| &pod.sandbox_id)
    }),
    Field::text("k8s.pod.ip", FROM_ENGINE)
        .is("address of the pod", |m, _, _| part(m, |pod| &pod.ip)),
    Field::text("k8s.pod.label", FROM_ENGINE)
        .arg(ArgKind::KeyRequired)
        .costs(30)
        .is("value of a label of the pod", label),
    Field::text("k8s.pod.labels", FROM_ENGINE)
        .costs(100)
        .is("all labels of the pod", labels),
    Field::text("k8s.pod.cni.json", FROM_ENGINE).is(
        "result of the network's plugin, as JSON",
        |m, _, _| match &m.container.details.cni_json {
            Some(json) if m.container.details.pod.is_some() => Value::Text(json.as_bytes()),
            _ => Value::Absent,
        },
    ),
    Field::text("k8s.ns.name", FROM_ENGINE).is("namespace of the pod", |m, _, _| {
        part(m, |pod| &pod.namespace)
    }),
    Field::text("k8s.pod.owner", FROM_ENGINE).is(
        "kind and name of the pod's owner: `Deployment/cart`",
        |m, _, _| part(m, |pod| &pod.owner),
    ),
    Field::text("container.k8s.pod.name", FROM_ENGINE)
        .is("the same as `k8s.pod.name`", |m, _, _| {
            part(m, |pod| &pod.name)
        }),
    Field::text("container.k8s.pod.id", FROM_ENGINE).is("the same as `k8s.pod.id`", |m, _, _| {
        part(m, |pod| &pod.uid)
    }),
    Field::text("container.k8s.pod.label", FROM_ENGINE)
        .arg(ArgKind::KeyRequired)
        .costs(30)
        .is("the same as `k8s.pod.label`", label),
    Field::text("container.k8s.pod.labels", FROM_ENGINE)
        .costs(100)
        .is("the same as `k8s.pod.labels`", labels),
    Field::text("container.k8s.ns.name", FROM_ENGINE).is("the same as `k8s.ns.name`", |m, _, _| {
        part(m, |pod| &pod.namespace)
    }),
];

fn part<'v>(moment: &Moment<'v>, part: impl Fn(&'v Pod) -> &'v str) -> Value<'v> {
    match &moment.container.details.pod {
        Some(pod) => Value::filled(part(pod).as_bytes()),
        None => Value::Absent,
    }
}

fn label<'v>(moment: &'v Moment<'v>, argument: &'v Argument, _: &'v mut Vec<u8>) -> Value<'v> {
    let pod = moment.container.details.pod.as_ref();
    let label = pod
        .zip(argument.key())
        .and_then(|(pod, key)| pod.labels.get(key));
    Value::text(label.map(String::as_bytes))
}

fn labels<'v>(moment: &'v Moment<'v>, _: &'v Argument, out: &'v mut Vec<u8>) -> Value<'v> {
    let Some(pod) = moment
        .container
        .details
        .pod
        .as_ref()
        .filter(|pod| !pod.labels.is_empty())
    else {
        return Value::Absent;
    };
    for (index, (name, value)) in pod.labels.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(b", ");
        }
        out.extend_from_slice(format!("{name}:{value}").as_bytes());
    }
    Value::Text(out)
}
