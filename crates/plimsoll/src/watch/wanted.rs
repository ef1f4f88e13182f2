//! What the kernel has to tell for a set of rules: everything else it leaves out, which costs the
//! machine nothing.

use std::collections::BTreeSet;

use plimsoll_behavior::engine::interest::{Interest, KernelOpens, Opened, Paths};
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

/// Longest beginning, in bytes, and longest name of a process that the kernel's filter holds.
const PREFIX_BYTES_MAX: usize = 254;
const COMMAND_BYTES_MAX: usize = 15;
/// Most of each.
const PREFIXES_MAX: usize = 1024;
const COMMANDS_MAX: usize = 64;

fn opens(interest: &Interest) -> OpenFilter {
    let mut filter = OpenFilter::default();
    let mut choose = |opened| match interest.paths(opened) {
        Paths::None => Opens::None,
        Paths::Any => Opens::All,
        Paths::Some(wanted) => match wanted.kernel().filter(is_followed) {
            Some(kernel) => {
                let all = |texts: BTreeSet<Box<[u8]>>| texts.into_iter().map(Vec::from);
                filter.prefixes.extend(all(kernel.beginnings));
                filter.commands.extend(all(kernel.commands));
                filter.dots |= !kernel.raw_parts.is_empty();
                Opens::Chosen
            }
            None => Opens::All,
        },
    };
    let (read, write, failed) = (
        choose(Opened::Read),
        choose(Opened::Write),
        choose(Opened::Failed),
    );
    OpenFilter {
        read,
        write,
        failed,
        ..filter
    }
}

/// Whether the kernel's filter can follow: it looks at beginnings of the path, resolved and as it was
/// given, for two dots in the name as it was given, and at the name of the process. Names of folders
/// on the way it knows of the resolved path alone.
fn is_followed(opens: &KernelOpens) -> bool {
    opens.names.is_empty()
        && opens.beginnings.len() <= PREFIXES_MAX
        && opens.commands.len() <= COMMANDS_MAX
        && opens
            .raw_parts
            .iter()
            .all(|part| part.windows(2).any(|two| two == b".."))
        && opens
            .beginnings
            .iter()
            .all(|text| text.len() <= PREFIX_BYTES_MAX)
        && opens
            .commands
            .iter()
            .all(|text| text.len() <= COMMAND_BYTES_MAX)
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
        assert_eq!(shadow.opens.read, Opens::Chosen);
        assert!(shadow.opens.prefixes.contains(b"/etc/shadow".as_slice()));
        let written = of("evt.type = openat and fd.nameraw contains ../");
        assert_eq!(written.opens.read, Opens::Chosen);
        assert!(written.opens.dots);
        let ending = of("evt.type = openat and fd.name endswith .pem");
        assert_eq!(ending.opens.read, Opens::All, "the kernel cannot tell");
    }
}
