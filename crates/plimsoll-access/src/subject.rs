//! Users, groups and service accounts: whom a binding names, and who asks.

use std::fmt;
use std::str::FromStr;

use plimsoll_model::text::clean;

/// How the user of a service account is called, before namespace and name.
const ACCOUNT_PREFIX: &str = "system:serviceaccount:";
pub(super) const ANONYMOUS: &str = "system:anonymous";
pub(super) const AUTHENTICATED: &str = "system:authenticated";
pub(super) const UNAUTHENTICATED: &str = "system:unauthenticated";
pub(super) const ACCOUNTS: &str = "system:serviceaccounts";
pub(super) const MASTERS: &str = "system:masters";

/// Whom a binding names. A service account is the user of its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    Group(Box<str>),
    User(Box<str>),
}

/// Text that names no subject.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("understand the subject `{0}`")]
pub struct SubjectError(String);

impl SubjectError {
    pub const HINT: &str = "write user:NAME, group:NAME or sa:NAMESPACE/NAME";
}

impl Subject {
    /// The user of a service account.
    pub fn of_account(namespace: &str, name: &str) -> Self {
        Self::User(format!("{ACCOUNT_PREFIX}{namespace}:{name}").into())
    }

    /// Namespace and name, where it is a service account.
    pub fn account(&self) -> Option<(&str, &str)> {
        match self {
            Self::User(name) => name.strip_prefix(ACCOUNT_PREFIX)?.split_once(':'),
            Self::Group(_) => None,
        }
    }

    /// Whether it speaks for everybody, or for nobody in particular.
    pub fn is_broad(&self) -> bool {
        match self {
            Self::Group(name) => {
                matches!(&**name, AUTHENTICATED | UNAUTHENTICATED | ACCOUNTS)
                    || name.starts_with("system:serviceaccounts:")
            }
            Self::User(name) => {
                &**name == ANONYMOUS || self.account().is_some_and(|(_, name)| name == "default")
            }
        }
    }

    /// Whether whoever does not sign in is meant.
    pub fn is_anonymous(&self) -> bool {
        match self {
            Self::Group(name) => &**name == UNAUTHENTICATED,
            Self::User(name) => &**name == ANONYMOUS,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.account()) {
            (_, Some((namespace, name))) => write!(out, "sa:{}/{}", clean(namespace), clean(name)),
            (Self::User(name), None) => write!(out, "user:{}", clean(name)),
            (Self::Group(name), None) => write!(out, "group:{}", clean(name)),
        }
    }
}

impl FromStr for Subject {
    type Err = SubjectError;

    fn from_str(text: &str) -> Result<Self, SubjectError> {
        let wrong = || SubjectError(clean(text).into_owned());
        let (kind, name) = text.split_once(':').ok_or_else(wrong)?;
        if name.is_empty() {
            return Err(wrong());
        }
        match kind {
            "user" => Ok(Self::User(name.into())),
            "group" => Ok(Self::Group(name.into())),
            "sa" => match name.split_once('/') {
                Some((namespace, name))
                    if !namespace.is_empty() && !name.is_empty() && !name.contains('/') =>
                {
                    Ok(Self::of_account(namespace, name))
                }
                _ => Err(wrong()),
            },
            _ => Err(wrong()),
        }
    }
}

/// Who asks: a user name and the groups that the API server sees.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// Empty where only groups ask.
    pub user: Box<str>,
    pub groups: Vec<Box<str>>,
}

impl Identity {
    /// Somebody who signed in as this subject, with the groups that come of that and further ones.
    /// For a group: a member of it, of whom nothing else is known.
    pub fn of(subject: &Subject, further: &[String]) -> Self {
        let mut groups: Vec<Box<str>> = Vec::new();
        let mut user: Box<str> = "".into();
        match subject {
            Subject::User(name) => user = name.clone(),
            Subject::Group(name) => groups.push(name.clone()),
        }
        if let Some((namespace, _)) = subject.account() {
            groups.push(ACCOUNTS.into());
            groups.push(format!("{ACCOUNTS}:{namespace}").into());
        }
        if let Subject::Group(name) = subject
            && name.starts_with("system:serviceaccounts:")
        {
            groups.push(ACCOUNTS.into());
        }
        groups.extend(further.iter().map(|group| group.as_str().into()));
        let implied = if subject.is_anonymous() {
            UNAUTHENTICATED
        } else {
            AUTHENTICATED
        };
        groups.push(implied.into());
        let mut seen = std::collections::BTreeSet::new();
        groups.retain(|group| seen.insert(group.clone()));
        Self { user, groups }
    }

    /// Whether a binding that names the subject speaks of this identity.
    pub fn is(&self, subject: &Subject) -> bool {
        match subject {
            Subject::User(name) => *name == self.user,
            Subject::Group(name) => self.groups.contains(name),
        }
    }

    /// Itself and its groups, as a binding would name them.
    pub fn subjects(&self) -> impl Iterator<Item = Subject> + '_ {
        let user = Some(Subject::User(self.user.clone())).filter(|_| !self.user.is_empty());
        user.into_iter()
            .chain(self.groups.iter().cloned().map(Subject::Group))
    }
}
