//! Lives of containers, as events tell them.

use super::*;
use crate::attribution::table::expiry::LATE_NS;

const HOST_PID_NS: u32 = 100;

fn id(letter: char) -> String {
    String::from(letter).repeat(64)
}

fn table() -> Table {
    let mut table = Table::new(HOST_PID_NS);
    assert!(table.made(1, b"/", Maker::Unknown, 0).is_empty());
    table
}

fn made(table: &mut Table, id: u64, path: &str, maker_cgroup: u64, maker_ns: u32) -> Vec<Effect> {
    let maker = table.maker(maker_cgroup, maker_ns);
    table.made(id, path.as_bytes(), maker, 0)
}

#[test]
fn a_container_comes_and_goes() {
    let mut table = table();
    let a = id('a');
    assert!(made(&mut table, 2, "/docker", 1, HOST_PID_NS).is_empty());
    let effects = made(&mut table, 3, &format!("/docker/{a}"), 1, HOST_PID_NS);
    assert_eq!(effects, [Effect::Ask(1), Effect::Tell(1, 3)]);
    assert!(made(&mut table, 4, &format!("/docker/{a}/init.scope"), 3, 200).is_empty());
    assert_eq!(table.container_of(4).unwrap().identity.id, a);
    assert_eq!(table.removed(4, 10), None);
    assert_eq!(table.removed(3, 20), Some(Effect::Tell(1, 3)));
    // Late events still find it.
    assert_eq!(table.container_of(3).unwrap().removed_ns, Some(20));
    // It comes again, as another with the same id.
    let effects = made(&mut table, 5, &format!("/docker/{a}"), 1, HOST_PID_NS);
    assert_eq!(effects, [Effect::Ask(2), Effect::Tell(2, 5)]);
    table.expire(LATE_NS + 100);
    assert!(table.container_of(3).is_none());
    assert_eq!(table.len(), (3, 1));
}

#[test]
fn ten_thousand_containers_leave_nothing() {
    let mut table = table();
    let mut most = (0, 0);
    for number in 0..10_000u64 {
        let now = number * 50_000_000;
        let path = format!("/docker/{number:064x}");
        let maker = table.maker(1, HOST_PID_NS);
        assert_eq!(
            table.made(number + 10, path.as_bytes(), maker, now).len(),
            2
        );
        assert!(table.removed(number + 10, now + 5_000_000).is_some());
        let (cgroups, containers) = table.len();
        most = (most.0.max(cgroups), most.1.max(containers));
    }
    assert!(most.0 < 1000 && most.1 < 1000, "{most:?}");
    table.expire(u64::MAX);
    assert_eq!(table.len(), (1, 0));
    assert!(
        table.by_path.len() == 1 && table.by_own_path.is_empty() && table.by_identity.is_empty()
    );
    assert_eq!(table.overflow(), Overflow::default());
}

#[test]
fn a_container_cannot_pass_for_another() {
    let mut table = table();
    let (a, b) = (id('a'), id('b'));
    made(&mut table, 3, &format!("/docker/{a}"), 1, HOST_PID_NS);
    // Below its own cgroup, and beside it.
    let effects = made(&mut table, 4, &format!("/docker/{a}/docker/{b}"), 3, 200);
    assert_eq!(effects, [Effect::Tell(1, 4)]);
    let effects = made(&mut table, 5, &format!("/libpod_parent/libpod-{b}"), 3, 200);
    assert_eq!(effects, [Effect::Tell(1, 5)]);
    // The host's pid namespace does not help it.
    made(&mut table, 6, &format!("/crio-{b}"), 3, HOST_PID_NS);
    // Nor does a process in a cgroup of the host.
    let effects = made(&mut table, 7, &format!("/docker/{b}"), 1, 200);
    assert_eq!(effects, [Effect::Tell(2, 7)]);
    for cgroup in [4, 5, 6] {
        assert_eq!(table.container_of(cgroup).unwrap().identity.id, a);
    }
    let unknown = table.container_of(7).unwrap();
    assert_eq!(
        (unknown.known, &*unknown.identity.id),
        (Known::Unknown, "cgroup-7")
    );
    assert_eq!(unknown.refused[0].id, b);
    let refused: Vec<_> = table
        .container(1)
        .unwrap()
        .refused
        .iter()
        .map(|one| one.engine)
        .collect();
    assert_eq!(
        refused,
        [
            Some(Engine::Docker),
            Some(Engine::Podman),
            Some(Engine::CriO)
        ]
    );
}

#[test]
fn an_id_is_held_once() {
    let mut table = table();
    let a = id('a');
    made(&mut table, 3, &format!("/docker/{a}"), 1, HOST_PID_NS);
    made(
        &mut table,
        4,
        &format!("/jobs/docker-{a}.scope"),
        1,
        HOST_PID_NS,
    );
    assert_ne!(table.container_of(4).unwrap().identity.id, a);
    // Another user's engine is another engine.
    let path = format!("/user.slice/user-7.slice/user@7.service/user.slice/docker-{a}.scope");
    made(&mut table, 5, &path, 1, HOST_PID_NS);
    assert_eq!(table.container_of(5).unwrap().identity.user, Some(7));
}

