//! Repetitions, limits and notices.

use super::super::*;
use super::{at, shell};

fn open() -> GateOptions {
    GateOptions {
        per_rule: Rate::NONE,
        per_container: Rate::NONE,
        total: Rate::NONE,
        ..GateOptions::default()
    }
}

/// Seconds and counts of what goes out when the same alert comes at these times.
fn told(options: GateOptions, times: &[i64]) -> Vec<(i64, u64)> {
    let mut gate = Gate::new(options);
    let mut out = Vec::new();
    for time in times {
        gate.offer(shell(*time), &mut out);
    }
    gate.finish(&mut out);
    out.iter()
        .map(|alert| ((alert.time.duration_since(at(0))).as_secs(), alert.count))
        .collect()
}

#[test]
fn the_same_again_is_one_with_a_count() {
    assert_eq!(told(open(), &[0, 1, 2, 3]), [(0, 1), (3, 4)]);
}

#[test]
fn updates_come_at_widening_intervals() {
    let times: Vec<i64> = (0..=7200).step_by(10).collect();
    let counts = told(open(), &times);
    assert_eq!(
        counts,
        [
            (0, 1),
            (60, 7),
            (300, 31),
            (1260, 127),
            (4860, 487),
            (7200, 721)
        ]
    );
}

#[test]
fn after_the_window_it_is_a_new_alert() {
    // The second of the first group is told when the third arrives, before it.
    assert_eq!(
        told(open(), &[0, 5, 700, 701]),
        [(0, 1), (5, 2), (700, 1), (701, 2)]
    );
}

#[test]
fn without_a_window_each_is_told() {
    let mut options = open();
    options.repeats.window_s = 0;
    assert_eq!(told(options, &[0, 1, 2]), [(0, 1), (1, 1), (2, 1)]);
}

#[test]
fn what_ended_is_told_when_any_event_comes() {
    let mut gate = Gate::new(open());
    let mut out = Vec::new();
    gate.offer(shell(0), &mut out);
    gate.offer(shell(5), &mut out);
    gate.advance(at(604), &mut out);
    assert_eq!(out.len(), 1);
    gate.advance(at(605), &mut out);
    assert_eq!((out.len(), out[1].count), (2, 2));
    assert_eq!(gate.remembered(), 0);
    assert_eq!(gate.counts().told, 2);
}

#[test]
fn memory_is_bounded_and_nothing_is_forgotten_untold() {
    let mut options = open();
    options.repeats.remembered_max = 10;
    let mut gate = Gate::new(options);
    let mut out = Vec::new();
    for number in 0..1000_u32 {
        for _ in 0..2 {
            let mut alert = shell(i64::from(number));
            alert.rule = format!("rule {number}");
            gate.offer(alert, &mut out);
        }
        assert!(gate.remembered() <= 10);
    }
    gate.finish(&mut out);
    assert_eq!(out.len(), 2000);
    assert_eq!(out.iter().filter(|alert| alert.count == 2).count(), 1000);
}

fn different(number: i64, container: &str, seconds: i64) -> Alert {
    let mut alert = shell(seconds);
    alert.fields = vec![(
        "proc.cmdline".to_owned(),
        FieldValue::Text(format!("sh {number}")),
    )];
    if let Some(found) = &mut alert.container {
        container.clone_into(&mut found.id);
    }
    alert
}

#[test]
fn a_flood_is_held_back_counted_and_told() {
    let mut options = open();
    options.per_rule = Rate {
        burst: 10,
        per_minute: 60,
    };
    let mut gate = Gate::new(options);
    let mut out = Vec::new();
    for number in 0..100 {
        gate.offer(different(number, "a", 0), &mut out);
    }
    assert_eq!(out.len(), 10);
    assert_eq!(gate.counts().held_back_total(), 90);
    // One a second comes back.
    gate.offer(different(100, "a", 5), &mut out);
    assert_eq!(out.len(), 11);
    gate.advance(at(60), &mut out);
    let notice = &out[11];
    assert_eq!(notice.source, SOURCE_INTERNAL);
    assert_eq!(
        notice.output,
        "90 alerts held back since 2017-10-09T23:31:56.000000000Z: Terminal shell in container \
         (90, by the limit of its rule)"
    );
    assert_eq!(
        notice.field("plimsoll.held_back"),
        Some(&FieldValue::Unsigned(90))
    );
    gate.finish(&mut out);
    assert_eq!(out.len(), 12, "told once");
}

#[test]
fn one_loud_container_does_not_silence_another() {
    let mut options = open();
    options.per_container = Rate {
        burst: 5,
        per_minute: 1,
    };
    let mut gate = Gate::new(options);
    let mut out = Vec::new();
    for number in 0..50 {
        gate.offer(different(number, "loud", 0), &mut out);
    }
    gate.offer(different(0, "quiet", 0), &mut out);
    assert_eq!(out.len(), 6);
    let held: Vec<_> = gate.counts().held_back.keys().map(|key| key.1).collect();
    assert_eq!(held, [Limit::Container]);
}

#[test]
fn ten_thousand_containers_leave_nothing_behind() {
    let mut gate = Gate::new(GateOptions::default());
    let mut out = Vec::new();
    for number in 0..10_000 {
        gate.offer(different(0, &number.to_string(), number), &mut out);
    }
    assert!(gate.remembered() <= RepeatOptions::default().remembered_max);
    assert_eq!(out.len(), 10_000);
}

#[test]
fn losses_are_told_by_kind_and_reason() {
    let mut gate = Gate::new(open());
    let mut out = Vec::new();
    gate.lost(at(0), "openat", "ring full", 4);
    gate.lost(at(1), "openat", "ring full", 3);
    gate.lost(at(1), "execve", "shed", 9);
    gate.lost(at(1), "close", "shed", 0);
    gate.advance(at(61), &mut out);
    assert_eq!(out.len(), 1);
    assert_eq!(
        out[0].output,
        "16 events lost since 2017-10-09T23:31:56.000000000Z: execve (9, shed), openat (7, ring full)"
    );
    assert_eq!(gate.counts().lost_total(), 16);
}

#[test]
fn events_out_of_order_do_no_harm() {
    assert_eq!(told(open(), &[10, 9, 8, 11]), [(10, 1), (11, 4)]);
}
