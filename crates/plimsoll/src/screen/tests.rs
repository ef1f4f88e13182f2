//! Pictures of the screen.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use plimsoll_behavior::Alert;
use plimsoll_behavior::alert::{AlertContainer, AlertPod, AlertProcess};
use plimsoll_behavior::rules::Priority;
use plimsoll_model::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::{Action, ContainerRow, Counts, Look, Model, draw};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_507_591_916 + seconds).unwrap()
}

fn shell(seconds: i64, container: &str) -> Alert {
    let mut alert = Alert::new(
        at(seconds),
        "Terminal shell in container",
        Priority::Notice,
        "syscall",
        "A shell was spawned in a container with an attached terminal (user=root)",
    );
    alert.tags = ["T1059", "container", "mitre_execution"]
        .map(str::to_owned)
        .to_vec();
    "execve".clone_into(&mut alert.event);
    alert.container = Some(AlertContainer {
        id: format!("{container}0123456789"),
        name: container.to_owned(),
        image: "registry.example/shop/web:2.3".to_owned(),
        ..AlertContainer::default()
    });
    let process = |pid, exe: &str, args: &[&str]| AlertProcess {
        pid,
        exe: exe.to_owned(),
        args: args.iter().map(ToString::to_string).collect(),
        uid: Some(0),
    };
    alert.chain = vec![
        process(4711, "/usr/bin/bash", &["bash", "-i"]),
        process(4700, "/usr/bin/runc", &["runc", "exec", "web"]),
        process(1, "/sbin/init", &["/sbin/init"]),
    ];
    alert.mend = Some("Take the shell out of the image.".to_owned());
    alert
}

fn breakout(seconds: i64) -> Alert {
    let mut alert = Alert::new(
        at(seconds),
        "Release agent written",
        Priority::Critical,
        "syscall",
        "release_agent of a cgroup was written (process=sh)",
    );
    alert.container = shell(0, "cart").container;
    alert.pod = Some(AlertPod {
        namespace: "shop".to_owned(),
        name: "cart-7d".to_owned(),
        uid: String::new(),
    });
    alert
}

fn model() -> Model {
    let mut model = Model::new("node-1".to_owned(), at(0));
    model.alert(shell(1, "web"));
    model.alert(breakout(2));
    let mut again = shell(61, "web");
    again.count = 7;
    again.first_seen = at(1);
    model.alert(again);
    let row = |id: &str, name: &str, image: &str, rate, alerts| ContainerRow {
        id: id.to_owned(),
        name: name.to_owned(),
        image: image.to_owned(),
        rate,
        alerts,
        gone: false,
    };
    let counts = Counts {
        rate: 12_345.6,
        events: 1_000_000,
        alerts: 3,
        repeated: 5,
        held_back: 2,
        rules: 81,
        programs: (64, 2),
        cpu: 0.0123,
        resident_bytes: 41 << 20,
        ..Counts::default()
    };
    let rows = vec![
        row("", "host", "", 12.0, 0),
        row(
            "web0123456789",
            "web",
            "registry.example/shop/web:2.3",
            3.25,
            2,
        ),
        row(
            "cart0123456789",
            "shop/cart-7d cart",
            "registry.example/shop/cart:1",
            900.0,
            1,
        ),
        row(
            "c",
            "a-container-with-quite-a-long-name",
            "registry.example/with/a/long/path/image@sha256:0123",
            0.0,
            0,
        ),
    ];
    model.update(at(61), counts, rows);
    model
}

fn picture(model: &Model, columns: u16, lines: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(columns, lines)).unwrap();
    terminal
        .draw(|frame| draw(frame, model, Look { color: true }))
        .unwrap();
    terminal.backend().to_string()
}

fn press(model: &mut Model, keys: &[KeyCode]) -> Option<Action> {
    let mut action = None;
    for code in keys {
        action = model.key(KeyEvent::new(*code, KeyModifiers::NONE));
    }
    action
}

fn text(model: &mut Model, text: &str) {
    for character in text.chars() {
        press(model, &[KeyCode::Char(character)]);
    }
}

#[test]
fn lists_on_a_small_terminal() {
    insta::assert_snapshot!(picture(&model(), 80, 24));
}

#[test]
fn details_with_the_process_tree() {
    let mut model = model();
    press(&mut model, &[KeyCode::Enter]);
    insta::assert_snapshot!(picture(&model, 80, 24));
}

#[test]
fn help_fits_a_small_terminal() {
    let mut model = model();
    press(&mut model, &[KeyCode::Char('?')]);
    insta::assert_snapshot!(picture(&model, 80, 24));
}

