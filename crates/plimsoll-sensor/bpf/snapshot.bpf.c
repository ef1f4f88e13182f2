// Programs that tell what existed when the sensor began.
#pragma once
#include "snapshot/files.bpf.c"
#include "snapshot/tasks.bpf.c"
