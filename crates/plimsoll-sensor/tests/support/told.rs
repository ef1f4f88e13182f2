//! What attribution tells of containers, gathered by id.

#![allow(dead_code, reason = "each test uses a part")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use plimsoll_behavior::state::State;
use plimsoll_behavior::wire::Record;
use plimsoll_model::event::container::STATE_KNOWN;
use plimsoll_model::event::{EventKind, Param};
use plimsoll_sensor::attribution::{Attribution, Places};
use serde_json::Value;

/// How long engines may take to write their files.
const KNOWN_MAX: Duration = Duration::from_secs(20);

/// One container, all that was told put together.
#[derive(Debug, Clone, Default)]
pub struct Container {
    pub state: u64,
    pub engine: String,
    pub name: String,
    pub image: String,
    pub image_id: String,
    pub image_digest: String,
    pub json: Value,
    /// Its cgroups.
    pub cgroups: Vec<u64>,
}

pub struct Told {
    pub attribution: Attribution,
    pub containers: BTreeMap<String, Container>,
    users: BTreeMap<String, String>,
    /// What judges events, fed with the same records.
    state: State,
    /// The container of the last event that it was shown.
    pub judged: Option<String>,
}

impl Told {
    /// Begins with nothing but the host's pid namespace.
    pub fn new(places: Places) -> Self {
        let link = std::fs::read_link("/proc/self/ns/pid").unwrap();
        let text = link.to_string_lossy().into_owned();
        let number = text.trim_matches(|letter: char| !letter.is_ascii_digit());
        Self {
            attribution: Attribution::new(number.parse().unwrap(), places).unwrap(),
            containers: BTreeMap::new(),
            users: BTreeMap::new(),
            state: State::new(),
            judged: None,
        }
    }

    /// Begins with the tree as it is.
    pub fn scanned(places: Places) -> Self {
        let mut told = Self::new(places);
        let mut out = Vec::new();
        assert_eq!(told.attribution.scan(1, &mut out), 0);
        told.take(&out);
        told
    }

    /// Shows it a record of the kernel.
    pub fn see(&mut self, record: &[u8]) {
        let mut out = Vec::new();
        let record = Record::read(record).unwrap();
        self.attribution.foresee(&record, &mut out);
        self.take(&out);
        out.clear();
        let id = self.state.apply(&record).container.id.to_vec();
        self.judged = Some(String::from_utf8(id).unwrap());
        self.attribution.see(&record, &mut out);
        self.take(&out);
    }

    /// Fetches what engines have said.
    pub fn poll(&mut self) {
        let mut out = Vec::new();
        self.attribution.poll(2, &mut out);
        self.take(&out);
    }

    /// A container once its engine has been heard, and its image where it has one.
    pub fn known(&mut self, id: &str) -> Container {
        let begun = Instant::now();
        loop {
            self.poll();
            let found = self.containers.get(id).cloned().unwrap_or_default();
            let is_known = found.state >= STATE_KNOWN && !found.name.is_empty();
            let has_image = found.engine == "runc" || !found.image.is_empty();
            if is_known && has_image && found.json["init_pid"].is_number() {
                self.check_state(id, &found);
                return found;
            }
            assert!(begun.elapsed() < KNOWN_MAX, "{id} is not known: {found:#?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The records say the same to what judges events.
    fn check_state(&self, id: &str, found: &Container) {
        let held = self.state.containers.find(id.as_bytes()).unwrap();
        assert!(!held.details_unread, "{:#}", found.json);
        assert_eq!(*held.name, *found.name.as_bytes());
        assert_eq!(*held.image, *found.image.as_bytes());
        assert_eq!(held.details.privileged, found.json["privileged"].as_bool());
        let pod = held.details.pod.as_ref().map(|pod| pod.name.clone());
        assert_eq!(pod.as_deref(), found.json["pod"]["name"].as_str());
        let mounts = found.json["mounts"].as_array().map_or(0, Vec::len);
        assert_eq!(held.details.mounts.len(), mounts);
        assert_eq!(&*held.accounts.user(1234).unwrap().name, b"shop");
    }

    pub fn users(&self, id: &str) -> &str {
        self.users.get(id).map_or("", String::as_str)
    }

    fn take(&mut self, records: &[Vec<u8>]) {
        for bytes in records {
            let record = Record::read(bytes).unwrap();
            self.state.apply(&record);
            let text = |param| {
                let bytes = record.param(param).unwrap_or_default();
                String::from_utf8(bytes.to_vec()).unwrap()
            };
            let id = text(Param::ContainerId);
            match record.kind {
                EventKind::Container => {
                    let container = self.containers.entry(id).or_default();
                    container.state = record.number(Param::ContainerState).unwrap();
                    let put = |place: &mut String, param| {
                        if record.param(param).is_some() {
                            *place = text(param);
                        }
                    };
                    put(&mut container.engine, Param::ContainerEngine);
                    put(&mut container.name, Param::ContainerName);
                    put(&mut container.image, Param::ContainerImage);
                    put(&mut container.image_id, Param::ContainerImageId);
                    put(&mut container.image_digest, Param::ContainerImageDigest);
                    container.json = serde_json::from_str(&text(Param::ContainerJson)).unwrap();
                    if !container.cgroups.contains(&record.cgroup_id) {
                        container.cgroups.push(record.cgroup_id);
                    }
                }
                EventKind::Account => {
                    self.users.insert(id, text(Param::AccountUser));
                }
                _ => {}
            }
        }
    }
}
