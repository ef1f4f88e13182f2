//! Responses that the kernel carries out by itself: programs killed before their first instruction.
//!
//! The policy's responses become bits of words in the kernel's maps: which paths and names, where
//! they hold, how often. A response for some containers holds once their cgroups are told to
//! [`ExecAnswers::hold`]; one for all holds from the start.

use std::collections::BTreeMap;

use aya::maps::{Array, HashMap, MapError};
use plimsoll_model::Mode;
use plimsoll_model::event::{EventKind, Param};
use plimsoll_policy::glob::Glob;
use plimsoll_policy::response::{Answer, Response, Scope};

use crate::load::Sensor;
use crate::shared::{ANSWER_NAME_BYTES, ANSWER_PATH_BYTES};

mod slots;

pub use slots::Slots;

/// What the kernel did about a program, from an event of kind [`EventKind::Answered`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    DryRun,
    Killed,
    HeldBack,
    Failed,
}

impl Outcome {
    /// A clause after the program's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Killed => "killed before its first instruction",
            Self::DryRun => "would have been killed",
            Self::HeldBack => "not killed, the rate is reached",
            Self::Failed => "could not be killed",
        }
    }
}

/// A container, as far as scopes ask; empty where it is not known yet.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place<'a> {
    pub container: &'a str,
    pub image: &'a str,
    pub namespace: &'a str,
}

/// Why the kernel could not be told.
#[derive(Debug, thiserror::Error)]
pub enum ExecError {
    #[error("the kernel programs have no map {0}")]
    NoMap(&'static str),
    #[error("response `{response}`: `{text}` is longer than {max} bytes")]
    Long {
        response: String,
        text: String,
        max: usize,
    },
    #[error("write the map {name}: {source}")]
    Map {
        name: &'static str,
        source: MapError,
    },
}

/// What the kernel was told of the responses with `exec`.
#[derive(Debug, Default)]
pub struct ExecAnswers {
    slots: Slots,
    /// The sensor's own cgroup, where nothing holds.
    own_cgroup: Option<u64>,
}

/// Sets of slots, as `answer_exec.bpf.c` has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tables {
    config: [u64; 6],
    paths: BTreeMap<[u8; ANSWER_PATH_BYTES], u64>,
    names: BTreeMap<[u8; ANSWER_NAME_BYTES], u64>,
    /// Times and window, by slot.
    rates: BTreeMap<u32, [u64; 2]>,
}

impl ExecAnswers {
    /// For a kernel that was told nothing yet. The sensor's own cgroup is spared.
    pub fn new(own_cgroup: Option<u64>) -> Self {
        Self {
            slots: Slots::default(),
            own_cgroup,
        }
    }

