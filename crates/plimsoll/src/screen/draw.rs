//! Draws the lists, the head and the line of keys.

use std::fmt::Write as _;

use plimsoll_behavior::Alert;
use plimsoll_behavior::alert::AlertProcess;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph};

use super::model::{ContainerRow, Focus, Model, View};
use super::style::{Look, short};
use super::{details, model, style};

/// Least columns and lines in which anything can be read.
const COLUMNS_MIN: u16 = 40;
const LINES_MIN: u16 = 10;

/// Draws everything.
pub fn draw(frame: &mut Frame<'_>, model: &Model, look: Look) {
    let area = frame.area();
    if area.width < COLUMNS_MIN || area.height < LINES_MIN {
        frame.render_widget(Paragraph::new("plimsoll: the terminal is too small"), area);
        return;
    }
    let [head, filter, body, keys] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(u16::from(model.typing || !model.filter.is_empty())),
        Constraint::Min(1),
        Constraint::Length(1),
    ])
    .areas(area);
    frame.render_widget(head_lines(model, look), head);
    frame.render_widget(filter_line(model), filter);
    match model.view {
        View::Lists => lists(frame, body, model, look),
        View::Details(line) => details::alert(frame, body, model, line, look),
        View::Help => details::help(frame, body),
        View::Notes => details::notes(frame, body, model),
    }
    frame.render_widget(Paragraph::new(keys_text(model)).style(look.faint()), keys);
}

fn head_lines(model: &Model, look: Look) -> Paragraph<'static> {
    let counts = &model.counts;
    let seconds = (model.now.as_second() - model.started.as_second()).max(0);
    let state = match (model.frozen, counts.shedding) {
        (true, _) => format!("  PAUSED, {} alerts wait", model.waiting.len()),
        (false, true) => "  SHEDDING EVENTS".to_owned(),
        (false, false) => String::new(),
    };
    let (attached, refused) = counts.programs;
    let programs = if refused == 0 {
        format!("{attached} programs")
    } else {
        format!("{attached} of {} programs", attached + refused)
    };
    let first = Line::from(vec![
        Span::styled("plimsoll watch", style::title()),
        Span::styled(state, style::title()),
        Span::raw(format!(
            "  {}  {:02}:{:02}:{:02}  {} rules, {programs}  cpu {:.1}%  {} MiB",
            fitted(&model.hostname, 20),
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60,
            counts.rules,
            counts.cpu * 100.0,
            counts.resident_bytes >> 20,
        )),
    ]);
    let second = Line::from(vec![
        Span::raw(format!("events/s {}  ", number(counts.rate))),
        Span::raw(format!("alerts {}  ", counts.alerts)),
        Span::raw(format!("repeated {}  ", counts.repeated)),
        Span::styled(
            format!("held back {}  ", counts.held_back),
            look.loss(counts.held_back),
        ),
        Span::styled(format!("lost {}  ", counts.lost), look.loss(counts.lost)),
        Span::styled(
            format!("dropped {}", counts.dropped),
            look.loss(counts.dropped),
        ),
    ]);
    Paragraph::new(vec![first, second])
}

fn filter_line(model: &Model) -> Paragraph<'static> {
    let end = if model.typing { "_" } else { "   (Esc: all)" };
    Paragraph::new(format!("filter: {}{end}", model.filter))
}

fn lists(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let containers = model.shown_containers();
    // A third for containers, less when there are few: alerts want the room.
    let wanted = (containers.len() as u16).saturating_add(3);
    let height = wanted.clamp(4, (area.height / 3).max(4));
    let [top, bottom] =
        Layout::vertical([Constraint::Length(height), Constraint::Min(3)]).areas(area);
    container_list(frame, top, model, &containers, look);
    alert_list(frame, bottom, model, look);
}

fn block(title: &str, has_focus: bool) -> Block<'static> {
    let mark = if has_focus { "> " } else { "" };
    Block::new()
        .borders(Borders::TOP)
        .title(Span::styled(format!("{mark}{title} "), style::title()))
}

