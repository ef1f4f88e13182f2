//! Paths as they are found on machines, each with what it says. `<A>` to `<D>` are ids of 64
//! digits, `<U>` and `<V>` uids of pods (`<u>` and `<v>` with underscores), `<H>` a hash.

use super::*;

const PATHS: &[(&str, &str)] = &[
    // Podman, cgroupfs.
    ("/libpod_parent/libpod-<A>", "podman A"),
    ("/libpod_parent/conmon", "helper"),
    ("/libpod_parent", ""),
    ("/libpod_parent/libpod-<A>/sub", "podman A"),
    ("/libpod_parent/libpod_pod_<B>", "pod B"),
    (
        "/libpod_parent/libpod_pod_<B>/libpod-<A>",
        "podman A [pod B]",
    ),
    ("/libpod_parent/libpod_pod_<B>/conmon", "pod B helper"),
    ("/libpod_parent/libpod-conmon-<A>", "helper"),
    ("/libpod_parent/<B>", "pod B"),
    ("/libpod_parent/<B>/libpod-<A>", "podman A [pod B]"),
    ("/libpod_parent/<B>/libpod-<A>/sub", "podman A [pod B]"),
    ("/libpod_parent/<B>/conmon", "pod B helper"),
    // Podman, systemd.
    ("/machine.slice", ""),
    ("/machine.slice/libpod-<A>.scope", "podman A"),
    ("/machine.slice/libpod-<A>.scope/container", "podman A"),
    (
        "/machine.slice/libpod-<A>.scope/container/init.scope",
        "podman A",
    ),
    (
        "/machine.slice/libpod-<A>.scope/container/system.slice/nginx.service",
        "podman A",
    ),
    (
        "/machine.slice/libpod-<A>.scope/libpod-payload-<A>",
        "podman A",
    ),
    ("/machine.slice/libpod-conmon-<A>.scope", "helper"),
    ("/machine.slice/machine-libpod_pod_<B>.slice", "pod B"),
    (
        "/machine.slice/machine-libpod_pod_<B>.slice/libpod-<A>.scope",
        "podman A [pod B]",
    ),
    (
        "/machine.slice/machine-libpod_pod_<B>.slice/libpod-conmon-<A>.scope",
        "pod B helper",
    ),
    ("/system.slice/web.service/libpod-payload-<A>", "podman A"),
    ("/system.slice/web.service/supervisor", "helper"),
    ("/system.slice/web.service/runtime", "guess runtime"),
    // Podman, rootless.
    (
        "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-<A>.scope",
        "podman A user=1000",
    ),
    (
        "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-<A>.scope/container",
        "podman A user=1000",
    ),
    (
        "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-conmon-<A>.scope",
        "helper user=1000",
    ),
    (
        "/user.slice/user-1000.slice/user@1000.service/user.slice/podman-4711.scope",
        "user=1000",
    ),
    (
        "/user.slice/user-1000.slice/user@1000.service/user.slice/user-libpod_pod_<B>.slice/libpod-<A>.scope",
        "podman A [pod B] user=1000",
    ),
    (
        "/user.slice/user-1000.slice/user@1000.service/app.slice/web.service/libpod-payload-<A>",
        "podman A user=1000",
    ),
    ("/user.slice/user-1000.slice/session-3.scope", "user=1000"),
    (
        "/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.gnome.Terminal.slice/vte-spawn-1.scope",
        "user=1000",
    ),
    // Docker.
    ("/docker", ""),
    ("/docker/<A>", "docker A"),
    ("/docker/<A>/init.scope", "docker A"),
    ("/docker/<A>/init", "docker A"),
    ("/system.slice/docker-<A>.scope", "docker A"),
    ("/system.slice/docker-<A>.scope/init.scope", "docker A"),
    (
        "/system.slice/docker-<A>.scope/system.slice/ssh.service",
        "docker A",
    ),
    ("/system.slice/docker.service", ""),
    ("/system.slice/docker.socket", ""),
    ("/system.slice/docker-cleanup.service", ""),
    ("/jobs.slice/docker-<A>.scope", "docker A"),
    ("/actions_job/<A>", "? A"),
    ("/build/<A>", "? A"),
    ("/ecs/0123-abcd/<A>", "docker A"),
    (
        "/ecstasks.slice/ecstasks-77.slice/docker-<A>.scope",
        "docker A",
    ),
    (
        "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-<A>.scope",
        "docker A user=1000",
    ),
    (
        "/user.slice/user-1000.slice/user@1000.service/app.slice/docker.service",
        "user=1000",
    ),
    ("/docker/buildkit", ""),
    (
        "/docker/buildkit/p0v3x8kq2m4n6b8c0d2f4h6j8",
        "buildkit p0v3x8kq2m4n6b8c0d2f4h6j8",
    ),
    ("/system.slice/docker-abc.scope", ""),
    ("/system.slice/docker-<A>0.scope", ""),
    // containerd, by ctr and nerdctl.
    ("/default", "guess default"),
    ("/default/my-box", "guess default:my-box"),
    ("/default/<A>", "? A"),
    ("/k8s.io/<A>", "? A"),
    ("/moby/web", "guess moby:web"),
    ("/system.slice/nerdctl-<A>.scope", "containerd A"),
    (
        "/user.slice/user-1000.slice/user@1000.service/user.slice/nerdctl-<A>.scope",
        "containerd A user=1000",
    ),
    ("/system.slice/containerd.service", ""),
    // Kubernetes, cgroupfs.
    ("/kubepods", ""),
    ("/kubepods/burstable", ""),
    ("/kubepods/besteffort", ""),
    ("/kubepods/pod<U>", "pod U Guaranteed"),
    ("/kubepods/pod<U>/<A>", "? A [pod U Guaranteed]"),
    ("/kubepods/burstable/pod<U>", "pod U Burstable"),
    ("/kubepods/burstable/pod<U>/<A>", "? A [pod U Burstable]"),
    ("/kubepods/besteffort/pod<U>/<A>", "? A [pod U BestEffort]"),
    (
        "/kubepods/besteffort/pod<U>/<A>/worker",
        "? A [pod U BestEffort]",
    ),
    ("/kubepods/burstable/pod<H>/<A>", "? A [pod H Burstable]"),
    (
        "/kubepods/burstable/pod<U>/crio-<A>",
        "cri-o A [pod U Burstable]",
    ),
    (
        "/kubepods/burstable/pod<U>/crio-conmon-<A>",
        "pod U Burstable helper",
    ),
    (
        "/kubepods/burstable/pod<U>/kata_<A>",
        "pod U Burstable helper",
    ),
    ("/kata_overhead/<A>", "helper"),
    ("/podruntime/runtime", "guess runtime"),
    // Kubernetes, systemd.
    ("/kubepods.slice", ""),
    ("/kubepods.slice/kubepods-burstable.slice", ""),
    ("/kubepods.slice/kubepods-pod<u>.slice", "pod U Guaranteed"),
    (
        "/kubepods.slice/kubepods-pod<u>.slice/cri-containerd-<A>.scope",
        "containerd A [pod U Guaranteed]",
    ),
    (
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<u>.slice/cri-containerd-<A>.scope",
        "containerd A [pod U Burstable]",
    ),
    (
        "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod<u>.slice/cri-containerd-<A>.scope",
        "containerd A [pod U BestEffort]",
    ),
    (
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<H>.slice/cri-containerd-<A>.scope",
        "containerd A [pod H Burstable]",
    ),
    (
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<u>.slice/crio-<A>.scope",
        "cri-o A [pod U Burstable]",
    ),
    (
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<u>.slice/crio-<A>.scope/container",
        "cri-o A [pod U Burstable]",
    ),
    (
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<u>.slice/crio-conmon-<A>.scope",
        "pod U Burstable helper",
    ),
    (
        "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod<u>.slice/docker-<A>.scope",
        "docker A [pod U BestEffort]",
    ),
    (
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<u>.slice/<A>",
        "? A [pod U Burstable]",
    ),
    (
        "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod<u>.slice/cri-containerd-<A>.scope",
        "containerd A [pod U Burstable]",
    ),
    (
        "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod<u>.slice/cri-containerd-<A>.scope",
        "containerd A [pod U Guaranteed]",
    ),
    (
        "/system.slice/containerd.service/kubepods-burstable-pod<u>.slice:cri-containerd:<A>",
        "containerd A [pod U Burstable]",
    ),
    (
        "/kubepods-burstable-pod<u>.slice:crio:<A>",
        "cri-o A [pod U Burstable]",
    ),
    ("/system.slice/kubelet.service", ""),
    ("/system.slice/k3s.service", ""),
    ("/system.slice/crio.service", ""),
    ("/system.slice/crio-<A>.scope", "cri-o A"),
    // runc and crun alone.
    ("/job-7", "guess job-7"),
    ("/<A>", "? A"),
    (
        "/user.slice/user-0.slice/session-2.scope/job-7",
        "guess job-7 user=0",
    ),
    ("/process_api/<H>/job-7", "guess job-7"),
    ("/system.slice/runc-<A>.scope", "runc A"),
    (
        "/user.slice/user-1000.slice/user@1000.service/user.slice/crun-<A>.scope",
        "crun A user=1000",
    ),
    (
        "/user.slice/crun-buildah-buildah1234.scope",
        "buildah buildah-buildah1234",
    ),
    ("/buildah-buildah1234", "buildah buildah-buildah1234"),
    // systemd-nspawn and other machines.
    ("/machine.slice/machine-web.scope", "systemd-nspawn web"),
    (
        "/machine.slice/machine-web.scope/payload",
        "systemd-nspawn web",
    ),
    (
        "/machine.slice/machine-web.scope/payload/init.scope",
        "systemd-nspawn web",
    ),
    (
        "/machine.slice/machine-web.scope/payload/system.slice/cron.service",
        "systemd-nspawn web",
    ),
    ("/machine.slice/machine-web.scope/supervisor", "helper"),
    (
        r"/machine.slice/machine-my\x2dbox.scope/payload",
        "systemd-nspawn my-box",
    ),
    (
        "/machine.slice/systemd-nspawn@web.service",
        "systemd-nspawn web",
    ),
    (
        "/machine.slice/systemd-nspawn@web.service/payload",
        "systemd-nspawn web",
    ),
    (
        r"/machine.slice/systemd-nspawn@my\x2dbox.service/payload/init.scope",
        "systemd-nspawn my-box",
    ),
    (
        "/machine.slice/systemd-nspawn@web.service/supervisor",
        "helper",
    ),
    (
        r"/machine.slice/machine-lxc\x2d412\x2dshop.scope",
        "libvirt-lxc shop",
    ),
    (r"/machine.slice/machine-qemu\x2d1\x2dshop.scope", ""),
    // LXC, LXD, Incus, Proxmox.
    ("/lxc/web", "lxc web"),
    ("/lxc/100/ns", "lxc 100"),
    ("/lxc/100/ns/system.slice/ssh.service", "lxc 100"),
    ("/lxc.payload/web", "lxc web"),
    ("/lxc.payload.web", "lxc web"),
    ("/lxc.payload.web/.lxc", "lxc web"),
    ("/lxc.payload.shop_web/init.scope", "lxc shop_web"),
    ("/lxc.monitor.web", "helper"),
    ("/lxc.monitor/100", "helper"),
    ("/lxd/web", "lxc web"),
    (
        "/user.slice/user-1000.slice/session-4.scope/lxc.payload.web",
        "lxc web user=1000",
    ),
    // One in another.
    ("/docker/<A>/docker/<B>", "docker A > docker B"),
    (
        "/docker/<A>/docker/<B>/docker/<C>",
        "docker A > docker B > docker C",
    ),
    (
        "/system.slice/docker-<A>.scope/docker/<B>",
        "docker A > docker B",
    ),
    (
        "/system.slice/docker-<A>.scope/system.slice/docker-<B>.scope",
        "docker A > docker B",
    ),
    (
        "/docker/<A>/kubelet/kubepods/burstable/pod<U>/<B>",
        "docker A > ? B [pod U Burstable]",
    ),
    (
        "/docker/<A>/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-pod<u>.slice/cri-containerd-<B>.scope",
        "docker A > containerd B [pod U BestEffort]",
    ),
    (
        "/machine.slice/libpod-<A>.scope/container/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod<u>.slice/cri-containerd-<B>.scope",
        "podman A > containerd B [pod U Guaranteed]",
    ),
    (
        "/kubepods/burstable/pod<U>/<A>/docker/<B>",
        "? A [pod U Burstable] > docker B",
    ),
    (
        "/kubepods/burstable/pod<U>/<A>/kubepods/besteffort/pod<V>/<B>",
        "? A [pod U Burstable] > ? B [pod V BestEffort]",
    ),
    ("/lxc.payload.node/docker/<B>", "lxc node > docker B"),
    ("/lxc/100/ns/lxc/200", "lxc 100 > lxc 200"),
    (
        "/machine.slice/machine-node.scope/payload/machine.slice/libpod-<B>.scope",
        "systemd-nspawn node > podman B",
    ),
    ("/docker/<A>/default/web", "docker A"),
    (
        "/docker/<A>/buildkit/p0v3x8kq2m4n6b8c0d2f4h6j8",
        "docker A > buildkit p0v3x8kq2m4n6b8c0d2f4h6j8",
    ),
    ("/docker/<A>/x.service/supervisor", "docker A helper"),
    // Seen from a cgroup namespace, after removal, and other forms.
    ("/../../docker/<A>", "docker A"),
    ("/../kubepods/burstable/pod<U>/<A>", "? A [pod U Burstable]"),
    ("/docker/<A> (deleted)", "docker A"),
    ("docker/<A>/", "docker A"),
    // What lives on hosts without containers.
    ("/", ""),
    ("", ""),
    ("/init.scope", ""),
    ("/system.slice", ""),
    ("/system.slice/ssh.service", ""),
    ("/system.slice/system-getty.slice/getty@tty1.service", ""),
    (
        "/system.slice/system-postgresql.slice/postgresql@15-main.service",
        "",
    ),
    ("/dev-hugepages.mount", ""),
    (
        "/user.slice/user-0.slice/user@0.service/init.scope",
        "user=0",
    ),
    (r"/machine.slice/machine-.scope", ""),
    // Names that only look alike.
    ("/docker/<A>x", "guess <A>x"),
    ("/system.slice/libpod-.scope", ""),
    ("/kubepods/burstable/podinfo/<A>", "? A"),
    ("/podinfo/<A>", "? A"),
    ("/user-x.slice/docker-<A>.scope", "docker A"),
    ("/lxc.payload.", "guess lxc.payload."),
];

