//! How often something was done in the last seconds: `plimsoll.container.forks[10]`.
//!
//! The argument is the number of seconds, the running one included; the times of events count, not a
//! clock.

use crate::fields::build::FROM_COUNTERS;
use crate::fields::{Argument, Field, Value};
use crate::rules::ArgKind;
use crate::state::{Counters, Moment, Window};

macro_rules! counts {
    ($name:ident, $class:literal, $of:expr, $($field:ident $about:literal;)*) => {
        pub const $name: &[Field] = &[$(
            Field::unsigned(concat!("plimsoll.", $class, ".", stringify!($field)), FROM_COUNTERS)
                .arg(ArgKind::IndexRequired)
                .costs(20)
                .is(
                    concat!($about, ", by the ", $class, " in so many seconds"),
                    |m, a, _| {
                        let counters = $of(m);
                        counters.map_or(Value::Unsigned(0), |held| within(m, a, &held.$field))
                    },
                ),
        )*];
    };
}

macro_rules! all_counts {
    ($name:ident, $class:literal, $of:expr) => {
        counts! { $name, $class, $of,
            forks "processes made";
            execs "programs started";
            connections "connections begun";
            accepts "connections accepted";
            dns_questions "names asked of the DNS";
            descriptors_exhausted "calls refused for want of descriptors";
            space_exhausted "calls refused for want of space or inodes";
            memory_exhausted "calls refused for want of memory";
            processes_exhausted "forks refused for want of processes";
            denied "calls refused for want of rights";
            removals "files removed or truncated";
            oom_kills "processes killed for want of memory";
        }
    };
}

all_counts!(CONTAINER, "container", of_container);
all_counts!(PROCESS, "proc", of_process);

#[expect(clippy::unnecessary_wraps, reason = "a process may have none")]
fn of_container<'v>(moment: &Moment<'v>) -> Option<&'v Counters> {
    Some(&moment.container.counters)
}

fn of_process<'v>(moment: &Moment<'v>) -> Option<&'v Counters> {
    moment.process.counters.as_deref()
}

fn within(moment: &Moment<'_>, seconds: &Argument, window: &Window) -> Value<'static> {
    let seconds = seconds.index().unwrap_or(1);
    Value::Unsigned(window.within(moment.record.time_ns, seconds.into()).into())
}
