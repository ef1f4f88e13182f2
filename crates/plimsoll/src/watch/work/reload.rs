//! Rules and configuration are exchanged between two events, so that none is missed.

use plimsoll_behavior::alert::Notice;
use plimsoll_model::Mode;
use plimsoll_model::text::counted;
use plimsoll_policy::Response;
use plimsoll_sensor::respond::exec::Place;

use super::{Now, Source, Work};
use crate::failure::Failure;
use crate::respond::{Desk, Trail};
use crate::watch::configured::{Configured, Taken};

impl<S: Source> Work<S> {
    /// Somebody asked for it.
    pub(super) fn reload_all(&mut self, now: Now) {
        self.notifier.reopen();
        let has_new_rules = self.reload_configuration(now);
        if !has_new_rules {
            self.reload_rules(now);
        }
        // Also where no file has changed.
        let _ = self.rules.have_changed();
    }

    /// Looks whether files have changed.
    pub(super) fn reload_changed(&mut self, now: Now) {
        let configured = self.configured.as_mut();
        let has_new_rules =
            configured.is_some_and(Configured::has_changed) && self.reload_configuration(now);
        if !has_new_rules && self.rules.have_changed() {
            self.reload_rules(now);
        }
    }

    /// Takes changed rules; a set with errors leaves the old one in force.
    fn reload_rules(&mut self, now: Now) {
        let notice = match self.rules.load() {
            Ok(loaded) => {
                for warning in loaded.warnings {
                    self.note(format!("warning: {warning}"));
                }
                self.interest = loaded.interest;
                // More first, so that no event of the new rules is missed.
                self.want();
                self.pipeline.judge_mut().rules = loaded.judge;
                self.rule_count = loaded.rules as u64;
                self.reloads.0 += 1;
                Notice::RulesTaken {
                    rules: loaded.rules,
                }
            }
            Err(failure) => {
                self.reloads.1 += 1;
                Notice::RulesRefused {
                    error: failure.message().to_owned(),
                }
            }
        };
        self.notice(&notice, now.wall);
    }

    /// Takes a changed configuration: all of it or, where it has errors, nothing. Whether the rules
    /// were read anew as well.
    fn reload_configuration(&mut self, now: Now) -> bool {
        let Some(configured) = &mut self.configured else {
            return false;
        };
        let result = configured.read().and_then(|taken| {
            let changes = self.responses_change(&taken)?;
            Ok((taken, changes))
        });
        let (taken, mut changes) = match result {
            Ok(both) => both,
            Err(failure) => {
                self.configuration_reloads.1 += 1;
                let error = failure.message().to_owned();
                self.notice(&Notice::ConfigurationRefused { error }, now.wall);
                return false;
            }
        };
        let Some(configured) = &mut self.configured else {
            return false;
        };
        let (old, new) = (&configured.taken.plan, &taken.plan);
        if old.judging.scope != new.judging.scope {
            self.pipeline.judge_mut().scope = new.judging.scope.clone();
            changes.push("scope taken".to_owned());
        }
        if old.judging.pipeline != new.judging.pipeline || old.limits != new.limits {
            self.pipeline.set_options(new.judging.pipeline);
            self.budget.set_limits(new.limits);
            changes.push("limits taken".to_owned());
        }
        let has_new_rules = !old.judging.rules.ask_the_same(&new.judging.rules);
        if has_new_rules {
            self.rules = new.judging.rules.clone();
        }
        let later = taken.only_at_start(&configured.taken);
        if !later.is_empty() {
            let keys = later.join(", ");
            changes.push(format!("of the next start: {keys}"));
        }
        configured.take(taken);
        if !changes.is_empty() {
            self.configuration_reloads.0 += 1;
            let what = changes.join("; ");
            self.notice(&Notice::ConfigurationTaken { what }, now.wall);
        }
        if has_new_rules {
            self.reload_rules(now);
        }
        has_new_rules
    }

    /// Takes changed responses, the kernel's among them; what to say of it.
    fn responses_change(&mut self, taken: &Taken) -> Result<Vec<String>, Failure> {
        let answers = &self.pipeline.judge().answers;
        let responses = &taken.responses;
        if is_same(answers.responses(), responses) {
            return Ok(Vec::new());
        }
        let slots = answers.slots_of(responses);
        if self.desk.is_none() && !responses.is_empty() {
            let trail = self.trail.as_deref();
            self.desk = Some(Desk::new(Trail::open(&Trail::at(trail))?));
        }
        let state = self.pipeline.state();
        let known = state
            .containers
            .iter()
            .map(|(_, container)| container)
            .filter(|container| container.cgroup_id != 0 && container.removed_ns.is_none())
            .map(|container| {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let pod = container.details.pod.as_ref();
                let namespace = pod.map_or_else(String::new, |pod| pod.namespace.clone());
                let named = [text(&container.name), text(&container.image), namespace];
                (container.cgroup_id, named)
            });
        let known: Vec<(u64, [String; 3])> = known.collect();
        let places: Vec<(u64, Place<'_>)> = known
            .iter()
            .map(|(id, [container, image, namespace])| {
                let place = Place {
                    container,
                    image,
                    namespace,
                };
                (*id, place)
            })
            .collect();
        self.source.answer(&slots, &places).map_err(Failure::new)?;
        self.pipeline.judge_mut().answers.change(responses);
        self.want();
        let enforced = |response: &&Response| response.mode == Mode::Enforce;
        Ok(vec![format!(
            "{} in force, {} enforced",
            counted(responses.len(), "response is", "responses are"),
            responses.iter().filter(enforced).count()
        )])
    }

    /// Tells the kernel what is wanted; a recording takes everything.
    fn want(&mut self) {
        if self.recorder.is_none()
            && let Err(error) = self.source.want(&self.interest)
        {
            self.fail(error);
        }
    }
}

fn is_same<'a>(old: impl Iterator<Item = &'a Response>, new: &[Response]) -> bool {
    let old: Vec<&Response> = old.collect();
    old.len() == new.len() && old.iter().zip(new).all(|(old, new)| old.says_the_same(new))
}
