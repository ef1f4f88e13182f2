//! All about one alert, the help, and the notes.

use plimsoll_behavior::Alert;
use plimsoll_model::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph, Wrap};

use super::draw::fitted;
use super::model::Model;
use super::style::{self, Look};

/// Longest command line in the tree, in characters: `-o json` has all of it. Ancestors take a line each,
/// however much they were started with.
const COMMAND_CHARS_MAX: usize = 200;
const ANCESTOR_CHARS_MAX: usize = 56;
/// Engines take these many of an id's digits for all of them.
const ID_CHARS: usize = 12;

/// What the keys do, one a line.
const HELP: &str = "\
Enter         details of the chosen alert; of a container only its alerts
Tab           the other list
up/down, j/k  choose            PageUp/PageDown, Home/End
/             filter as you type: every word must stand in the rule, priority,
              output, container, pod, image or tags; Enter keeps it
Esc           no filter, no chosen container
p, space      pause: what is shown stays, counting goes on
n             notes: programs refused, rules reloaded, outputs that fail
q, Ctrl-C     end

events/s      events a second that were looked at
repeated      the same alert again: counted, not told by itself
held back     alerts that a rate limit kept from you
lost          events that nobody looked at
dropped       alerts that an output (file, syslog, HTTP, program) lost";

/// The chosen alert with everything that is known.
pub(super) fn alert(frame: &mut Frame<'_>, area: Rect, model: &Model, line: u16, look: Look) {
    let Some(alert) = model.alert_chosen() else {
        frame.render_widget(Paragraph::new("it is gone"), area);
        return;
    };
    let lines = lines(alert, look);
    // Not past the end: the last lines stay in view.
    let last = (lines.len() as u16).saturating_sub(area.height / 2);
    let block = Block::new()
        .borders(Borders::TOP)
        .title(Span::styled(format!("{} ", alert.rule), style::title()));
    let text = Paragraph::new(lines)
        .block(block)
        .wrap(Wrap { trim: false })
        .scroll((line.min(last), 0));
    frame.render_widget(text, area);
}

fn lines(alert: &Alert, look: Look) -> Vec<Line<'static>> {
    let mut lines = vec![Line::from(vec![
        Span::raw(label("priority")),
        Span::styled(alert.priority.name(), look.priority(alert.priority)),
    ])];
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            lines.push(Line::from(format!("{}{value}", label(name))));
        }
    };
    put("where", &alert.place());
    if let Some(container) = &alert.container {
        let short =
            |text: &str, from: usize| text.chars().take(from + ID_CHARS).collect::<String>();
        put("container", &short(&container.id, 0));
        put("image", &container.image);
        put("digest", &short(&container.image_digest, "sha256:".len()));
    }
    let times = if alert.count > 1 {
        format!(
            "{} times, {} to {}",
            alert.count,
            clock(alert.first_seen),
            clock(alert.last_seen)
        )
    } else {
        format!("once, {}", clock(alert.last_seen))
    };
    put("seen", &times);
    put("event", &alert.event);
    put("what", &alert.output);
    put("do", alert.mend.as_deref().unwrap_or_default());
    lines.push(Line::from(Span::styled("processes", style::title())));
    lines.extend(tree(alert));
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            lines.push(Line::from(format!("{}{value}", label(name))));
        }
    };
    put("MITRE", &alert.mitre().join(" "));
    put("tags", &alert.tags.join(" "));
    for (name, value) in &alert.evidence {
        put(name, value);
    }
    lines
}

/// The oldest ancestor first, each below its parent; the one of the alert is marked.
fn tree(alert: &Alert) -> Vec<Line<'static>> {
    if alert.chain.is_empty() {
        return vec![Line::from("  not known")];
    }
    let last = alert.chain.len() - 1;
    let rows = alert
        .chain
        .iter()
        .rev()
        .enumerate()
        .map(|(depth, process)| {
            let indent = "  ".repeat(depth);
            let branch = if depth == 0 { "" } else { "└ " };
            let mark = if depth == last { "  <- this" } else { "" };
            let chars_max = if depth == last {
                COMMAND_CHARS_MAX
            } else {
                ANCESTOR_CHARS_MAX.saturating_sub(2 * depth).max(ID_CHARS)
            };
            let user = process.uid.map(|uid| format!(" uid {uid}"));
            let mut command = process.command();
            let named = process.args.first().map_or("", String::as_str);
            if !process.exe.is_empty() && process.exe != named {
                command = format!("{} [{command}]", process.exe);
            }
            Line::from(format!(
                "  {indent}{branch}{} (pid {}{}){mark}",
                fitted(&command, chars_max),
                process.pid,
                user.unwrap_or_default()
            ))
        });
    rows.collect()
}

fn label(name: &str) -> String {
    format!("{name:<10} ")
}

pub(super) fn help(frame: &mut Frame<'_>, area: Rect) {
    let block = Block::new().borders(Borders::TOP).title("Help ");
    frame.render_widget(Paragraph::new(HELP).block(block), area);
}

/// The last notes that fit.
pub(super) fn notes(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    let block = Block::new().borders(Borders::TOP).title("Notes ");
    let room = usize::from(area.height.saturating_sub(1));
    let from = model.notes.len().saturating_sub(room);
    let mut lines: Vec<Line<'_>> = model
        .notes
        .iter()
        .skip(from)
        .map(|note| Line::from(note.as_str()))
        .collect();
    if lines.is_empty() {
        lines.push(Line::from("  none"));
    }
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// `23:31:56`, UTC.
pub(super) fn clock(time: Timestamp) -> String {
    let second = time.as_second().rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02}",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}
