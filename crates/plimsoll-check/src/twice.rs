//! Objects that stand twice in a world.

use std::collections::BTreeMap;

use crate::world::World;

/// Positions of objects that were there before, with that of the first. What has no name of its own
/// is another object each time.
pub fn twice(world: &World<'_>) -> impl Iterator<Item = (usize, usize)> {
    let mut first = BTreeMap::new();
    let mut out = Vec::new();
    for (index, object) in world.iter() {
        let has_name = object.node.at_path(&["metadata", "name"]).is_some();
        let key = (object.group(), object.kind, object.namespace, object.name);
        if has_name {
            let earlier = *first.entry(key).or_insert(index);
            out.extend((earlier != index).then_some((index, earlier)));
        }
    }
    out.into_iter()
}