fn container_list(
    frame: &mut Frame<'_>,
    area: Rect,
    model: &Model,
    rows: &[&ContainerRow],
    look: Look,
) {
    let count = model.containers.iter().filter(|row| !row.id.is_empty());
    let title = format!("Containers {}", count.count());
    let block = block(&title, model.focus == Focus::Containers);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let [head, body] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(inner);
    let heading = format!("  {:>9} {:>6}  {:<26} IMAGE", "EVENTS/S", "ALERTS", "NAME");
    frame.render_widget(Paragraph::new(heading).style(look.faint()), head);
    let chosen = model.container_at();
    let lines: Vec<Line<'_>> = window(rows, chosen, body.height)
        .map(|(at, row)| {
            let mark = if chosen == Some(at) { '>' } else { ' ' };
            let image = if row.gone { "(ended)" } else { &row.image };
            let text = format!(
                "{mark} {:>9} {:>6}  {:<26} {image}",
                number(row.rate),
                row.alerts,
                fitted(&row.name, 26),
            );
            styled(text, chosen == Some(at))
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), body);
}

fn alert_list(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let shown = model.shown_alerts();
    let mut title = if shown.len() == model.alerts.len() {
        format!("Alerts {}", model.counts.alerts)
    } else {
        format!("Alerts {} of {}", shown.len(), model.alerts.len())
    };
    if model.alerts.len() == model::ALERTS_MAX {
        let _ = write!(title, " (the last {})", model::ALERTS_MAX);
    }
    if let Some(row) = model
        .container_at()
        .and_then(|at| model.shown_containers().get(at).copied())
        && model.focus == Focus::Alerts
    {
        let _ = write!(title, " in {}", row.name);
    }
    let block = block(&title, model.focus == Focus::Alerts);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    if shown.is_empty() {
        let text = if model.alerts.is_empty() {
            "  none so far"
        } else {
            "  none that the filter lets through"
        };
        frame.render_widget(Paragraph::new(text), inner);
        return;
    }
    let chosen = model.alert_at();
    let lines: Vec<Line<'_>> = window(&shown, chosen, inner.height)
        .map(|(at, (_, alert))| alert_line(alert, chosen == Some(at), look))
        .collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

fn alert_line(alert: &Alert, is_chosen: bool, look: Look) -> Line<'static> {
    let mark = if is_chosen { '>' } else { ' ' };
    let time = details::clock(alert.last_seen);
    let count = if alert.count > 1 {
        format!("x{}", alert.count)
    } else {
        String::new()
    };
    let place = alert.container.as_ref().map_or("host", |c| c.called());
    let style = look.priority(alert.priority);
    let mut line = Line::from(vec![
        Span::raw(format!("{mark} {time} ")),
        Span::styled(short(alert.priority), style),
        Span::raw(format!(" {count:>5} {:<16} ", fitted(place, 16))),
        Span::styled(alert.rule.clone(), style::title()),
        Span::raw(format!(": {}", said(alert))),
    ]);
    if is_chosen {
        line = line.style(style::chosen());
    }
    line
}

/// What tells this alert from others of its rule, as a narrow line has no room for more: the command; the
/// output where no process is behind it.
fn said(alert: &Alert) -> String {
    let process = alert.chain.first();
    let command = process.map(AlertProcess::command);
    command
        .filter(|command| !command.is_empty())
        .unwrap_or_else(|| alert.output.clone())
}

fn styled(text: String, is_chosen: bool) -> Line<'static> {
    let line = Line::from(text);
    if is_chosen {
        line.style(style::chosen())
    } else {
        line
    }
}

/// The rows that fit, so that the chosen one is among them, with their places.
fn window<T>(rows: &[T], chosen: Option<usize>, height: u16) -> impl Iterator<Item = (usize, &T)> {
    let height = usize::from(height).max(1);
    let at = chosen.unwrap_or(0);
    let from = at.saturating_sub(height - 1);
    rows.iter().enumerate().skip(from).take(height)
}

/// A text of at most so many characters.
pub(super) fn fitted(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// `7.5`, `12`, `12 345`, for people.
fn number(value: f64) -> String {
    if value > 0.0 && value < 9.95 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

fn keys_text(model: &Model) -> &'static str {
    if model.typing {
        return "type to filter  Enter keep  Esc all  Ctrl-U clear";
    }
    match model.view {
        View::Lists => "Enter details  Tab other list  / filter  p pause  n notes  ? help  q quit",
        View::Details(_) => "Esc back  up/down scroll  left/right other alert  q quit",
        View::Help | View::Notes => "any key: back  q quit",
    }
}
