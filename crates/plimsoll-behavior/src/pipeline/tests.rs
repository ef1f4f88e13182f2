use super::*;
use crate::alert::FieldValue;
use crate::rules::Priority;
use crate::scenario::{self, Step};

/// Fires at each open of a path that ends in `shadow`.
struct Shadow;

impl Judge for Shadow {
    fn judge(&mut self, moment: &Moment<'_>, alerts: &mut Vec<Alert>) {
        if moment.path().is_some_and(|path| path.ends_with(b"shadow")) {
            let time = timestamp(moment.wall_ns());
            let text = format!("opened by {}", moment.process.exec.pid);
            alerts.push(Alert::new(
                time,
                "shadow",
                Priority::Warning,
                "syscall",
                text,
            ));
        }
    }
}

fn records(text: &str) -> Vec<Vec<u8>> {
    let steps = scenario::read(text).unwrap().into_iter();
    steps
        .map(|step| match step {
            Step::Record(bytes) => bytes,
            Step::Question { .. } => unreachable!(),
        })
        .collect()
}

fn run(text: &str) -> (Vec<Alert>, Pipeline<Shadow>) {
    let mut pipeline = Pipeline::new(Shadow, PipelineOptions::default());
    let mut alerts = Vec::new();
    for record in records(text) {
        pipeline.feed(&record, &mut alerts).unwrap();
    }
    pipeline.finish(&mut alerts);
    (alerts, pipeline)
}

#[test]
fn from_records_to_alerts() {
    let text = "
        0 host host_name=node-1 boot_time=1700000000000000000
        10 openat=3 name=/etc/shadow
        11 openat=3 name=/etc/passwd
        12 openat=-13 name=/etc/shadow";
    let (alerts, pipeline) = run(text);
    assert_eq!(alerts.len(), 2);
    assert_eq!(pipeline.passed().records, 4);
    assert_eq!(alerts[0].time.to_string(), "2023-11-14T22:13:21.002Z");
    assert_eq!(alerts, run(text).0);
}

#[test]
fn losses_are_told_once() {
    let lost = |alerts: &[Alert]| -> Vec<(String, u64)> {
        let fields = alerts.iter().flat_map(|alert| &alert.fields);
        fields
            .filter_map(|(name, value)| match value {
                FieldValue::Unsigned(count) => Some((name.clone(), *count)),
                _ => None,
            })
            .collect()
    };
    let told = "0 lost lost_kind=4 lost_count=5 lost_reason=\"ring full\"\n";
    let gap = "1 close fd=1 cpu=1 seq=10\n1 close fd=1 cpu=1 seq=16\n";
    for text in [format!("{gap}{told}"), format!("{told}{gap}")] {
        let (alerts, pipeline) = run(&text);
        assert_eq!(pipeline.held().lost_total(), 5, "{text}");
        let found = lost(&alerts);
        assert!(
            found.contains(&("plimsoll.lost[openat,ring full]".into(), 5)),
            "{found:?}"
        );
    }
    let (_, pipeline) = run(gap);
    let lost = &pipeline.held().lost;
    assert_eq!(
        lost.get(&("unknown".into(), "sequence gap".into())),
        Some(&5)
    );
}

#[test]
fn numbers_that_come_late_or_begin_anew_are_no_gap() {
    for text in [
        "1 close cpu=0 seq=4\n1 close cpu=0 seq=6\n1 close cpu=0 seq=5\n1 close cpu=0 seq=7",
        "1 close cpu=0 seq=100000\n1 close cpu=0 seq=1\n1 close cpu=0 seq=2",
        "1 close cpu=0 seq=4294967295\n1 close cpu=0 seq=0\n1 close cpu=1 seq=50",
    ] {
        assert_eq!(run(text).1.held().lost_total(), 0, "{text}");
    }
}

#[test]
fn what_is_no_record_is_counted() {
    let mut pipeline = Pipeline::new(Shadow, PipelineOptions::default());
    assert!(pipeline.feed(b"junk", &mut Vec::new()).is_err());
    assert_eq!(pipeline.passed().refused, 1);
}

#[test]
fn events_go_on_by_their_times() {
    let mut order = Order::default();
    let mut out: Vec<u8> = Vec::new();
    for (time, byte) in [(5, b'c'), (3, b'a'), (5, b'd'), (4, b'b'), (9, b'e')] {
        order.push(&[byte], time * ORDER_NS, |record| out.extend(record));
    }
    order.settle(6 * ORDER_NS, |record| out.extend(record));
    assert_eq!((&*out, order.waiting()), (&b"abcd"[..], 1));
    order.push(b"f", 2 * ORDER_NS, |record| out.extend(record));
    order.finish(|record| out.extend(record));
    assert_eq!((&*out, order.late()), (&b"abcdfe"[..], 1));
}

#[test]
fn what_waits_is_bounded() {
    let mut order = Order::default();
    let mut count = 0;
    for _ in 0..2000 {
        order.push(&[0; 4096], 7, |_| count += 1);
        assert!(order.bytes_held() <= order::ORDER_BYTES_MAX + 4096);
    }
    order.finish(|_| count += 1);
    assert_eq!(count, 2000);
}
