//! Responses that the kernel carries out by itself: programs killed before their first instruction.
//!
//! The policy's responses become bits of words in the kernel's maps: which paths and names, where
//! they hold, how often. A response for some containers holds once their cgroups are told to
//! [`ExecAnswers::hold`]; one for all holds from the start.

use std::collections::BTreeMap;

use aya::maps::{Array, HashMap, MapError};
use plimsoll_model::Mode;
use plimsoll_model::event::{EventKind, Param};
use plimsoll_policy::response::{Answer, Response, Scope};

use crate::load::Sensor;
use crate::shared::{ANSWER_NAME_BYTES, ANSWER_PATH_BYTES, ANSWER_SLOTS};

/// What the kernel did about a program, from an event of kind [`EventKind::Answered`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    DryRun,
    Killed,
    HeldBack,
    Failed,
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
    #[error("more than {ANSWER_SLOTS} responses with `exec`")]
    TooMany,
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

/// The responses with `exec`, each in its slot.
#[derive(Debug)]
pub struct ExecAnswers {
    responses: Vec<Response>,
}

/// Sets of slots, as `answer_exec.bpf.c` has them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tables {
    config: [u64; 6],
    paths: BTreeMap<[u8; ANSWER_PATH_BYTES], u64>,
    names: BTreeMap<[u8; ANSWER_NAME_BYTES], u64>,
    rates: Vec<[u64; 4]>,
}

impl ExecAnswers {
    /// Writes the policy's responses into the kernel. The sensor's own cgroup is spared.
    pub fn set(
        sensor: &mut Sensor,
        responses: &[Response],
        own_cgroup: Option<u64>,
    ) -> Result<Self, ExecError> {
        let answers = Self {
            responses: responses
                .iter()
                .filter(|response| !response.exec.is_empty())
                .cloned()
                .collect(),
        };
        let tables = answers.tables()?;
        fill(sensor, "answer_paths", &tables.paths)?;
        fill(sensor, "answer_names", &tables.names)?;
        for (slot, rate) in tables.rates.iter().enumerate() {
            put(sensor, "answer_rates", slot as u32, *rate)?;
        }
        if let Some(id) = own_cgroup {
            write_scope(sensor, id, [0, u64::MAX])?;
        }
        // Last: from here on it is looked at.
        put(sensor, "answer_config", 0, tables.config)?;
        Ok(answers)
    }

    /// Whether the kernel has anything to decide.
    pub fn is_empty(&self) -> bool {
        self.responses.is_empty()
    }

    /// The response of a slot.
    pub fn response(&self, slot: u64) -> Option<&Response> {
        self.responses.get(usize::try_from(slot).ok()?)
    }

    /// Tells the kernel what holds in a container, once it is known.
    pub fn hold(
        &self,
        sensor: &mut Sensor,
        cgroup_id: u64,
        place: Place<'_>,
    ) -> Result<(), ExecError> {
        let scope = self.scope(place);
        if scope == [0, 0] {
            return Ok(());
        }
        write_scope(sensor, cgroup_id, scope)
    }

    /// Forgets a container that is gone.
    pub fn forget(&self, sensor: &mut Sensor, cgroup_id: u64) {
        if let Ok(mut map) = scopes(sensor) {
            // One that was never told is as good as forgotten.
            let _ = map.remove(&cgroup_id);
        }
    }

    fn slots(&self) -> impl Iterator<Item = (u64, &Response)> {
        self.responses
            .iter()
            .enumerate()
            .map(|(slot, response)| (1 << slot, response))
    }

    /// What holds here beside what holds everywhere, and what is spared.
    fn scope(&self, place: Place<'_>) -> [u64; 2] {
        let mut sets = [0, 0];
        for (bit, response) in self.slots() {
            let Scope {
                containers,
                images,
                namespaces,
                except,
                ..
            } = &response.scope;
            let fits = |globs: &[plimsoll_policy::glob::Glob], text: &str| {
                globs.is_empty() || globs.iter().any(|glob| glob.is_match(text))
            };
            let spared = except.iter().any(|glob| glob.is_match(place.container));
            let meant = fits(containers, place.container)
                && fits(images, place.image)
                && fits(namespaces, place.namespace);
            match (is_narrow(&response.scope), spared, meant) {
                (true, false, true) => sets[0] |= bit,
                (false, true, _) => sets[1] |= bit,
                _ => {}
            }
        }
        sets
    }

    fn tables(&self) -> Result<Tables, ExecError> {
        if self.responses.len() > ANSWER_SLOTS {
            return Err(ExecError::TooMany);
        }
        let mut tables = Tables::default();
        let [slots, enforced, everywhere, host, not_in_image, in_memory] = &mut tables.config;
        for (bit, response) in self.slots() {
            let set = |word: &mut u64, holds: bool| {
                if holds {
                    *word |= bit;
                }
            };
            set(slots, true);
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
                .push([u64::from(rate.times), rate.window_ns, 0, 0]);
        }
        Ok(tables)
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

    fn answers(text: &str) -> ExecAnswers {
        ExecAnswers {
            responses: Document::parse(text, "p").unwrap().responses,
        }
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
        let tables = answers(POLICY).tables().unwrap();
        assert_eq!(
            tables.config,
            [0b1111, 0b0101, 0b1101, 0b1000, 0b0001, 0b0100]
        );
        let mut name = [0; ANSWER_NAME_BYTES];
        name[..5].copy_from_slice(b"xmrig");
        assert_eq!(tables.names.get(&name), Some(&0b011));
        assert_eq!(tables.names.len(), 2);
        assert_eq!(tables.paths.values().copied().collect::<Vec<_>>(), [0b010]);
        assert_eq!(tables.rates[0], [3, 1_000_000_000, 0, 0]);
    }

    #[test]
    fn a_container_holds_what_is_meant_for_it() {
        let answers = answers(POLICY);
        let place = |container, namespace| Place {
            container,
            namespace,
            image: "x",
        };
        assert_eq!(answers.scope(place("cart", "shop")), [0b010, 0]);
        assert_eq!(answers.scope(place("db1", "shop")), [0, 0]);
        assert_eq!(answers.scope(place("cart", "other")), [0, 0]);
        assert_eq!(answers.scope(place("ci", "other")), [0, 0b100]);
        assert_eq!(answers.scope(Place::default()), [0, 0]);
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let long = "x".repeat(ANSWER_NAME_BYTES);
        let text =
            format!("responses:\n  - {{name: a, exec: {{names: [{long}]}}, answer: kill}}\n");
        let error = answers(&text).tables().unwrap_err();
        assert!(
            error.to_string().contains("longer than 63 bytes"),
            "{error}"
        );
    }
}
