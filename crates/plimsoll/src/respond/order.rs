//! From an alert to what is to be done about it.

use plimsoll_behavior::state::{Container, Text};
use plimsoll_behavior::{Alert, Moment};
use plimsoll_model::Timestamp;
use plimsoll_model::event::ExecId;
use plimsoll_policy::response::{Answer, Decision, Responder, Response, Subject};

/// Decides about alerts, in the order of events.
#[derive(Debug)]
pub struct Answers {
    responder: Responder,
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

impl Answers {
    pub fn new(responses: &[Response], own_pid: u32) -> Self {
        Self {
            responder: Responder::new(responses.to_vec()),
            own_pid,
        }
    }

    /// What the policy says about an alert of this event.
    pub fn decide(&mut self, moment: &Moment<'_>, alert: &Alert) -> Vec<Order> {
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
            })
            .collect()
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
