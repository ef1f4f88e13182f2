//! Fields of Falco that are always absent here, each with the reason.

use super::Field;
use super::build::FROM_EVENT;
use crate::rules::ArgKind;

const NO_ENTER: &str = "calls are told once, when they return; Falco itself has given it up";
const NO_MEMORY: &str = "memory and page faults of a process are not told with each event";
const NO_CPU: &str = "switches between threads are not told";
const NO_THREADS: &str = "threads are not counted";
const NO_LIMIT: &str = "limits of a process are not told";
const NO_PLUGIN: &str = "there are no plugins; containers and pods are told by the sensor itself";
const NO_READS: &str = "reads and writes of files are not told";
const NO_INFRA: &str = "there are no such events any more, in Falco neither";
const NO_CLUSTER: &str = "known to the cluster only, not on the node";

pub const FIELDS: &[Field] = &[
    Field::time("evt.latency", FROM_EVENT).never("duration of the call", NO_ENTER),
    Field::time("evt.latency.s", FROM_EVENT).never("the same in seconds", NO_ENTER),
    Field::time("evt.latency.ns", FROM_EVENT).never("nanoseconds in that second", NO_ENTER),
    Field::unsigned("evt.latency.quantized", FROM_EVENT).never("its logarithm", NO_ENTER),
    Field::text("evt.latency.human", FROM_EVENT).never("the same for people", NO_ENTER),
    Field::time("evt.wait_latency", FROM_EVENT).never("time that was waited", NO_ENTER),
    Field::time("evt.deltatime", FROM_EVENT).never(
        "time since the event before",
        "events of processors come in an order that is only nearly that of time",
    ),
    Field::time("evt.deltatime.s", FROM_EVENT).never("the same in seconds", "as `evt.deltatime`"),
    Field::time("evt.deltatime.ns", FROM_EVENT)
        .never("nanoseconds in that second", "as `evt.deltatime`"),
    Field::unsigned("evt.around", FROM_EVENT)
        .arg(ArgKind::IndexRequired)
        .left_only()
        .never("events near a time", "made for reading captures"),
    Field::text("evt.pluginname", FROM_EVENT).never("name of a plugin", NO_PLUGIN),
    Field::text("evt.plugininfo", FROM_EVENT).never("what a plugin says of the event", NO_PLUGIN),
    Field::unsigned("evt.count.procinfo", FROM_EVENT).never("1 for a kind of event", NO_INFRA),
    Field::unsigned("evt.count.threadinfo", FROM_EVENT).never("1 for a kind of event", NO_INFRA),
    Field::unsigned("evt.buflen.file", FROM_EVENT).never("bytes moved from and to files", NO_READS),
    Field::unsigned("evt.buflen.file.in", FROM_EVENT).never("bytes read from files", NO_READS),
    Field::unsigned("evt.buflen.file.out", FROM_EVENT).never("bytes written to files", NO_READS),
    Field::text("evt.infra.docker.name", FROM_EVENT).never("event of Docker", NO_INFRA),
    Field::text("evt.infra.docker.container.id", FROM_EVENT).never("event of Docker", NO_INFRA),
    Field::text("evt.infra.docker.container.name", FROM_EVENT).never("event of Docker", NO_INFRA),
    Field::text("evt.infra.docker.container.image", FROM_EVENT).never("event of Docker", NO_INFRA),
    Field::signed("proc.fdlimit", FROM_EVENT).never("most descriptors it may have", NO_LIMIT),
    Field::unsigned("proc.fdusage", FROM_EVENT).never("how much of that is used", NO_LIMIT),
    Field::unsigned("proc.vmsize", FROM_EVENT).never("virtual memory", NO_MEMORY),
    Field::unsigned("proc.vmrss", FROM_EVENT).never("resident memory", NO_MEMORY),
    Field::unsigned("proc.vmswap", FROM_EVENT).never("swapped memory", NO_MEMORY),
    Field::unsigned("proc.nthreads", FROM_EVENT).never("threads of the process", NO_THREADS),
    Field::unsigned("proc.nchilds", FROM_EVENT).never("threads without the first", NO_THREADS),
    Field::unsigned("thread.pfmajor", FROM_EVENT)
        .never("page faults that read from disk", NO_MEMORY),
    Field::unsigned("thread.pfminor", FROM_EVENT).never("other page faults", NO_MEMORY),
    Field::time("thread.exectime", FROM_EVENT).never("processor time of the last run", NO_CPU),
    Field::time("thread.totexectime", FROM_EVENT).never("processor time", NO_CPU),
    Field::unsigned("thread.cpu", FROM_EVENT).never("share of a processor", NO_CPU),
    Field::unsigned("thread.cpu.user", FROM_EVENT).never("the same in user space", NO_CPU),
    Field::unsigned("thread.cpu.system", FROM_EVENT).never("the same in the kernel", NO_CPU),
    Field::unsigned("thread.vmsize", FROM_EVENT).never("virtual memory", NO_MEMORY),
    Field::unsigned("thread.vmrss", FROM_EVENT).never("resident memory", NO_MEMORY),
    Field::unsigned("thread.vmsize.b", FROM_EVENT).never("virtual memory in bytes", NO_MEMORY),
    Field::unsigned("thread.vmrss.b", FROM_EVENT).never("resident memory in bytes", NO_MEMORY),
    Field::text("k8s.rc.name", FROM_EVENT).never("replication controller", NO_CLUSTER),
    Field::text("k8s.rc.id", FROM_EVENT).never("its UID", NO_CLUSTER),
    Field::text("k8s.svc.name", FROM_EVENT).never("service", NO_CLUSTER),
    Field::text("k8s.svc.id", FROM_EVENT).never("its UID", NO_CLUSTER),
    Field::text("k8s.ns.id", FROM_EVENT).never("UID of the namespace", NO_CLUSTER),
    Field::text("k8s.rs.name", FROM_EVENT).never("replica set", NO_CLUSTER),
    Field::text("k8s.rs.id", FROM_EVENT).never("its UID", NO_CLUSTER),
    Field::text("k8s.deployment.name", FROM_EVENT).never("deployment", NO_CLUSTER),
    Field::text("k8s.deployment.id", FROM_EVENT).never("its UID", NO_CLUSTER),
];