    /// Tells the kernel what holds from now on, here and in the containers that are known. A response
    /// that stays holds all the while, and keeps the count of its rate; one that takes the place of
    /// another holds before that ends. After an error what held before holds again.
    pub fn change(
        &mut self,
        sensor: &mut Sensor,
        slots: &Slots,
        containers: &[(u64, Place<'_>)],
    ) -> Result<(), ExecError> {
        let (before, after) = (self.slots.clone(), slots.clone());
        let result = self.pass(sensor, &before, &after, containers);
        if result.is_err() {
            // Back as far as it goes: the first error is the one that says why.
            let _ = self.pass(sensor, &after, &before, containers);
        }
        result
    }

    fn pass(
        &mut self,
        sensor: &mut Sensor,
        before: &Slots,
        after: &Slots,
        containers: &[(u64, Place<'_>)],
    ) -> Result<(), ExecError> {
        let (old, new) = (tables(before)?, tables(after)?);
        if let Some(id) = self.own_cgroup {
            write_scope(sensor, id, [0, u64::MAX])?;
        }
        for (slot, rate) in &new.rates {
            if old.rates.get(slot) != Some(rate) {
                let [times, window_ns] = *rate;
                put(sensor, "answer_rates", *slot, [times, window_ns, 0, 0])?;
            }
        }
        // What is added is complete before it is looked at, and what is taken away is no longer
        // looked at when it goes.
        let both = old.with(&new);
        self.write(sensor, &both, [before, after], containers)?;
        put(sensor, "answer_config", 0, both.config)?;
        put(sensor, "answer_config", 0, new.config)?;
        self.write(sensor, &new, [after, after], containers)?;
        self.slots = after.clone();
        Ok(())
    }

    /// Programs, and what either of two sets says about containers.
    fn write(
        &self,
        sensor: &mut Sensor,
        tables: &Tables,
        either: [&Slots; 2],
        containers: &[(u64, Place<'_>)],
    ) -> Result<(), ExecError> {
        fill(sensor, "answer_paths", &tables.paths)?;
        fill(sensor, "answer_names", &tables.names)?;
        for (cgroup_id, place) in containers {
            let [one, other] = either.map(|slots| scope(slots, *place));
            self.tell(sensor, *cgroup_id, [one[0] | other[0], one[1] | other[1]])?;
        }
        Ok(())
    }

    fn tell(&self, sensor: &mut Sensor, cgroup_id: u64, sets: [u64; 2]) -> Result<(), ExecError> {
        if Some(cgroup_id) == self.own_cgroup {
            return Ok(());
        }
        if sets == [0, 0] {
            self.forget(sensor, cgroup_id);
            return Ok(());
        }
        write_scope(sensor, cgroup_id, sets)
    }

    /// Whether the kernel has nothing to decide.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Tells the kernel what holds in a container, once it is known.
    pub fn hold(
        &self,
        sensor: &mut Sensor,
        cgroup_id: u64,
        place: Place<'_>,
    ) -> Result<(), ExecError> {
        match scope(&self.slots, place) {
            [0, 0] => Ok(()),
            sets => self.tell(sensor, cgroup_id, sets),
        }
    }

    /// Forgets a container that is gone.
    pub fn forget(&self, sensor: &mut Sensor, cgroup_id: u64) {
        if let Ok(mut map) = scopes(sensor) {
            // One that was never told is as good as forgotten.
            let _ = map.remove(&cgroup_id);
        }
    }
}

/// What holds here beside what holds everywhere, and what is spared.
fn scope(slots: &Slots, place: Place<'_>) -> [u64; 2] {
    let mut sets = [0, 0];
    for (slot, response) in slots.in_force() {
        let Scope {
            containers,
            images,
            namespaces,
            except,
            ..
        } = &response.scope;
        let fits = |globs: &[Glob], text: &str| {
            globs.is_empty() || globs.iter().any(|glob| glob.is_match(text))
        };
        let spared = except.iter().any(|glob| glob.is_match(place.container));
        let meant = fits(containers, place.container)
            && fits(images, place.image)
            && fits(namespaces, place.namespace);
        match (is_narrow(&response.scope), spared, meant) {
            (true, false, true) => sets[0] |= 1 << slot,
            (false, true, _) => sets[1] |= 1 << slot,
            _ => {}
        }
    }
    sets
}

fn tables(slots: &Slots) -> Result<Tables, ExecError> {
    let mut tables = Tables::default();
    let [all, enforced, everywhere, host, not_in_image, in_memory] = &mut tables.config;
    for (slot, response) in slots.in_force() {
        let bit = 1 << slot;
        let set = |word: &mut u64, holds: bool| {
            if holds {
                *word |= bit;
            }
        };
        set(all, true);
        let kills = response.mode == Mode::Enforce && response.answer == Answer::Kill;
        set(enforced, kills);
        set(everywhere, !is_narrow(&response.scope));
        set(host, response.scope.host);
        set(not_in_image, response.exec.not_in_image);
        set(in_memory, response.exec.in_memory);
        for path in &response.exec.paths {
            *tables.paths.entry(key(response, path)?).or_default() |= bit;
        }
        for name in &response.exec.names {
            *tables.names.entry(key(response, name)?).or_default() |= bit;
        }
        let rate = response.at_most;
        tables
            .rates
            .insert(slot, [u64::from(rate.times), rate.window_ns]);
    }
    Ok(tables)
}

impl Tables {
    /// Both together.
    fn with(&self, other: &Self) -> Self {
        let mut both = self.clone();
        for (word, more) in both.config.iter_mut().zip(other.config) {
            *word |= more;
        }
        for (key, slots) in &other.paths {
            *both.paths.entry(*key).or_default() |= slots;
        }
        for (key, slots) in &other.names {
            *both.names.entry(*key).or_default() |= slots;
        }
        both.rates.extend(&other.rates);
        both
    }
}

/// What an event of kind [`EventKind::Answered`] says: the slot and what was done.
pub fn outcome(record: &plimsoll_behavior::Record<'_>) -> Option<(u64, Outcome)> {
    if record.kind != EventKind::Answered {
        return None;
    }
    let outcome = match record.number(Param::Arg1)? {
        0 => Outcome::DryRun,
        1 => Outcome::Killed,
        2 => Outcome::HeldBack,
        _ => Outcome::Failed,
    };
    Some((record.number(Param::Arg0)?, outcome))
}

/// Whether it is about some containers only.
fn is_narrow(scope: &Scope) -> bool {
    !(scope.containers.is_empty() && scope.images.is_empty() && scope.namespaces.is_empty())
}

fn key<const N: usize>(response: &Response, text: &str) -> Result<[u8; N], ExecError> {
    let mut key = [0; N];
    match key.get_mut(..text.len()) {
        // One byte stays for the NUL.
        Some(place) if text.len() < N => {
            place.copy_from_slice(text.as_bytes());
            Ok(key)
        }
        _ => Err(ExecError::Long {
            response: response.name.clone(),
            text: text.to_owned(),
            max: N - 1,
        }),
    }
}

fn scopes(
    sensor: &mut Sensor,
) -> Result<HashMap<&mut aya::maps::MapData, u64, [u64; 2]>, ExecError> {
    let name = "answer_scopes";
    let map = sensor
        .object()
        .map_mut(name)
        .ok_or(ExecError::NoMap(name))?;
    HashMap::try_from(map).map_err(|source| ExecError::Map { name, source })
}

fn write_scope(sensor: &mut Sensor, cgroup_id: u64, scope: [u64; 2]) -> Result<(), ExecError> {
    scopes(sensor)?
        .insert(cgroup_id, scope, 0)
        .map_err(|source| ExecError::Map {
            name: "answer_scopes",
            source,
        })
}

/// Makes a map say what the table says, and nothing else.
fn fill<const N: usize>(
    sensor: &mut Sensor,
    name: &'static str,
    table: &BTreeMap<[u8; N], u64>,
) -> Result<(), ExecError>
where
    [u8; N]: aya::Pod,
{
    let wrong = |source| ExecError::Map { name, source };
    let map = sensor
        .object()
        .map_mut(name)
        .ok_or(ExecError::NoMap(name))?;
    let mut map: HashMap<_, [u8; N], u64> = HashMap::try_from(map).map_err(wrong)?;
    let old: Vec<[u8; N]> = map.keys().filter_map(Result::ok).collect();
    for key in old.iter().filter(|key| !table.contains_key(*key)) {
        map.remove(key).map_err(wrong)?;
    }
    for (key, slots) in table {
        map.insert(key, slots, 0).map_err(wrong)?;
    }
    Ok(())
}

fn put<const N: usize>(
    sensor: &mut Sensor,
    name: &'static str,
    index: u32,
    words: [u64; N],
) -> Result<(), ExecError>
where
    [u64; N]: aya::Pod,
{
    let wrong = |source| ExecError::Map { name, source };
    let map = sensor
        .object()
        .map_mut(name)
        .ok_or(ExecError::NoMap(name))?;
    let mut map: Array<_, [u64; N]> = Array::try_from(map).map_err(wrong)?;
    map.set(index, words, 0).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use plimsoll_policy::Document;

    use super::*;

    fn slots(text: &str) -> Slots {
        Slots::new(&Document::parse(text, "p").unwrap().responses)
    }

    const POLICY: &str = "
responses:
  - {name: a, exec: {names: [xmrig], not_in_image: true}, answer: kill, mode: enforce, at_most: 3/second}
  - {name: b, exec: {names: [xmrig], paths: [/usr/bin/nmap]}, namespaces: [shop], except: ['db*'], answer: kill}
  - {name: c, exec: {in_memory: true}, answer: kill, mode: enforce, except: [ci]}
  - {name: d, exec: {names: [nc]}, answer: kill, host: true}
";

    #[test]
    fn responses_become_bits() {
        let tables = tables(&slots(POLICY)).unwrap();
        assert_eq!(
            tables.config,
            [0b1111, 0b0101, 0b1101, 0b1000, 0b0001, 0b0100]
        );
        let mut name = [0; ANSWER_NAME_BYTES];
        name[..5].copy_from_slice(b"xmrig");
        assert_eq!(tables.names.get(&name), Some(&0b011));
        assert_eq!(tables.names.len(), 2);
        assert_eq!(tables.paths.values().copied().collect::<Vec<_>>(), [0b010]);
        assert_eq!(tables.rates[&0], [3, 1_000_000_000]);
    }

    #[test]
    fn a_container_holds_what_is_meant_for_it() {
        let slots = slots(POLICY);
        let place = |container, namespace| Place {
            container,
            namespace,
            image: "x",
        };
        assert_eq!(scope(&slots, place("cart", "shop")), [0b010, 0]);
        assert_eq!(scope(&slots, place("db1", "shop")), [0, 0]);
        assert_eq!(scope(&slots, place("cart", "other")), [0, 0]);
        assert_eq!(scope(&slots, place("ci", "other")), [0, 0b100]);
        assert_eq!(scope(&slots, Place::default()), [0, 0]);
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let long = "x".repeat(ANSWER_NAME_BYTES);
        let text =
            format!("responses:\n  - {{name: a, exec: {{names: [{long}]}}, answer: kill}}\n");
        let error = tables(&slots(&text)).unwrap_err();
        assert!(
            error.to_string().contains("longer than 63 bytes"),
            "{error}"
        );
    }
}
