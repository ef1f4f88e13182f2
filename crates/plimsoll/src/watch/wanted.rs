//! What the kernel has to tell for a set of rules: everything else it leaves out, which costs the
//! machine nothing.

use std::collections::BTreeSet;

use plimsoll_behavior::engine::interest::{Interest, Opened, Paths};
use plimsoll_model::event::EventKind;
use plimsoll_sensor::Filter;
use plimsoll_sensor::filter::{OpenFilter, Opens};

/// What the state follows whatever the rules are: processes, who they are and where they are.
const LIFE: &[EventKind] = &[
    EventKind::Execve,
    EventKind::Execveat,
    EventKind::Clone,
    EventKind::Clone3,
    EventKind::Fork,
    EventKind::Vfork,
    EventKind::Procexit,
    EventKind::OomKill,
    EventKind::CgroupMkdir,
    EventKind::CgroupRmdir,
    EventKind::CgroupAttach,
    EventKind::Task,
    EventKind::File,
    EventKind::Sock,
    EventKind::Chdir,
    EventKind::Fchdir,
    EventKind::Chroot,
    EventKind::PivotRoot,
    EventKind::Setns,
    EventKind::Unshare,
    EventKind::Setuid,
    EventKind::Setgid,
    EventKind::Setreuid,
    EventKind::Setregid,
    EventKind::Setresuid,
    EventKind::Setresgid,
    EventKind::Setfsuid,
    EventKind::Setfsgid,
    EventKind::Setgroups,
    EventKind::Capset,
    EventKind::Setsid,
    EventKind::Setpgid,
    EventKind::Prctl,
];

/// What makes and moves descriptors, for rules that ask what stands behind one. Closing is left out:
/// it comes with each open and tells nothing, since the kernel says with every event what its
/// descriptor stands for at that moment.
const DESCRIPTORS: &[EventKind] = &[
    EventKind::Accept,
    EventKind::Accept4,
    EventKind::Bind,
    EventKind::Connect,
    EventKind::Dup,
    EventKind::Dup2,
    EventKind::Dup3,
    EventKind::Listen,
    EventKind::MemfdCreate,
    EventKind::Pipe,
    EventKind::Pipe2,
    EventKind::Socket,
    EventKind::Socketpair,
];

/// The filter for what rules can match; `answers` when the kernel kills by itself as well.
pub fn filter(interest: &Interest, answers: bool) -> Filter {
    let mut kinds: BTreeSet<EventKind> = interest.kinds.iter().chain(LIFE).copied().collect();
    if interest.names_later {
        kinds.extend(DESCRIPTORS);
    }
    if answers {
        kinds.insert(EventKind::Answered);
    } else {
        kinds.remove(&EventKind::Answered);
    }
    Filter {
        kinds,
        opens: opens(interest),
        ..Filter::default()
    }
}

fn opens(interest: &Interest) -> OpenFilter {
    let mut chosen = OpenFilter::default();
    for (opened, place) in [
        (Opened::Read, &mut chosen.read),
        (Opened::Write, &mut chosen.write),
        (Opened::Failed, &mut chosen.failed),
    ] {
        *place = match interest.paths(opened) {
            Paths::None => Opens::None,
            Paths::Any => Opens::All,
            Paths::Some(wanted) => match wanted.kernel() {
                // The kernel's filter knows no names of processes and no parts as they were written.
                Some(kernel) if kernel.raw_parts.is_empty() && kernel.commands.is_empty() => {
                    chosen
                        .prefixes
                        .extend(kernel.beginnings.iter().map(|text| text.to_vec()));
                    chosen
                        .names
                        .extend(kernel.names.iter().map(|text| text.to_vec()));
                    Opens::Chosen
                }
                _ => Opens::All,
            },
        };
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule_set;

    fn of(condition: &str) -> Filter {
        let engine = rule_set::condition(condition, &[]).unwrap();
        filter(&engine.interest(), false)
    }

    #[test]
    fn only_what_rules_and_state_need_is_told() {
        let mount = of("evt.type = mount");
        assert!(mount.kinds.contains(&EventKind::Mount));
        assert!(mount.kinds.contains(&EventKind::Execve));
        for kind in [EventKind::Openat, EventKind::Close, EventKind::Connect] {
            assert!(!mount.kinds.contains(&kind), "{kind}");
        }
        assert_eq!(mount.opens.read, Opens::None);
    }

    #[test]
    fn opens_are_chosen_by_path_where_the_kernel_can() {
        let shadow = of("evt.type = openat and evt.is_open_read = true and fd.name = /etc/shadow");
        assert_eq!(shadow.opens.read, Opens::Chosen);
        assert!(shadow.opens.prefixes.contains(b"/etc/shadow".as_slice()));
        let written = of("evt.type = openat and fd.nameraw contains ../");
        assert_eq!(written.opens.read, Opens::All, "the kernel cannot tell");
    }
}
