//! Text in sixteen bytes: short text lies inside, the field names of Kubernetes in a table.
//!
//! A tree of YAML is mostly short words. Kept as `Box<str>` each would cost an allocation of its own;
//! so nearly none does.

use std::fmt;
use std::ops::Deref;

/// Longest text that lies inside, in bytes.
const SHORT_BYTES_MAX: usize = 14;

/// Immutable text.
#[derive(Clone)]
pub struct Word(Kept);

#[derive(Clone)]
enum Kept {
    Short(u8, [u8; SHORT_BYTES_MAX]),
    /// A position in [`KNOWN`].
    Known(u16),
    /// By a thin pointer, so that the whole stays at 16 bytes.
    Long(Box<Box<str>>),
}

/// Words too long to lie inside that nearly every object has, sorted.
const KNOWN: &[&str] = &[
    "activeDeadlineSeconds",
    "allowPrivilegeEscalation",
    "allowVolumeExpansion",
    "app.kubernetes.io/component",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/managed-by",
    "app.kubernetes.io/name",
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/version",
    "appArmorProfile",
    "automountServiceAccountToken",
    "averageUtilization",
    "concurrencyPolicy",
    "configMapKeyRef",
    "creationTimestamp",
    "enableServiceLinks",
    "ephemeral-storage",
    "ephemeralContainers",
    "externalTrafficPolicy",
    "failedJobsHistoryLimit",
    "failureThreshold",
    "fsGroupChangePolicy",
    "imagePullPolicy",
    "imagePullSecrets",
    "initialDelaySeconds",
    "internalTrafficPolicy",
    "kubectl.kubernetes.io/last-applied-configuration",
    "kubernetes.io/hostname",
    "matchExpressions",
    "minReadySeconds",
    "namespaceSelector",
    "networking.k8s.io/v1",
    "ownerReferences",
    "persistentVolumeClaim",
    "podManagementPolicy",
    "preferredDuringSchedulingIgnoredDuringExecution",
    "priorityClassName",
    "progressDeadlineSeconds",
    "publishNotReadyAddresses",
    "rbac.authorization.k8s.io",
    "rbac.authorization.k8s.io/v1",
    "readOnlyRootFilesystem",
    "requiredDuringSchedulingIgnoredDuringExecution",
    "resourceVersion",
    "revisionHistoryLimit",
    "runtimeClassName",
    "securityContext",
    "serviceAccountName",
    "sessionAffinity",
    "startingDeadlineSeconds",
    "storageClassName",
    "successThreshold",
    "successfulJobsHistoryLimit",
    "supplementalGroups",
    "terminationGracePeriodSeconds",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "topologySpreadConstraints",
    "ttlSecondsAfterFinished",
    "volumeClaimTemplates",
    "whenUnsatisfiable",
];

impl Word {
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Kept::Short(length, bytes) => {
                let bytes = bytes.get(..usize::from(*length)).unwrap_or_default();
                std::str::from_utf8(bytes).unwrap_or_default()
            }
            Kept::Known(index) => KNOWN.get(usize::from(*index)).copied().unwrap_or_default(),
            Kept::Long(text) => text,
        }
    }

    /// Whether it is this text; quicker than comparing what [`Self::as_str`] gives.
    pub fn is(&self, text: &str) -> bool {
        match &self.0 {
            Kept::Short(length, bytes) => {
                usize::from(*length) == text.len()
                    && bytes.get(..text.len()) == Some(text.as_bytes())
            }
            Kept::Known(_) | Kept::Long(_) => self.as_str() == text,
        }
    }
}

impl From<&str> for Word {
    fn from(text: &str) -> Self {
        let mut bytes = [0; SHORT_BYTES_MAX];
        if let Some(inside) = bytes.get_mut(..text.len())
            && let Ok(length) = u8::try_from(text.len())
        {
            inside.copy_from_slice(text.as_bytes());
            return Self(Kept::Short(length, bytes));
        }
        let known = KNOWN.binary_search(&text).ok();
        Self(match known.and_then(|index| u16::try_from(index).ok()) {
            Some(index) => Kept::Known(index),
            None => Kept::Long(Box::new(text.into())),
        })
    }
}

impl From<String> for Word {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl Deref for Word {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Word {
    fn as_ref(&self) -> &str {
        self
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), out)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self)
    }
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.is(other)
    }
}

impl Eq for Word {}

impl PartialEq<str> for Word {
    fn eq(&self, other: &str) -> bool {
        self.is(other)
    }
}

impl PartialEq<&str> for Word {
    fn eq(&self, other: &&str) -> bool {
        self.is(other)
    }
}

impl PartialOrd for Word {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Word {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other)
    }
}

impl std::hash::Hash for Word {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bytes_hold_every_text() {
        assert_eq!(size_of::<Word>(), 16);
        for text in [
            "",
            "a",
            "fourteen bytes",
            "fifteen bytes..",
            "securityContext",
            "äöü€",
            "é\u{301}",
        ] {
            let word = Word::from(text);
            assert_eq!(word.as_str(), text);
            assert!(word.is(text) && !word.is("another") && word == word.clone());
        }
        let long = "x".repeat(1000);
        assert_eq!(Word::from(long.as_str()).as_str(), long);
    }

    /// They are found by halving, and what lies inside anyway needs no place here.
    #[test]
    fn known_words_are_sorted() {
        assert!(KNOWN.is_sorted());
        assert!(matches!(Word::from("imagePullPolicy").0, Kept::Known(_)));
    }
}
