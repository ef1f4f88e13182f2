//! Roles by themselves: rules that say more than is meant, or nothing.

use std::collections::BTreeSet;

use plimsoll_model::Severity;

use super::super::model::{Origin, Role, Rule};
use super::super::powers;
use super::Risks;

impl Risks<'_> {
    pub(super) fn roles(&mut self) {
        let access = self.access;
        let used: BTreeSet<usize> = access
            .bindings
            .iter()
            .filter_map(|binding| access.role_index(binding))
            .collect();
        // A role that others gather is used where they are.
        let mut gathered: BTreeSet<usize> = BTreeSet::new();
        for role in access.roles.iter().filter(|role| role.gathers.is_some()) {
            gathered.extend(&role.rules);
        }
        for (index, role) in access.roles.iter().enumerate() {
            if role.origin == Origin::BuiltIn {
                continue;
            }
            let is_used = used.contains(&index);
            let own = role.gathers.is_none() || role.is_live;
            let is_gathered = role.rules.iter().any(|rule| gathered.contains(rule));
            if !is_used && !is_gathered && role.gathers.is_none() {
                let title = format!("{} is bound to nobody", role.display());
                let key = role.display();
                self.say(
                    "access-unused-role",
                    Severity::Negligible,
                    &key,
                    &title,
                    &[role.origin],
                );
            }
            if !own {
                continue;
            }
            for (number, (_, rule)) in access.rules_of(role).enumerate() {
                self.rule(role, number, rule, is_used || is_gathered);
            }
        }
    }

    fn rule(&mut self, role: &Role, number: usize, rule: &Rule, is_used: bool) {
        let all = |list: &[Box<str>]| list.iter().any(|word| &**word == "*");
        let key = format!("{} {number}", role.display());
        if all(&rule.verbs) || all(&rule.resources) {
            let what = if powers::is_everything(rule) {
                "every verb on every resource".to_owned()
            } else if all(&rule.resources) {
                let groups = rule.groups.join(", ");
                let groups = if all(&rule.groups) {
                    "every API group"
                } else {
                    &groups
                };
                let verbs = if all(&rule.verbs) {
                    "every verb".to_owned()
                } else {
                    rule.verbs.join(", ")
                };
                let groups = if groups.is_empty() {
                    "the core API group"
                } else {
                    groups
                };
                format!("{verbs} on every resource of {groups}")
            } else if rule.resources.is_empty() {
                format!("every verb on {}", rule.urls.join(", "))
            } else {
                format!("every verb on {}", rule.resources.join(", "))
            };
            let severity = if is_used {
                Severity::Medium
            } else {
                Severity::Low
            };
            let title = format!("{} allows {what}", role.display());
            self.say("access-wildcard", severity, &key, &title, &[rule.origin]);
        }
        let nameless = |verb: &str| matches!(verb, "create" | "deletecollection");
        let whole = |resource: &str| !resource.contains('/') && resource != "*";
        let nothing = !rule.names.is_empty()
            && !rule.verbs.is_empty()
            && rule.verbs.iter().all(|verb| nameless(verb))
            && rule.resources.iter().all(|resource| whole(resource));
        if nothing {
            let title = format!(
                "{} allows {} by name, which never holds: such a request carries no name",
                role.display(),
                rule.verbs.join(" and ")
            );
            self.say(
                "access-rule-without-effect",
                Severity::Low,
                &key,
                &title,
                &[rule.origin],
            );
        }
    }
}
