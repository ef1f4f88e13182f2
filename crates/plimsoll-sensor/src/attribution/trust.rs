//! Whose a new cgroup is: which of the claims in its path are believed.
//!
//! Names of cgroups are chosen by whoever makes them, and a container may be allowed to make some.
//! So a claim is believed when the cgroup was made from outside of all containers, or when an
//! engine of the host says the same. Else the cgroup belongs to the container that made it, or to
//! the one around it, and the claim is passed on as a claim.

use super::path::{Claim, Place};

/// Number of a container in the table; never used again.
pub type Serial = u64;

/// Who made a cgroup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// A process of the host: its cgroup is no container's, and its pid namespace is the host's.
    Host,
    /// A process of a container.
    Inside(Serial),
    /// A process with a pid namespace of its own, of which no container is known.
    Isolated,
    /// The cgroup was there before.
    Unknown,
}

/// Whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// No container's.
    Host,
    /// Of a container that is known.
    Of(Serial),
    /// Of a new one: the claim with this index.
    New(usize),
    /// Perhaps of one: the path's guess has to be confirmed.
    Perhaps,
    /// Of something isolated that is not known.
    Unknown,
}

/// A decision and the claims that were not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub decision: Decision,
    pub refused: Vec<Claim>,
    /// Why they were not.
    pub why: &'static str,
}

/// What the table knows of the place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around {
    /// The nearest container around (or at) the path, and the length of its own path, in bytes.
    pub container: Option<(Serial, usize)>,
    /// The maker's container is one of those around that one.
    pub maker_is_outer: bool,
}

/// Decides.
pub fn judge(place: &Place, around: Around, maker: Maker) -> Judged {
    let inside = around.container.map_or(0, |(_, end)| end);
    let first = place.claims.partition_point(|claim| claim.end <= inside);
    let beyond = place.claims.get(first..).unwrap_or_default();
    let of_around = around.container.map(|(serial, _)| Decision::Of(serial));
    let refuse = |decision, from: usize, why| Judged {
        decision,
        refused: place.claims.get(from..).unwrap_or_default().to_vec(),
        why,
    };
    match maker {
        Maker::Inside(maker) => {
            let decision = of_around.filter(|_| around.maker_is_outer);
            let decision = decision.unwrap_or(Decision::Of(maker));
            refuse(
                decision,
                first,
                "the cgroup was made from inside of a container",
            )
        }
        Maker::Isolated => {
            let why = "the cgroup was made from inside of an unknown container";
            refuse(of_around.unwrap_or(Decision::Unknown), first, why)
        }
        Maker::Host if beyond.is_empty() => {
            refuse(of_around.unwrap_or_else(|| plain(place)), first, "")
        }
        Maker::Host => refuse(
            Decision::New(place.claims.len() - 1),
            place.claims.len(),
            "",
        ),
        Maker::Unknown => {
            let why = "its engine has not confirmed it";
            match of_around {
                Some(decision) => refuse(decision, first, why),
                None if beyond.is_empty() => refuse(plain(place), first, ""),
                None => refuse(Decision::New(0), 1, why),
            }
        }
    }
}

fn plain(place: &Place) -> Decision {
    if place.guess.is_some() && !place.is_helper {
        Decision::Perhaps
    } else {
        Decision::Host
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &str) -> Place {
        let path = path
            .replace("<A>", &"a1".repeat(32))
            .replace("<B>", &"b2".repeat(32));
        Place::read(path.as_bytes())
    }

    const IN_A: Around = Around {
        container: Some((7, "/docker/".len() + 64)),
        maker_is_outer: false,
    };
    const NOWHERE: Around = Around {
        container: None,
        maker_is_outer: false,
    };

    #[test]
    fn the_host_is_believed() {
        let judged = judge(&place("/docker/<A>"), NOWHERE, Maker::Host);
        assert_eq!(judged.decision, Decision::New(0));
        let judged = judge(&place("/docker/<A>/docker/<B>"), IN_A, Maker::Host);
        assert_eq!(judged.decision, Decision::New(1));
        let judged = judge(&place("/docker/<A>/init.scope"), IN_A, Maker::Host);
        assert_eq!(judged.decision, Decision::Of(7));
        let judged = judge(&place("/system.slice/ssh.service"), NOWHERE, Maker::Host);
        assert_eq!(judged.decision, Decision::Host);
        let judged = judge(&place("/job-7"), NOWHERE, Maker::Host);
        assert_eq!(judged.decision, Decision::Perhaps);
        let judged = judge(&place("/libpod_parent/conmon"), NOWHERE, Maker::Host);
        assert_eq!(judged.decision, Decision::Host);
    }

    #[test]
    fn a_container_is_not() {
        for path in [
            "/docker/<A>/docker/<B>",
            "/docker/<A>/x.service/supervisor",
            "/docker/<A>/job",
        ] {
            let judged = judge(&place(path), IN_A, Maker::Inside(7));
            assert_eq!(judged.decision, Decision::Of(7), "{path}");
        }
        // Beside its own cgroup, where a privileged one can write.
        for path in [
            "/docker/<B>",
            "/libpod_parent/conmon",
            "/machine.slice/machine-x.scope",
        ] {
            let judged = judge(&place(path), NOWHERE, Maker::Inside(7));
            assert_eq!(judged.decision, Decision::Of(7), "{path}");
        }
        let judged = judge(&place("/docker/<A>/docker/<B>"), IN_A, Maker::Inside(7));
        assert_eq!(judged.refused.len(), 1);
        assert_eq!(judged.refused[0].id, "b2".repeat(32));
        let judged = judge(&place("/docker/<B>"), NOWHERE, Maker::Isolated);
        assert_eq!(
            (judged.decision, judged.refused.len()),
            (Decision::Unknown, 1)
        );
    }

    #[test]
    fn in_another_container_its_maker_stands() {
        let judged = judge(&place("/docker/<A>/sub"), IN_A, Maker::Inside(3));
        assert_eq!(judged.decision, Decision::Of(3));
        let around = Around {
            maker_is_outer: true,
            ..IN_A
        };
        let judged = judge(&place("/docker/<A>/sub"), around, Maker::Inside(3));
        assert_eq!(judged.decision, Decision::Of(7));
    }

    #[test]
    fn what_was_there_is_believed_at_its_outermost() {
        let judged = judge(&place("/docker/<A>/docker/<B>"), NOWHERE, Maker::Unknown);
        assert_eq!(
            (judged.decision, judged.refused.len()),
            (Decision::New(0), 1)
        );
        let judged = judge(&place("/docker/<A>/docker/<B>"), IN_A, Maker::Unknown);
        assert_eq!(
            (judged.decision, judged.refused.len()),
            (Decision::Of(7), 1)
        );
    }
}
