// Programs about work that is done through io_uring, without system calls.
#pragma once
#include "uring/io_uring_complete.bpf.c"
#include "uring/io_uring_submit_req.bpf.c"
