// All kernel programs: one object, one ring. The list of what is attached where is in src/hooks.rs.
//
// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause OR GPL-2.0-only
#include "calls.h"
#include "process.h"

#include "cgroup.bpf.c"
#include "chmod.bpf.c"
#include "chown.bpf.c"
#include "clone_failed.bpf.c"
#include "close.bpf.c"
#include "credentials.bpf.c"
#include "dup.bpf.c"
#include "execve_failed.bpf.c"
#include "folder.bpf.c"
#include "link.bpf.c"
#include "mkdir.bpf.c"
#include "network.bpf.c"
#include "open.bpf.c"
#include "prctl.bpf.c"
#include "rename.bpf.c"
#include "answer_exec.bpf.c"
#include "sched_process_exec.bpf.c"
#include "sched_process_exit.bpf.c"
#include "sched_process_fork.bpf.c"
#include "session.bpf.c"
#include "snapshot.bpf.c"
#include "system.bpf.c"
#include "truncate.bpf.c"
#include "unlink.bpf.c"
#include "uring.bpf.c"
#include "xattr.bpf.c"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
