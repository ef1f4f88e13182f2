//! From an alert to what is to be done about it.

use plimsoll_behavior::alert::time_of;
use plimsoll_behavior::rules::Priority;
use plimsoll_behavior::state::{Container, Text};
use plimsoll_behavior::{Alert, Moment};
use plimsoll_model::event::{ExecId, Param};
use plimsoll_model::text::clean;
use plimsoll_model::{Mode, Timestamp};
use plimsoll_policy::response::{Answer, Decision, Responder, Response, Subject};
use plimsoll_sensor::respond::exec::{self, Outcome, Slots};

/// Decides about alerts, in the order of events.
#[derive(Debug)]
pub struct Answers {
    responder: Responder,
    /// Those that the kernel decides about.
    slots: Slots,
    /// The sensor's own process; 0 where nothing is watched.
    own_pid: u32,
}

/// One decision, with all that carrying it out and writing it down needs.
#[derive(Debug, Clone)]
pub struct Order {
    pub time: Timestamp,
    pub response: String,
    pub answer: Answer,
    pub decision: Decision,
    pub rule: String,
    pub process: ExecId,
    pub exe: String,
    /// Id, name, image and cgroup; empty on the host.
    pub container: OrderContainer,
    /// What the kernel did by itself already.
    pub by_kernel: Option<Outcome>,
}

/// The container that an order is about.
#[derive(Debug, Clone, Default)]
pub struct OrderContainer {
    pub id: String,
    pub name: String,
    pub image: String,
    pub cgroup_id: u64,
    pub cgroup_path: String,
}

impl Order {
    /// A line that says what was decided, where nothing is carried out.
    pub fn as_said(&self) -> String {
        let decided = match (self.by_kernel, self.decision) {
            (Some(outcome), _) => outcome.as_str().to_owned(),
            (None, Decision::Act) => format!("would {}", self.answer.as_str()),
            (None, decision) => decision.text(self.answer),
        };
        let place = match (self.container.name.as_str(), self.container.id.as_str()) {
            ("", "") => "the host",
            ("", id) => id.get(..12).unwrap_or(id),
            (name, _) => name,
        };
        format!(
            "{} response {}: {decided}: {} ({}) in {place}, for {}",
            self.time, self.response, self.exe, self.process.pid, self.rule
        )
    }
}

impl Answers {
    pub fn new(responses: &[Response], own_pid: u32) -> Self {
        Self {
            responder: Responder::new(responses.to_vec()),
            slots: Slots::new(responses),
            own_pid,
        }
    }

    /// The slots of those that the kernel decides about.
    pub const fn slots(&self) -> &Slots {
        &self.slots
    }

    /// The slots as they would be with other responses.
    pub fn slots_of(&self, responses: &[Response]) -> Slots {
        let mut slots = self.slots.clone();
        slots.change(responses);
        slots
    }

    /// Puts other responses in force. What did not change keeps its counts.
    pub fn change(&mut self, responses: &[Response]) {
        self.responder.change(responses.to_vec());
        self.slots.change(responses);
    }

    /// All of them, in the policy's order.
    pub fn responses(&self) -> impl Iterator<Item = &Response> {
        self.responder.responses()
    }

    /// What the policy says about an alert of this event.
    pub fn decide(&mut self, moment: &Moment<'_>, alert: &Alert) -> Vec<Order> {
        if self.responder.is_empty() {
            return Vec::new();
        }
        let process = moment.process;
        let container = container_of(moment.container);
        // What cannot be told from the host is treated as it.
        let is_host = moment.container.is_host() || container.id.is_empty();
        let exe = text(&process.program.exe_path);
        let namespace = alert.pod.as_ref().map_or("", |pod| pod.namespace.as_str());
        let subject = Subject {
            rule: &alert.rule,
            tags: &alert.tags,
            priority: alert.priority as u8,
            time_ns: moment.wall_ns(),
            pid: process.exec.pid,
            exe_path: &exe,
            is_host,
            container: &container.name,
            image: &container.image,
            namespace,
            is_sensor: self.own_pid != 0 && process.exec.pid == self.own_pid,
        };
        let decided = self.responder.decide(&subject);
        decided
            .into_iter()
            .map(|(response, decision)| Order {
                time: alert.time,
                response: response.name.clone(),
                answer: response.answer,
                decision,
                rule: alert.rule.clone(),
                process: process.exec,
                exe: exe.clone(),
                container: container.clone(),
                by_kernel: None,
            })
            .collect()
    }

    /// What the kernel says that it did about a program, and the alert of it.
    /// One that is only tried out in mode `audit` is written down and not told.
    pub fn answered(&self, moment: &Moment<'_>) -> Option<(Order, Option<Alert>)> {
        let (slot, outcome) = exec::outcome(moment.record)?;
        let response = self.slots.response(slot)?;
        let exe = moment.record.param(Param::ExePath).unwrap_or_default();
        let exe = clean(&String::from_utf8_lossy(exe)).into_owned();
        let container = container_of(moment.container);
        let place = match (container.name.as_str(), container.id.as_str()) {
            ("", "") => "the host",
            ("", id) => id.get(..12).unwrap_or(id),
            (name, _) => name,
        };
        let did = outcome.as_str();
        let output = format!("{exe} in {place}: {did} (response {})", response.name);
        let time = time_of(moment.wall_ns());
        let rule = format!("Response {}", response.name);
        let mut alert = Alert::new(time, rule.clone(), Priority::Warning, "internal", output);
        "execve".clone_into(&mut alert.event);
        let order = Order {
            time,
            response: response.name.clone(),
            answer: response.answer,
            decision: Decision::Act,
            rule,
            process: moment.process.exec,
            exe,
            container,
            by_kernel: Some(outcome),
        };
        let is_told = outcome != Outcome::DryRun || response.mode != Mode::Audit;
        Some((order, is_told.then_some(alert)))
    }
}

fn container_of(container: &Container) -> OrderContainer {
    if container.is_host() {
        return OrderContainer::default();
    }
    OrderContainer {
        id: text(&container.id),
        name: text(&container.name),
        image: text(&container.image),
        cgroup_id: container.cgroup_id,
        cgroup_path: text(&container.cgroup_path),
    }
}

fn text(text: &Text) -> String {
    String::from_utf8_lossy(text).into_owned()
}
