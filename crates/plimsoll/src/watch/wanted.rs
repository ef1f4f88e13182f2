//! What the kernel has to tell for a set of rules: everything else it leaves out, which costs the
//! machine nothing.

use plimsoll_behavior::engine::interest::{Interest, Opened, Paths};
use plimsoll_model::event::EventKind;
use plimsoll_sensor::Filter;
use plimsoll_sensor::filter::{OpenFilter, Opens};

/// The filter for what rules can match; `answers` when the kernel kills by itself as well.
pub fn filter(interest: &Interest, answers: bool) -> Filter {
    let mut filter = Filter::for_rules(interest.kinds.iter().copied());
    if answers {
        filter.kinds.insert(EventKind::Answered);
    }
    Filter {
        opens: opens(interest),
        ..filter
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
        for kind in [EventKind::Openat, EventKind::Close, EventKind::Sendto] {
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
