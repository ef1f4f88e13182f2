//! Whole outputs against receivers that behave well, badly, or not at all.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use plimsoll_behavior::Alert;
use plimsoll_behavior::rules::Priority;
use plimsoll_model::Timestamp;
use plimsoll_notify::{Notifier, OutputStatus, Target, TargetOptions};
use serde_json::Value;

fn alert(number: i64) -> Alert {
    let time = Timestamp::from_second(1_507_591_916 + number).unwrap();
    let mut alert = Alert::new(
        time,
        format!("rule {number}"),
        Priority::Error,
        "syscall",
        "text",
    );
    alert.tags = vec!["T1059".to_owned()];
    "node".clone_into(&mut alert.hostname);
    alert
}

fn notifier(target: &str) -> Notifier {
    let target = Target::parse(target).unwrap();
    let mut notifier = Notifier::default();
    let output = target.open(&TargetOptions::default()).unwrap();
    notifier.add(target.name(), output).unwrap();
    notifier
}

fn wait_for(notifier: &Notifier, what: impl Fn(&OutputStatus) -> bool) -> OutputStatus {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let status = notifier.status().remove(0);
        if what(&status) {
            return status;
        }
        assert!(Instant::now() < end, "{status:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A receiver that gives these answers, one a request, then 200; hands out head and body.
fn receiver(answers: &'static [&'static str]) -> (String, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (sender, received) = channel();
    thread::spawn(move || {
        let mut answers = answers.iter();
        while let Ok((stream, _)) = listener.accept() {
            let mut reader = BufReader::new(stream);
            while let Some(request) = request(&mut reader) {
                let answer = answers.next().copied().unwrap_or("200 OK\r\n");
                let text = format!("HTTP/1.1 {answer}content-length: 0\r\n\r\n");
                reader.get_mut().write_all(text.as_bytes()).unwrap();
                if sender.send(request).is_err() {
                    return;
                }
            }
        }
    });
    (url, received)
}

fn request(reader: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let head = head.to_lowercase();
    let length = head.split("content-length: ").nth(1)?.lines().next()?;
    let mut body = vec![0; length.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some((head, String::from_utf8(body).unwrap()))
}

/// Falcosidekick decodes each request into a structure with these types and refuses one without
/// output, rule, time and fields (its `types.FalcoPayload` and `newFalcoPayload`, by its README).
fn assert_falcosidekick_takes(body: &str) {
    let payload: Value = serde_json::from_str(body).unwrap();
    for key in ["output", "rule", "priority", "time", "source", "hostname"] {
        assert!(payload[key].is_string(), "{key}: {body}");
    }
    assert!(payload["output_fields"].is_object());
    assert!(
        payload["tags"]
            .as_array()
            .unwrap()
            .iter()
            .all(Value::is_string)
    );
    let time: Timestamp = payload["time"].as_str().unwrap().parse().unwrap();
    assert!(time > Timestamp::UNIX_EPOCH);
    let priorities = [
        "emergency",
        "alert",
        "critical",
        "error",
        "warning",
        "notice",
        "informational",
        "debug",
    ];
    let priority = payload["priority"].as_str().unwrap().to_lowercase();
    assert!(priorities.contains(&priority.as_str()));
}

#[test]
fn http_sends_what_falcosidekick_takes() {
    let (url, received) = receiver(&[]);
    let mut notifier = notifier(&format!("http={url}"));
    notifier.tell(&alert(1));
    notifier.tell(&alert(2));
    let (head, body) = received.recv().unwrap();
    assert!(head.starts_with("post / http/1.1"));
    assert!(head.contains("content-type: application/json"));
    assert_falcosidekick_takes(&body);
    assert!(received.recv().unwrap().1.contains("rule 2"));
    let status = notifier.close(Duration::from_secs(5)).remove(0);
    assert_eq!(
        (status.delivered, status.dropped, status.retries),
        (2, 0, 0)
    );
}

#[test]
fn batches_are_arrays() {
    // The first request is refused for now, so that the others gather.
    let (url, received) = receiver(&["503 Busy\r\n"]);
    let notifier = notifier(&format!("http-batch={url}"));
    for number in 0..30 {
        notifier.tell(&alert(number));
    }
    wait_for(&notifier, |status| status.delivered == 30);
    let bodies: Vec<Value> = received
        .try_iter()
        .map(|(_, body)| serde_json::from_str(&body).unwrap())
        .collect();
    let last = bodies.last().unwrap().as_array().unwrap();
    assert_eq!(last.last().unwrap()["rule"], "rule 29");
    assert!(bodies.len() < 10, "{} requests", bodies.len());
}

#[test]
fn what_may_pass_is_tried_again_and_what_lasts_is_counted() {
    let (url, received) = receiver(&[
        "503 Busy\r\n",
        "429 Slow\r\nretry-after: 1\r\n",
        "200 OK\r\n",
        "400 No\r\n",
        "302 There\r\nlocation: http://169.254.169.254/\r\n",
    ]);
    let notifier = notifier(&format!("http={url}"));
    let begin = Instant::now();
    notifier.tell(&alert(1));
    let status = wait_for(&notifier, |status| status.delivered == 1);
    assert_eq!((status.retries, status.trouble), (2, None));
    assert!(begin.elapsed() > Duration::from_secs(1), "asked too early");
    notifier.tell(&alert(2));
    notifier.tell(&alert(3));
    let status = wait_for(&notifier, |status| status.refused == 2);
    assert_eq!(
        status.trouble.as_deref(),
        Some("the receiver answered 302 Found")
    );
    notifier.tell(&alert(4));
    wait_for(&notifier, |status| {
        status.delivered == 2 && status.trouble.is_none()
    });
    assert_eq!(received.try_iter().count(), 6);
}

#[test]
fn a_receiver_that_is_away_costs_counted_alerts_and_no_time() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let mut notifier = notifier(&format!("http=http://{port}/"));
    let begin = Instant::now();
    for number in 0..20_000 {
        notifier.tell(&alert(number));
    }
    let spent = begin.elapsed();
    let status = notifier.status().remove(0);
    assert!(status.dropped >= 20_000 - 8192 - 1, "{status:?}");
    assert!(status.waiting_bytes <= 4 << 20);
    let status = notifier.close(Duration::from_millis(300)).remove(0);
    assert_eq!(status.delivered + status.refused, 0);
    assert_eq!(status.dropped, 20_000, "{status:?}");
    assert!(status.trouble.unwrap().contains("refused"));
    assert!(spent < Duration::from_secs(10), "{spent:?}");
}

#[test]
fn a_receiver_that_hangs_does_not_hold_up_others_or_the_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "http={}",
        format_args!("http://{}/", listener.local_addr().unwrap())
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alerts.json");
    let mut notifier = notifier(&url);
    let file = Target::parse(&format!("json={}", path.display())).unwrap();
    let output = file.open(&TargetOptions::default()).unwrap();
    notifier.add("file", output).unwrap();
    for number in 0..10 {
        notifier.tell(&alert(number));
    }
    let begin = Instant::now();
    let status = notifier.close(Duration::from_millis(500));
    assert!(begin.elapsed() < Duration::from_secs(3));
    assert_eq!(status[0].dropped, 10);
    assert_eq!(status[1].delivered, 10);
    assert_eq!(std::fs::read_to_string(path).unwrap().lines().count(), 10);
}

#[test]
fn a_program_reads_lines_and_is_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    // Each run of the program takes one line and ends.
    let mut notifier = notifier(&format!("program=head -n 1 >> {}", path.display()));
    for number in 0..3 {
        notifier.tell(&alert(number));
        wait_for(&notifier, |status| status.delivered == number as u64 + 1);
        thread::sleep(Duration::from_millis(300));
    }
    let status = notifier.close(Duration::from_secs(5)).remove(0);
    assert_eq!(status.dropped, 0);
    let text = std::fs::read_to_string(path).unwrap();
    let rules: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rules.len(), 3, "{text}");
    assert!(status.retries >= 2, "{status:?}");
}

#[test]
fn replays_wait_for_room() {
    let (url, received) = receiver(&[]);
    let mut notifier = notifier(&format!("http-batch={url}"));
    for number in 0..20_000 {
        notifier.tell_waiting(&alert(number), Duration::from_secs(20));
    }
    let status = notifier.close(Duration::from_secs(20)).remove(0);
    assert_eq!((status.delivered, status.dropped), (20_000, 0));
    drop(received);
}
