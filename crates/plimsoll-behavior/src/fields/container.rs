//! `container.*`: the container in which it happened. On the host, id and name are `host`.

use super::build::{FROM_ENGINE, FROM_PROCESS};
use super::process_exe::pidns_start;
use super::{Argument, Field, Value};
use crate::rules::ArgKind;
use crate::state::{Container, Moment, Mount};

const FROM_CGROUP: &str = "the cgroup's path, or the engine";

pub const FIELDS: &[Field] = &[
    Field::text("container.id", FROM_CGROUP).costs(2).is(
        "first 12 characters of its id; `host` on the host",
        |m, _, _| Value::Text(m.container.short_id()),
    ),
    Field::text("container.full_id", FROM_CGROUP)
        .is("its whole id", |m, _, _| inside(m, |c| &c.id)),
    Field::text("container.name", FROM_ENGINE).is("its name; `host` on the host", |m, _, _| {
        if m.container.is_host() {
            Value::Text(b"host")
        } else {
            Value::filled(&m.container.name)
        }
    }),
    Field::text("container.image", FROM_ENGINE)
        .is("reference of its image", |m, _, _| inside(m, |c| &c.image)),
    Field::text("container.image.id", FROM_ENGINE).is(
        "first 12 characters of the digest of the image's configuration",
        |m, _, _| {
            inside(m, |c| {
                let id = c.image_id.strip_prefix(b"sha256:").unwrap_or(&c.image_id);
                id.get(..12).unwrap_or(id)
            })
        },
    ),
    Field::text("container.image.repository", FROM_ENGINE)
        .is("the image's reference without tag and digest", |m, _, _| {
            inside(m, |c| split(&c.image).0)
        }),
    Field::text("container.image.tag", FROM_ENGINE).is("tag of the image", |m, _, _| {
        inside(m, |c| split(&c.image).1)
    }),
    Field::text("container.image.digest", FROM_ENGINE)
        .is("digest of the image's manifest", |m, _, _| {
            inside(m, |c| &c.image_digest)
        }),
    Field::text("container.type", FROM_ENGINE).is(
        "the engine: docker, podman, containerd, cri-o, …",
        |m, _, _| {
            if m.container.is_host() {
                Value::Text(b"host")
            } else {
                Value::filled(&m.container.engine)
            }
        },
    ),
    Field::bool("container.privileged", FROM_ENGINE).is("whether it is privileged", |m, _, _| {
        Value::bool(m.container.details.privileged)
    }),
    Field::time("container.start_ts", FROM_PROCESS)
        .costs(30)
        .is(
            "when it began, nanoseconds since 1970",
            |m, _, _| match started(m) {
                0 => Value::Absent,
                started => Value::Unsigned(started),
            },
        ),
    Field::time("container.duration", FROM_PROCESS)
        .costs(30)
        .is("nanoseconds since it began", |m, _, _| match started(m) {
            0 => Value::Absent,
            started => Value::Unsigned(m.wall_ns().saturating_sub(started)),
        }),
    Field::text("container.ip", FROM_ENGINE).is("its address", |m, _, _| {
        string(m, m.container.details.ip.as_deref())
    }),
    Field::text("container.cni.json", FROM_ENGINE)
        .is("result of the network's plugin, as JSON", |m, _, _| {
            string(m, m.container.details.cni_json.as_deref())
        }),
    Field::bool("container.host_pid", FROM_ENGINE)
        .is("whether it shares the host's pid namespace", |m, _, _| {
            Value::bool(m.container.details.host_pid)
        }),
    Field::bool("container.host_network", FROM_ENGINE)
        .is("whether it shares the host's network", |m, _, _| {
            Value::bool(m.container.details.host_network)
        }),
    Field::bool("container.host_ipc", FROM_ENGINE)
        .is("whether it shares the host's IPC", |m, _, _| {
            Value::bool(m.container.details.host_ipc)
        }),
    Field::text("container.label", FROM_ENGINE)
        .arg(ArgKind::KeyRequired)
        .costs(30)
        .is("value of a label", |m, a, _| {
            let label = a.key().and_then(|key| m.container.details.labels.get(key));
            string(m, label.map(String::as_str))
        }),
    Field::text("container.labels", FROM_ENGINE).costs(100).is(
        "all labels, `name:value` each",
        |m, _, out| {
            if m.container.details.labels.is_empty() {
                return Value::Absent;
            }
            for (index, (name, value)) in m.container.details.labels.iter().enumerate() {
                if index > 0 {
                    out.extend_from_slice(b", ");
                }
                out.extend_from_slice(format!("{name}:{value}").as_bytes());
            }
            Value::Text(out)
        },
    ),
    Field::text("container.healthcheck", FROM_ENGINE)
        .is("command of the health check", |m, _, _| {
            probe(m, m.container.details.healthcheck.as_deref())
        }),
    Field::text("container.liveness_probe", FROM_ENGINE)
        .is("command of the liveness probe", |m, _, _| {
            probe(m, m.container.details.liveness.as_deref())
        }),
    Field::text("container.readiness_probe", FROM_ENGINE)
        .is("command of the readiness probe", |m, _, _| {
            probe(m, m.container.details.readiness.as_deref())
        }),
];

