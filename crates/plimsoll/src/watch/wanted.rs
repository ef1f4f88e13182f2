//! What the kernel has to tell for a set of rules: everything else it leaves out, which costs the
//! machine next to nothing.

use plimsoll_behavior::engine::interest::{Interest, Opened};
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
    let told = |opened| match (interest.opens(opened), interest.descriptors) {
        (false, _) => Opens::None,
        (true, false) => Opens::Asked,
        (true, true) => Opens::All,
    };
    OpenFilter {
        read: told(Opened::Read),
        write: told(Opened::Write),
        failed: told(Opened::Failed),
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
        assert_eq!(shadow.opens.read, Opens::Asked);
        let written = of("evt.type = openat and evt.is_open_write = true and fd.num >= 0");
        let (read, write, failed) = (
            written.opens.read,
            written.opens.write,
            written.opens.failed,
        );
        assert_eq!(
            (read, write, failed),
            (Opens::None, Opens::Asked, Opens::None)
        );
        let counted = of("evt.type = execve and plimsoll.container.denied[10] > 9");
        assert_eq!(counted.opens.failed, Opens::Asked);
        let all = of("evt.type = openat and fd.name = /a and fd.types intersects (ipv4)");
        assert_eq!(all.opens.read, Opens::All);
    }
}