#[test]
fn the_filter_works_as_one_types() {
    let mut model = model();
    text(&mut model, "/cart RELEASE");
    let shown: Vec<&str> = model.shown_alerts().iter().map(|(_, a)| &*a.rule).collect();
    assert_eq!(shown, ["Release agent written"]);
    assert_eq!(model.shown_containers().len(), 1);
    insta::assert_snapshot!(picture(&model, 80, 24));
    text(&mut model, "x");
    assert!(model.shown_alerts().is_empty());
    assert!(picture(&model, 80, 24).contains("none that the filter lets through"));
    press(&mut model, &[KeyCode::Esc]);
    assert_eq!(model.shown_alerts().len(), 2);
}

#[test]
fn a_chosen_container_narrows_the_alerts() {
    let mut model = model();
    press(&mut model, &[KeyCode::Tab, KeyCode::Down, KeyCode::Enter]);
    assert_eq!(model.chosen_container.as_deref(), Some("cart0123456789"));
    assert_eq!(model.shown_alerts().len(), 1);
    assert!(picture(&model, 80, 24).contains("Alerts 1 of 2 in shop/cart-7d cart"));
    press(&mut model, &[KeyCode::Esc]);
    assert_eq!(model.shown_alerts().len(), 2);
}

#[test]
fn the_chosen_alert_stays_when_newer_ones_come() {
    let mut model = model();
    press(&mut model, &[KeyCode::Down]);
    assert_eq!(model.alert_chosen().unwrap().rule, "Release agent written");
    for number in 0..50 {
        model.alert(shell(100 + number, &format!("c{number}")));
    }
    assert_eq!(model.alert_chosen().unwrap().rule, "Release agent written");
    let shown = picture(&model, 80, 24);
    assert!(shown.contains("> 23:31:58 CRIT"), "{shown}");
}

#[test]
fn a_pause_holds_the_lists_and_loses_nothing() {
    let mut model = model();
    press(&mut model, &[KeyCode::Char('p')]);
    model.alert(shell(100, "other"));
    assert_eq!(model.shown_alerts().len(), 2);
    assert!(picture(&model, 80, 24).contains("PAUSED, 1 alerts wait"));
    press(&mut model, &[KeyCode::Char('p')]);
    assert_eq!(model.shown_alerts().len(), 3);
}

#[test]
fn any_size_and_any_text_can_be_drawn() {
    let mut model = model();
    let mut odd = shell(5, "größe-容器");
    "\u{1b}[2J\u{202e}".clone_into(&mut odd.rule);
    model.alert(odd.cleaned());
    for keys in [
        &[][..],
        &[KeyCode::Enter],
        &[KeyCode::Char('n')],
        &[KeyCode::Char('?')],
    ] {
        press(&mut model, keys);
        for (columns, lines) in [(1, 1), (10, 3), (40, 10), (41, 11), (80, 24), (200, 60)] {
            let shown = picture(&model, columns, lines);
            assert!(!shown.contains('\u{1b}'));
        }
        press(&mut model, &[KeyCode::Esc]);
    }
}

#[test]
fn without_colours_the_same_is_said() {
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal
        .draw(|frame| draw(frame, &model(), Look { color: false }))
        .unwrap();
    assert_eq!(terminal.backend().to_string(), picture(&model(), 80, 24));
    let colored = |cell: &ratatui::buffer::Cell| cell.fg != ratatui::style::Color::Reset;
    assert!(!terminal.backend().buffer().content().iter().any(colored));
}

#[test]
fn escape_and_a_key_at_once_are_two_keys() {
    let mut model = model();
    text(&mut model, "/xyz");
    model.key(KeyEvent::new(KeyCode::Char('n'), KeyModifiers::ALT));
    assert_eq!(model.filter, "");
    assert!(picture(&model, 80, 24).contains("Notes ─"));
}

#[test]
fn only_meant_keys_end_it() {
    let mut model = model();
    assert_eq!(press(&mut model, &[KeyCode::Esc]), Some(Action::Draw));
    text(&mut model, "/q");
    assert_eq!(model.filter, "q");
    press(&mut model, &[KeyCode::Enter]);
    let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(model.key(interrupt), Some(Action::Quit));
    assert_eq!(press(&mut model, &[KeyCode::Char('q')]), Some(Action::Quit));
}

#[test]
fn memory_is_bounded() {
    let mut model = model();
    for number in 0..5_000 {
        model.alert(shell(number, &number.to_string()));
        model.note(number.to_string());
    }
    assert_eq!(model.alerts.len(), super::model::ALERTS_MAX);
    press(&mut model, &[KeyCode::Char('p')]);
    for number in 0..5_000 {
        model.alert(shell(number, &number.to_string()));
    }
    assert_eq!(model.waiting.len(), super::model::ALERTS_MAX);
}
