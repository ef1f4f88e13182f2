//! Which response with `exec` has which bit in the kernel's words.
//!
//! A response keeps its slot when the policy is read anew, so that the count of its rate goes on. One
//! that is no longer in force keeps its name there until all other slots have been used: events
//! that were on their way when the policy changed are told by the response that made them.

use plimsoll_policy::response::Response;

use crate::shared::ANSWER_SLOTS;

/// Responses in their slots.
#[derive(Debug, Clone, Default)]
pub struct Slots {
    held: Vec<Held>,
    /// Where the next free slot is looked for, once all have been used.
    next: usize,
}

#[derive(Debug, Clone)]
struct Held {
    response: Response,
    in_force: bool,
}

impl Slots {
    /// Those of the responses that have `exec`, in their order.
    pub fn new(responses: &[Response]) -> Self {
        let mut slots = Self::default();
        slots.change(responses);
        slots
    }

    /// Puts other responses in force.
    pub fn change(&mut self, responses: &[Response]) {
        for held in &mut self.held {
            held.in_force = false;
        }
        let mut fresh = Vec::new();
        for response in responses.iter().filter(|one| !one.exec.is_empty()) {
            let same = |held: &&mut Held| held.response.says_the_same(response);
            match self.held.iter_mut().find(same) {
                Some(held) => held.in_force = true,
                None => fresh.push(response),
            }
        }
        for response in fresh {
            self.place(Held {
                response: response.clone(),
                in_force: true,
            });
        }
    }

    /// The response of a slot, also of one that is no longer in force.
    pub fn response(&self, slot: u64) -> Option<&Response> {
        let held = self.held.get(usize::try_from(slot).ok()?)?;
        Some(&held.response)
    }

    /// Whether none is in force.
    pub fn is_empty(&self) -> bool {
        self.in_force().next().is_none()
    }

    /// Those in force, with their slots.
    pub(super) fn in_force(&self) -> impl Iterator<Item = (u32, &Response)> {
        self.held
            .iter()
            .enumerate()
            .filter(|(_, held)| held.in_force)
            .map(|(slot, held)| (slot as u32, &held.response))
    }

    /// A policy has no more responses than there are slots: one is free.
    fn place(&mut self, fresh: Held) {
        if self.held.len() < ANSWER_SLOTS {
            self.held.push(fresh);
            return;
        }
        for _ in 0..ANSWER_SLOTS {
            let slot = self.next % ANSWER_SLOTS;
            self.next = slot + 1;
            if let Some(held) = self.held.get_mut(slot)
                && !held.in_force
            {
                *held = fresh;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_policy::Document;

    use super::*;

    fn responses(names: &[&str]) -> Vec<Response> {
        let each = names
            .iter()
            .map(|name| format!("{{name: {name}, exec: {{names: [{name}]}}, answer: kill}}"));
        let text = format!("responses: [{}]", each.collect::<Vec<_>>().join(", "));
        Document::parse(&text, "p").unwrap().responses
    }

    fn in_force(slots: &Slots) -> Vec<(u32, &str)> {
        let all = slots.in_force();
        all.map(|(slot, response)| (slot, response.name.as_str()))
            .collect()
    }

    #[test]
    fn what_stays_keeps_its_slot_and_what_went_its_name() {
        let mut slots = Slots::new(&responses(&["a", "b"]));
        slots.change(&responses(&["c", "b"]));
        assert_eq!(in_force(&slots), [(1, "b"), (2, "c")]);
        assert_eq!(slots.response(0).unwrap().name, "a");
        slots.change(&responses(&["a"]));
        assert_eq!(in_force(&slots), [(0, "a")], "it comes back to its own");
        slots.change(&[]);
        assert!(slots.is_empty());
    }

    #[test]
    fn slots_are_used_again_and_never_one_that_is_in_force() {
        let mut slots = Slots::new(&responses(&["stays"]));
        for number in 0..200 {
            let name = format!("n{number}");
            slots.change(&responses(&[&name, "stays"]));
            let mut names: Vec<&str> = in_force(&slots).iter().map(|(_, name)| *name).collect();
            names.sort_unstable();
            assert_eq!(names, [name.as_str(), "stays"]);
            assert_eq!(slots.response(0).unwrap().name, "stays");
        }
    }
}
