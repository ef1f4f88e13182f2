// All kernel programs: one object, one ring. The list of what is attached where is in src/hooks.rs.
//
// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause OR GPL-2.0-only
#include "emit.h"
#include "path.h"
#include "process.h"

#include "sched_process_exec.bpf.c"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