pub const MOUNTS: &[Field] = &[
    Field::text("container.mounts", FROM_ENGINE).costs(100).is(
        "all mounts as `source:dest:mode:rw:propagation`",
        |m, _, out| {
            if m.container.is_host() || m.container.details.mounts.is_empty() {
                return Value::Absent;
            }
            for (index, mount) in m.container.details.mounts.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                push_mount(mount, out);
            }
            Value::Text(out)
        },
    ),
    Field::text("container.mount", FROM_ENGINE)
        .arg(ArgKind::AnyRequired)
        .costs(60)
        .is(
            "one mount, by number or source (wildcards allowed)",
            |m, a, out| {
                let Some(mount) = mount(m, a, |mount| &mount.source) else {
                    return Value::Absent;
                };
                push_mount(mount, out);
                Value::Text(out)
            },
        ),
    Field::text("container.mount.source", FROM_ENGINE)
        .arg(ArgKind::AnyRequired)
        .costs(60)
        .is("source of a mount, by number or destination", |m, a, _| {
            part(mount(m, a, |mount| &mount.dest), |mount| &mount.source)
        }),
    Field::text("container.mount.dest", FROM_ENGINE)
        .arg(ArgKind::AnyRequired)
        .costs(60)
        .is("destination of a mount, by number or source", |m, a, _| {
            part(mount(m, a, |mount| &mount.source), |mount| &mount.dest)
        }),
    Field::text("container.mount.mode", FROM_ENGINE)
        .arg(ArgKind::AnyRequired)
        .costs(60)
        .is("mode of a mount, by number or source", |m, a, _| {
            part(mount(m, a, |mount| &mount.source), |mount| &mount.mode)
        }),
    Field::text("container.mount.rdwr", FROM_ENGINE)
        .arg(ArgKind::AnyRequired)
        .costs(60)
        .is(
            "whether a mount may be written to, by number or source",
            |m, a, _| match mount(m, a, |mount| &mount.source) {
                Some(mount) if mount.rw => Value::Text(b"true"),
                Some(_) => Value::Text(b"false"),
                None => Value::Absent,
            },
        ),
    Field::text("container.mount.propagation", FROM_ENGINE)
        .arg(ArgKind::AnyRequired)
        .costs(60)
        .is("propagation of a mount, by number or source", |m, a, _| {
            part(mount(m, a, |mount| &mount.source), |mount| {
                &mount.propagation
            })
        }),
];

/// Something of a container; absent on the host and while it is empty.
fn inside<'v>(moment: &Moment<'v>, part: impl Fn(&'v Container) -> &'v [u8]) -> Value<'v> {
    if moment.container.is_host() {
        Value::Absent
    } else {
        Value::filled(part(moment.container))
    }
}

fn string<'v>(moment: &Moment<'_>, text: Option<&'v str>) -> Value<'v> {
    if moment.container.is_host() {
        Value::Absent
    } else {
        Value::text(text.map(str::as_bytes))
    }
}

/// `NONE` where the engine is known to have none.
fn probe<'v>(moment: &Moment<'_>, command: Option<&'v str>) -> Value<'v> {
    let known = moment.container.knowledge >= crate::state::Knowledge::Known;
    match command {
        Some(command) => string(moment, Some(command)),
        None if known => string(moment, Some("NONE")),
        None => Value::Absent,
    }
}

fn started(moment: &Moment<'_>) -> u64 {
    if moment.container.is_host() {
        0
    } else {
        pidns_start(moment)
    }
}

/// Repository and tag of a reference. A colon before the last slash belongs to a registry's port.
fn split(image: &[u8]) -> (&[u8], &[u8]) {
    let whole = image.split(|byte| *byte == b'@').next().unwrap_or_default();
    let slash = whole.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    match whole.iter().rposition(|byte| *byte == b':') {
        Some(colon) if colon > slash => {
            let (repository, tag) = whole.split_at(colon);
            (repository, tag.get(1..).unwrap_or_default())
        }
        _ => (whole, b""),
    }
}

/// A mount by number, or by a path with wildcards.
fn mount<'v>(
    moment: &Moment<'v>,
    argument: &Argument,
    path: impl Fn(&Mount) -> &String,
) -> Option<&'v Mount> {
    let mounts = &moment.container.details.mounts;
    match argument {
        Argument::Index(index) => mounts.get(*index as usize),
        Argument::Key(pattern) => {
            let glob = crate::engine::glob::Glob::new(pattern.as_bytes(), false);
            mounts
                .iter()
                .find(|mount| glob.matches(path(mount).as_bytes()))
        }
        _ => None,
    }
}

fn part(mount: Option<&Mount>, part: impl Fn(&Mount) -> &String) -> Value<'_> {
    mount.map_or(Value::Absent, |mount| Value::Text(part(mount).as_bytes()))
}

fn push_mount(mount: &Mount, out: &mut Vec<u8>) {
    for text in [&mount.source, &mount.dest, &mount.mode] {
        out.extend_from_slice(text.as_bytes());
        out.push(b':');
    }
    out.extend_from_slice(if mount.rw { b"true" } else { b"false" });
    out.push(b':');
    out.extend_from_slice(mount.propagation.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn references_are_split() {
        for (image, repository, tag) in [
            (
                "docker.io/library/nginx:1.27",
                "docker.io/library/nginx",
                "1.27",
            ),
            ("localhost:5000/app", "localhost:5000/app", ""),
            ("localhost:5000/app:2", "localhost:5000/app", "2"),
            ("nginx@sha256:00", "nginx", ""),
            ("nginx:1@sha256:00", "nginx", "1"),
            ("", "", ""),
        ] {
            let expected = (repository.as_bytes(), tag.as_bytes());
            assert_eq!(split(image.as_bytes()), expected, "{image}");
        }
    }
}
