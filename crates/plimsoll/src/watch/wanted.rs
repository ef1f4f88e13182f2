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

/// By what they may do alone. Rules hold for a path as it was written too, which the kernel's filter by
/// path does not look at: an open through a link would be left out.
fn opens(interest: &Interest) -> OpenFilter {
    let wanted = |opened| match interest.paths(opened) {
        Paths::None => Opens::None,
        Paths::Any | Paths::Some(_) => Opens::All,
    };
    OpenFilter {
        read: wanted(Opened::Read),
        write: wanted(Opened::Write),
        failed: wanted(Opened::Failed),
        ..OpenFilter::default()
    }
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
    fn opens_are_told_by_what_they_may_do() {
        let shadow = of("evt.type = openat and evt.is_open_read = true and fd.name = /etc/shadow");
        assert_eq!(shadow.opens.read, Opens::All);
    }
}
