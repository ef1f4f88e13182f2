// Programs about the trees of cgroups, and about memory that ran out in one.
#pragma once
#include "cgroup/cgroup_attach_task.bpf.c"
#include "cgroup/cgroup_mkdir.bpf.c"
#include "cgroup/cgroup_rmdir.bpf.c"
#include "cgroup/mark_victim.bpf.c"