fn expanded(text: &str) -> String {
    let uid = "3f1c2d4e-5a6b-4c7d-8e9f-0a1b2c3d4e5f";
    let other = "9e8d7c6b-5a49-4837-a615-f4e3d2c1b0a9";
    text.replace("<A>", &"a1".repeat(32))
        .replace("<B>", &"b2".repeat(32))
        .replace("<C>", &"c3".repeat(32))
        .replace("<H>", &"d4".repeat(16))
        .replace("<U>", uid)
        .replace("<V>", other)
        .replace("<u>", &uid.replace('-', "_"))
        .replace("<v>", &other.replace('-', "_"))
}

fn short(text: &str) -> String {
    ["<A>", "<B>", "<C>", "<H>", "<U>", "<V>"]
        .iter()
        .fold(text.to_owned(), |text, name| {
            text.replace(&expanded(name), &name[1..2])
        })
}

fn told_pod(pod: &PodClaim) -> String {
    match pod.qos {
        Some(qos) => format!("pod {} {}", short(&pod.uid), qos.name()),
        None => format!("pod {}", short(&pod.uid)),
    }
}

fn told(place: &Place) -> String {
    let claims: Vec<String> = place
        .claims
        .iter()
        .map(|claim| {
            let engine = claim.engine.map_or("?", Engine::name);
            let pod = claim
                .pod
                .as_ref()
                .map(|pod| format!(" [{}]", told_pod(pod)));
            format!("{engine} {}{}", short(&claim.id), pod.unwrap_or_default())
        })
        .collect();
    let guess = place.guess.as_ref().map(|guess| match &guess.namespace {
        Some(namespace) => format!("guess {namespace}:{}", guess.id),
        None => format!("guess {}", guess.id),
    });
    let parts = [
        Some(claims.join(" > ")),
        place.pod.as_ref().map(told_pod),
        place.is_helper.then(|| "helper".to_owned()),
        guess,
        place.user.map(|uid| format!("user={uid}")),
    ];
    parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn paths_say_which_containers_they_lie_in() {
    assert!(PATHS.len() >= 100);
    let wrong: Vec<String> = PATHS
        .iter()
        .filter_map(|(path, expected)| {
            let place = Place::read(expanded(path).as_bytes());
            let found = told(&place).replace(&expanded("<A>"), "<A>");
            (found != *expected)
                .then(|| format!("{path}\n    is    {found:?}\n    ought {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
