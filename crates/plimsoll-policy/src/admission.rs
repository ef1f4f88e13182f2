//! The `admission` section of `plimsoll.yaml`: whom the webhook leaves alone, how strict rules are in
//! which namespace, and what it answers when it cannot judge.
//!
//! Modes of rules stand at the rules themselves, under the stage `deploy`; this section only says
//! where they differ.

use std::collections::BTreeMap;

use plimsoll_model::Mode;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_saphyr::Spanned;

use crate::PolicyError;
use crate::document::{at, word};
use crate::glob::Glob;
use crate::judge::UNKNOWNS_RULE;
use crate::rule::Policy;

/// Most entries of each list in the section.
pub const ADMISSION_ENTRIES_MAX: usize = 1_000;

/// Namespaces that are left alone where the policy does not say which: what nodes and the control
/// plane need to come up runs there.
const EXEMPT_NAMESPACES: &[&str] = &["kube-system"];

/// Why a request could not be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trouble {
    /// No admission review, one of another version, or one whose parts contradict each other.
    Unreadable,
    /// Larger, deeper or with more containers than is looked at.
    TooLarge,
    /// More requests under way than are taken.
    Overload,
    /// The answer would have come after the API server stopped waiting.
    Deadline,
    /// A defect of the webhook itself.
    Defect,
}

impl Trouble {
    pub const ALL: [Self; 5] = [
        Self::Unreadable,
        Self::TooLarge,
        Self::Overload,
        Self::Deadline,
        Self::Defect,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::TooLarge => "too_large",
            Self::Overload => "overload",
            Self::Deadline => "deadline",
            Self::Defect => "defect",
        }
    }
}

/// What is answered to a request that could not be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Otherwise {
    #[default]
    Deny,
    Allow,
}

impl Otherwise {
    pub const ALL: [Self; 2] = [Self::Deny, Self::Allow];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Allow => "allow",
        }
    }
}

/// Whom the webhook leaves alone. A request that any of the lists names is allowed unjudged.
#[derive(Debug, Clone)]
pub struct Exempt {
    pub namespaces: Vec<Glob>,
    pub users: Vec<Glob>,
    pub groups: Vec<Glob>,
}

/// Another mode for rules in some namespaces.
#[derive(Debug, Clone)]
pub struct NamespaceMode {
    pub namespaces: Vec<Glob>,
    pub mode: Mode,
    /// Names of rules; empty means all.
    pub rules: Vec<String>,
}

/// How the webhook behaves.
#[derive(Debug, Clone)]
pub struct Admission {
    on_error: BTreeMap<Trouble, Otherwise>,
    pub exempt: Exempt,
    /// The first that names namespace and rule counts.
    pub modes: Vec<NamespaceMode>,
}

impl Default for Admission {
    fn default() -> Self {
        let globs = EXEMPT_NAMESPACES.iter();
        Self {
            on_error: BTreeMap::new(),
            exempt: Exempt {
                namespaces: globs.filter_map(|text| Glob::new(text).ok()).collect(),
                users: Vec::new(),
                groups: Vec::new(),
            },
            modes: Vec::new(),
        }
    }
}

impl Admission {
    /// The answer where a request cannot be judged: to deny it, unless the policy says otherwise.
    pub fn on_error(&self, trouble: Trouble) -> Otherwise {
        self.on_error.get(&trouble).copied().unwrap_or_default()
    }

    /// The mode of a rule in a namespace, where it has `usual` elsewhere.
    pub fn mode_in(&self, namespace: &str, rule: &str, usual: Mode) -> Mode {
        let names = |one: &&NamespaceMode| {
            one.namespaces.iter().any(|glob| glob.is_match(namespace))
                && (one.rules.is_empty() || one.rules.iter().any(|name| name == rule))
        };
        self.modes.iter().find(names).map_or(usual, |one| one.mode)
    }
}

