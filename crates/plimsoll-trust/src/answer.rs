//! All that is attached to an image, each piece checked, and what follows.

use plimsoll_image::OpenError;
use plimsoll_model::Digest;

use crate::evidence::Attached;
use crate::find::{Attachment, Found, Place, Store, Unread, fetch, find};
use crate::refusal::Refusal;
use crate::verify::{Expectation, Verified, Wanted, is_wanted, verify_attached};

/// Bytes fetched for one image, altogether.
pub const FETCHED_BYTES_MAX: u64 = 256 << 20;

/// One signature or attestation, checked.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Where it was found.
    pub place: Place,
    /// Of what holds it.
    pub digest: Digest,
    /// What holds, or why it does not count.
    pub result: Result<Verified, Refusal>,
}

/// What follows from all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// At least one counts.
    Verified,
    /// None counts, and all that is there was looked at.
    Refused,
    /// None counts, and something could not be read.
    Unclear,
}

impl Outcome {
    /// The word that scripts see.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Refused => "refused",
            Self::Unclear => "unclear",
        }
    }
}

/// The answer about one subject.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// In the order in which they were found.
    pub checked: Vec<Checked>,
    /// What is there and could not be read.
    pub unread: Vec<Unread>,
}

impl Answer {
    /// What follows.
    pub fn outcome(&self) -> Outcome {
        if self.checked.iter().any(|one| one.result.is_ok()) {
            Outcome::Verified
        } else if self.unread.is_empty() {
            Outcome::Refused
        } else {
            Outcome::Unclear
        }
    }
}

/// Looks for what is attached to a manifest, and checks each piece that may be what is wanted.
pub fn verify_image(store: &dyn Store, subject: &Digest, expected: &Expectation<'_>) -> Answer {
    let suffix = match expected.wanted {
        Wanted::Signature => "sig",
        Wanted::Attestation(_) => "att",
    };
    let Found {
        attachments,
        unread,
    } = find(store, subject, suffix);
    let mut answer = Answer {
        checked: Vec::new(),
        unread,
    };
    let mut fetched_bytes = 0;
    let mut looked_at: Vec<&Attachment> = Vec::new();
    for attachment in &attachments {
        // The same layer may hang at a tag and at a referrer.
        let is_again = |other: &&&Attachment| {
            other.digest == attachment.digest && other.annotations == attachment.annotations
        };
        if !is_wanted(attachment, &expected.wanted) || looked_at.iter().any(|o| is_again(&o)) {
            continue;
        }
        looked_at.push(attachment);
        let bytes = match within(attachment, fetched_bytes).and_then(|()| fetch(store, attachment))
        {
            Ok(bytes) => bytes,
            Err(error) => {
                answer.unread.push(Unread {
                    place: attachment.place.to_string(),
                    reason: error.to_string(),
                });
                continue;
            }
        };
        fetched_bytes += bytes.len() as u64;
        let attached = Attached {
            bytes: &bytes,
            annotations: &attachment.annotations,
        };
        if let Some(result) = verify_attached(attachment.form, &attached, subject, expected) {
            answer.checked.push(Checked {
                place: attachment.place.clone(),
                digest: attachment.digest.clone(),
                result,
            });
        }
    }
    answer
}

fn within(attachment: &Attachment, fetched_bytes: u64) -> Result<(), OpenError> {
    if fetched_bytes.saturating_add(attachment.size_bytes) <= FETCHED_BYTES_MAX {
        return Ok(());
    }
    Err(OpenError::Limit {
        path: attachment.place.to_string(),
        what: "all that is attached".to_owned(),
        limit: FETCHED_BYTES_MAX,
    })
}
