//! Disruption budgets and autoscalers, and what they are about.

use std::collections::BTreeMap;

use crate::pods::Made;
use crate::workload;
use crate::world::{World, is_near};
use plimsoll_object::object::Object;
use plimsoll_object::selector::Selector;
use plimsoll_object::yaml::Node;

/// The field of an autoscaler that says what it scales.
pub const TARGET: &str = "scaleTargetRef";

/// The disruption budgets of a world, with the pods that each is about; one whose selector cannot be
/// read is about none.
pub fn budgets<'w, 'a>(
    world: &'w World<'a>,
) -> impl Iterator<Item = (usize, &'w Object<'a>, Vec<&'w Made<'a>>)> {
    let all = world.of_kind("PodDisruptionBudget");
    all.filter(|(_, budget)| budget.group() == "policy")
        .map(|(index, budget)| {
            let node = budget.node.at_path(&["spec", "selector"]);
            let selector = node.and_then(|node| Selector::read(node).ok());
            // An empty one means all pods since v1, none before.
            let selector =
                selector.filter(|of| !of.is_empty() || budget.api_version == "policy/v1");
            let pods = selector.map(|of| world.pods().selected(budget.namespace, &of));
            (index, budget, pods.unwrap_or_default())
        })
}

/// A reference to what is scaled: its kind, name, and where that stands.
pub fn target<'a>(object: &Object<'a>, key: &str) -> Option<(&'a str, &'a str, &'a Node)> {
    let target = object.node.at_path(&["spec", key])?;
    let of = |key: &str| target.at_path(&[key]).and_then(Node::as_str);
    Some((of("kind")?, of("name")?, target))
}

/// The autoscalers of a world, by what they scale.
pub struct Autoscalers<'w, 'a>(BTreeMap<(&'a str, &'a str), Vec<(usize, &'w Object<'a>)>>);

impl<'w, 'a> Autoscalers<'w, 'a> {
    pub fn new(world: &'w World<'a>) -> Self {
        let mut out: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (index, scaler) in world.of_kind("HorizontalPodAutoscaler") {
            let target = workload::autoscaler(scaler).and_then(|_| target(scaler, TARGET));
            if let Some((kind, name, _)) = target {
                out.entry((kind, name)).or_default().push((index, scaler));
            }
        }
        Self(out)
    }

    /// Those of a workload, with their position.
    pub fn of(&self, workload: &Object<'a>) -> impl Iterator<Item = (usize, &'w Object<'a>)> {
        let key = (workload.kind, workload.name);
        let all = self.0.get(&key).map_or(&[][..], Vec::as_slice).iter();
        let namespace = workload.namespace;
        all.copied()
            .filter(move |(_, scaler)| is_near(scaler.namespace, namespace))
    }
}