impl Exempt {
    /// What names the request, as a clause; `None` where it is to be judged.
    pub fn why<'r>(
        &self,
        namespace: &str,
        user: &str,
        groups: impl IntoIterator<Item = &'r str>,
    ) -> Option<String> {
        let fits = |globs: &[Glob], name: &str| globs.iter().any(|glob| glob.is_match(name));
        if !namespace.is_empty() && fits(&self.namespaces, namespace) {
            return Some(format!("namespace {namespace} is exempt"));
        }
        if fits(&self.users, user) {
            return Some(format!("user {user} is exempt"));
        }
        let group = groups.into_iter().find(|group| fits(&self.groups, group))?;
        Some(format!("group {group} is exempt"))
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AdmissionForm {
    on_error: Option<Spanned<OnErrorForm>>,
    exempt: ExemptForm,
    namespaces: Vec<Spanned<NamespaceForm>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct ExemptForm {
    namespaces: Option<Vec<Spanned<String>>>,
    users: Vec<Spanned<String>>,
    groups: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamespaceForm {
    names: Vec<Spanned<String>>,
    mode: Spanned<String>,
    #[serde(default)]
    rules: Vec<Spanned<String>>,
}

/// `on_error: deny`, or an answer for each kind of trouble.
enum OnErrorForm {
    Always(String),
    ByTrouble(BTreeMap<String, String>),
}

impl<'de> Deserialize<'de> for OnErrorForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = OnErrorForm;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("deny or allow, or one of them for each kind of trouble")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<OnErrorForm, E> {
                Ok(OnErrorForm::Always(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OnErrorForm, A::Error> {
                let mut by_trouble = BTreeMap::new();
                while let Some((trouble, answer)) = map.next_entry()? {
                    by_trouble.insert(trouble, answer);
                }
                Ok(OnErrorForm::ByTrouble(by_trouble))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// Reads the section; `policy` is the one whose rules it may name.
pub(crate) fn read(
    file: &str,
    form: AdmissionForm,
    policy: &Policy,
) -> Result<Admission, PolicyError> {
    let mut admission = Admission::default();
    if let Some(on_error) = form.on_error {
        admission.on_error = read_on_error(file, &on_error)?;
    }
    let exempt = &mut admission.exempt;
    if let Some(namespaces) = form.exempt.namespaces {
        exempt.namespaces = globs(file, &namespaces)?;
    }
    exempt.users = globs(file, &form.exempt.users)?;
    exempt.groups = globs(file, &form.exempt.groups)?;
    for one in form.namespaces {
        if admission.modes.len() == ADMISSION_ENTRIES_MAX {
            let message = format!("more than {ADMISSION_ENTRIES_MAX} entries in `namespaces`");
            return Err(at(file, &one, message));
        }
        admission.modes.push(read_namespaces(file, &one, policy)?);
    }
    Ok(admission)
}

fn read_on_error(
    file: &str,
    form: &Spanned<OnErrorForm>,
) -> Result<BTreeMap<Trouble, Otherwise>, PolicyError> {
    let place = |text: &str| Spanned::new(text.to_owned(), form.referenced, form.defined);
    let answer = |text: &str| word(file, &place(text), Otherwise::ALL, Otherwise::as_str);
    match &form.value {
        OnErrorForm::Always(text) => {
            let answer = answer(text)?;
            Ok(Trouble::ALL.into_iter().map(|it| (it, answer)).collect())
        }
        OnErrorForm::ByTrouble(by_trouble) => by_trouble
            .iter()
            .map(|(trouble, text)| {
                let trouble = word(file, &place(trouble), Trouble::ALL, Trouble::as_str)?;
                Ok((trouble, answer(text)?))
            })
            .collect(),
    }
}

fn read_namespaces(
    file: &str,
    form: &Spanned<NamespaceForm>,
    policy: &Policy,
) -> Result<NamespaceMode, PolicyError> {
    let value = &form.value;
    if value.names.is_empty() {
        return Err(at(file, form, "`names` is empty").hint("name namespaces, as in `dev-*`"));
    }
    for name in &value.rules {
        let is_known = |rule: &str| rule == name.value;
        if !policy.rules.iter().any(|rule| is_known(&rule.name)) && !is_known(UNKNOWNS_RULE) {
            let message = format!("the policy has no rule `{}`", name.value);
            return Err(at(file, name, message).hint("rules are named as under `policy.rules`"));
        }
    }
    Ok(NamespaceMode {
        namespaces: globs(file, &value.names)?,
        mode: word(file, &value.mode, Mode::ALL, Mode::as_str)?,
        rules: value.rules.iter().map(|name| name.value.clone()).collect(),
    })
}

fn globs(file: &str, texts: &[Spanned<String>]) -> Result<Vec<Glob>, PolicyError> {
    if let Some(beyond) = texts.get(ADMISSION_ENTRIES_MAX) {
        let message = format!("more than {ADMISSION_ENTRIES_MAX} entries in one list");
        return Err(at(file, beyond, message));
    }
    let glob =
        |text: &Spanned<String>| Glob::new(&text.value).map_err(|reason| at(file, text, reason));
    texts.iter().map(glob).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    fn admission(text: &str) -> Admission {
        Document::parse(text, "plimsoll.yaml").unwrap().admission
    }

    #[test]
    fn without_a_section_trouble_is_denied_and_the_control_plane_left_alone() {
        let admission = admission("");
        for trouble in Trouble::ALL {
            assert_eq!(admission.on_error(trouble), Otherwise::Deny);
        }
        assert!(admission.exempt.why("kube-system", "jane", []).is_some());
        assert!(admission.exempt.why("kube-systems", "jane", []).is_none());
        assert_eq!(admission.mode_in("shop", "x", Mode::Enforce), Mode::Enforce);
    }

    #[test]
    fn answers_exemptions_and_modes_are_read() {
        let admission = admission(
            "policy:
  rules:
    - {name: bad, mode: enforce, kinds: [configuration]}
    - {name: worse, mode: enforce, severity: critical}
admission:
  on_error: {overload: allow, deadline: allow}
  exempt:
    namespaces: [infra-*]
    users: ['system:serviceaccount:flux:*']
    groups: [breakglass]
  namespaces:
    - {names: [dev-*], mode: warn, rules: [bad]}
    - {names: ['*'], mode: audit}
",
        );
        assert_eq!(admission.on_error(Trouble::Overload), Otherwise::Allow);
        assert_eq!(admission.on_error(Trouble::Unreadable), Otherwise::Deny);
        let exempt = &admission.exempt;
        assert!(exempt.why("kube-system", "jane", ["ops"]).is_none());
        for (namespace, user, group, why) in [
            ("infra-dns", "jane", "", "namespace infra-dns is exempt"),
            (
                "shop",
                "system:serviceaccount:flux:kustomize",
                "",
                "user system:serviceaccount:flux:kustomize is exempt",
            ),
            ("shop", "jane", "breakglass", "group breakglass is exempt"),
        ] {
            assert_eq!(exempt.why(namespace, user, [group]).as_deref(), Some(why));
        }
        let mode = |namespace, rule| admission.mode_in(namespace, rule, Mode::Enforce);
        assert_eq!(mode("dev-jane", "bad"), Mode::Warn);
        assert_eq!(mode("dev-jane", "worse"), Mode::Audit);
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (text, said) in [
            ("admission: {on_error: alow}", "plimsoll.yaml:1"),
            ("admission: {on_eror: allow}", "on_eror"),
            ("admission: {on_error: {overlod: allow}}", "overlod"),
            (
                "admission: {namespaces: [{names: [a], mode: warn, rules: [nope]}]}",
                "no rule `nope`",
            ),
            (
                "admission: {namespaces: [{names: [], mode: warn}]}",
                "`names` is empty",
            ),
            ("admission: {exempt: {users: ['[']}}", "glob"),
        ] {
            let error = Document::parse(text, "plimsoll.yaml").unwrap_err();
            assert!(error.to_string().contains(said), "{text}: {error}");
        }
    }
}