#[test]
fn one_container_cannot_fill_the_table() {
    let mut table = table();
    let a = id('a');
    made(&mut table, 3, &format!("/docker/{a}"), 1, HOST_PID_NS);
    for number in 0..2 * u64::from(CGROUPS_OF_ONE_MAX) {
        made(
            &mut table,
            10 + number,
            &format!("/docker/{a}/{number}"),
            3,
            200,
        );
    }
    assert_eq!(table.len().0, 1 + CGROUPS_OF_ONE_MAX as usize);
    assert_eq!(table.overflow().cgroups, u64::from(CGROUPS_OF_ONE_MAX) + 1);
    // From a cgroup that is not held it is not believed either.
    let last = 9 + 2 * u64::from(CGROUPS_OF_ONE_MAX);
    assert_eq!(table.maker(last, HOST_PID_NS), Maker::Isolated);
}

#[test]
fn a_guess_waits_for_its_engine() {
    let mut table = table();
    assert_eq!(
        made(&mut table, 3, "/job-7", 1, HOST_PID_NS),
        [Effect::AskGuess(3)]
    );
    made(&mut table, 4, "/job-7/below", 1, 200);
    assert!(table.container_of(3).is_none());
    let serial = table
        .confirmed(3, Some(Engine::Runc), "job-7", None)
        .unwrap();
    assert_eq!(
        table.container_of(3).unwrap().path,
        table.container(serial).unwrap().path
    );
    // What a process of an unknown container made stays apart.
    assert_eq!(table.container_of(4).unwrap().known, Known::Unknown);
    made(&mut table, 5, "/job-70", 1, HOST_PID_NS);
    assert!(table.isolated(5, HOST_PID_NS).is_none());
    let serial = table.isolated(5, 300).unwrap();
    assert_eq!(table.container(serial).unwrap().known, Known::Unknown);
    assert_eq!(table.container(serial).unwrap().identity.id, "job-70");
}

#[test]
fn nested_containers_of_a_tree_wait_too() {
    let mut table = table();
    let (a, b) = (id('a'), id('b'));
    let path = format!("/docker/{a}/docker/{b}");
    let effects = table.made(9, path.as_bytes(), Maker::Unknown, 0);
    assert_eq!(
        effects,
        [Effect::Ask(1), Effect::Tell(1, 9), Effect::AskClaim(9)]
    );
    let container = table.container_of(9).unwrap();
    assert_eq!(container.identity.id, a);
    assert_eq!(container.refused[0].id, b);
    // Its own cgroup is found later.
    table.made(7, format!("{path}/below").as_bytes(), Maker::Unknown, 0);
    table.made(8, format!("/docker/{a}").as_bytes(), Maker::Unknown, 0);
    assert_eq!(table.container_of(8).unwrap().identity.id, a);
    // An engine of the host knows the inner one.
    let serial = table.claim_confirmed(9).unwrap();
    let inner = table.container(serial).unwrap();
    assert_eq!((&*inner.identity.id, inner.cgroups), (&*b, 2));
    assert_eq!(inner.outer_identities[0].id, a);
    assert_eq!(table.container_of(7).unwrap().identity.id, b);
    let outer = table.container_of(8).unwrap();
    assert!(outer.refused.is_empty() && outer.cgroups == 1);
    assert!(table.claim_confirmed(9).is_none() && table.claim_confirmed(8).is_none());
}

#[test]
fn without_version_2_namespaces_stand_for_containers() {
    let mut table = table();
    let (a, b) = (id('a'), id('b'));
    assert!(table.is_unplaced(1, 300) && !table.is_unplaced(1, HOST_PID_NS));
    let path = format!("/docker/{a}/docker/{b}");
    let effects = table.placed(path.as_bytes(), 299, 300);
    assert_eq!(effects, [Effect::Ask(1), Effect::Tell(1, 0)]);
    let container = table.container(1).unwrap();
    assert_eq!(
        (&*container.identity.id, container.namespaces),
        (&*a, (299, 300))
    );
    assert_eq!(container.refused[0].id, b);
    assert!(
        table
            .placed(b"/system.slice/ssh.service", 1, 301)
            .is_empty()
    );
    let own = format!("/docker/{a}");
    assert_eq!(
        table.removed_elsewhere(own.as_bytes(), 5),
        Some(Effect::Tell(1, 0))
    );
    assert_eq!(table.removed_elsewhere(own.as_bytes(), 6), None);
    table.expire(LATE_NS + 100);
    assert_eq!(table.len(), (1, 0));
}
