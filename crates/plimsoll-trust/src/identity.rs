//! Whose signature counts: what a certificate has to say.
//!
//! The rules are those of cosign's flags. A pattern may match anywhere in the text, as there; who
//! means all of it writes `^…$`.

use regex::{Regex, RegexBuilder};

use crate::refusal::{Fault, Refusal};
use crate::roots::Proof;

/// Compiled size of a pattern, in bytes.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// A text, or a pattern for one.
#[derive(Clone, Debug)]
pub enum TextRule {
    /// Exactly this.
    Exact(String),
    /// Something in it matches this.
    Pattern(Regex),
}

impl TextRule {
    /// A pattern. The error says what is wrong with it.
    pub fn pattern(text: &str) -> Result<Self, String> {
        RegexBuilder::new(text)
            .size_limit(PATTERN_BYTES_MAX)
            .build()
            .map(Self::Pattern)
            .map_err(|error| error.to_string())
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == text,
            Self::Pattern(pattern) => pattern.is_match(text),
        }
    }

    fn told(&self) -> String {
        match self {
            Self::Exact(exact) => exact.clone(),
            Self::Pattern(pattern) => format!("what matches `{pattern}`"),
        }
    }
}

/// Whose certificate counts.
#[derive(Clone, Debug)]
pub struct IdentityRule {
    /// The name in the certificate.
    pub identity: TextRule,
    /// Who vouched for the name.
    pub issuer: TextRule,
    /// What else the certificate has to say, by the names of [`Proof::claims`].
    pub claims: Vec<(&'static str, String)>,
}

impl IdentityRule {
    /// Whether a certificate that was checked is one of those meant.
    pub fn check(&self, proof: &Proof) -> Result<(), Refusal> {
        let part = |rule: &TextRule, found: Option<&String>, fault, what: &str| match found {
            Some(text) if rule.fits(text) => Ok(()),
            found => Err(Refusal::new(
                fault,
                format!("{what} {}", rule.told()),
                found.map_or("none", String::as_str),
            )),
        };
        let found = proof.identity.as_ref();
        part(&self.identity, found, Fault::WrongIdentity, "identity")?;
        let found = proof.issuer.as_ref();
        part(&self.issuer, found, Fault::WrongIssuer, "issuer")?;
        for (name, wanted) in &self.claims {
            let rule = TextRule::Exact(wanted.clone());
            part(&rule, proof.claims.get(name), Fault::WrongClaim, name)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof() -> Proof {
        Proof {
            identity: Some("https://git.example/shop/cart/.build.yaml@refs/heads/main".to_owned()),
            issuer: Some("https://token.example".to_owned()),
            claims: [("github-workflow-ref", "refs/heads/main".to_owned())].into(),
            ..Proof::default()
        }
    }

    fn rule(identity: &str) -> IdentityRule {
        IdentityRule {
            identity: TextRule::pattern(identity).unwrap(),
            issuer: TextRule::Exact("https://token.example".to_owned()),
            claims: Vec::new(),
        }
    }

    #[test]
    fn a_pattern_may_match_anywhere_as_in_cosign() {
        assert_eq!(rule("git.example/shop/").check(&proof()), Ok(()));
        let refused = rule("^git").check(&proof()).unwrap_err();
        assert_eq!(refused.fault, Fault::WrongIdentity);
        assert_eq!(refused.expected, "identity what matches `^git`");
    }

    #[test]
    fn each_claim_has_to_be_there() {
        let mut wanted = rule(".");
        wanted
            .claims
            .push(("github-workflow-ref", "refs/heads/main".to_owned()));
        assert_eq!(wanted.check(&proof()), Ok(()));
        wanted.claims.push(("github-workflow-sha", "1".to_owned()));
        let refused = wanted.check(&proof()).unwrap_err();
        assert_eq!(
            (refused.fault, refused.found.as_str()),
            (Fault::WrongClaim, "none")
        );
    }

    #[test]
    fn a_pattern_without_end_is_refused() {
        assert!(TextRule::pattern("((a{1000}){1000}){1000}").is_err());
        assert!(TextRule::pattern("(").is_err());
    }
}
