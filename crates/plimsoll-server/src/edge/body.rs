//! The body of a request, within limits of size, time and what all bodies take together.

use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use plimsoll_policy::Trouble;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::BUDGET_UNIT_BYTES;
use crate::admission::uid_in;

/// Longest review, in bytes. The API server takes requests of 3 MiB, and a review has the object twice.
pub const BODY_BYTES_MAX: usize = 8 << 20;
/// What is kept of a body that is not read as a whole, to find its uid in, bytes.
const PREFIX_BYTES: usize = 4 << 10;
/// What is read of a body that is too long, so that its sender hears the answer, in bytes.
const DRAINED_BYTES_MAX: usize = 32 << 20;

/// What was read.
pub struct Body {
    pub bytes: Vec<u8>,
    /// Why it is not the whole body.
    pub trouble: Option<(Trouble, String)>,
    /// Its share of the budget.
    pub budget: Vec<OwnedSemaphorePermit>,
}

/// Reads a body; `None` where the sender went away.
pub async fn read(mut from: Incoming, budget: &Arc<Semaphore>, deadline: Instant) -> Option<Body> {
    let mut body = Body {
        bytes: Vec::new(),
        trouble: None,
        budget: Vec::new(),
    };
    let mut total = 0_usize;
    let mut paid = 0_usize;
    loop {
        let frame = match timeout_at(deadline, from.frame()).await {
            Ok(None) => return Some(body),
            Ok(Some(Err(_))) => return None,
            Ok(Some(Ok(frame))) => frame,
            Err(_) => {
                body.stop(
                    Trouble::Deadline,
                    "the body did not come in time".to_owned(),
                );
                return Some(body);
            }
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        total = total.saturating_add(data.len());
        if body.trouble.is_some() {
            if body.bytes.len() < PREFIX_BYTES && uid_in(&body.bytes).is_none() {
                let room = PREFIX_BYTES - body.bytes.len();
                body.bytes.extend(data.iter().take(room));
            }
            if total > DRAINED_BYTES_MAX {
                return Some(body);
            }
            continue;
        }
        body.bytes.extend_from_slice(&data);
        if total > BODY_BYTES_MAX {
            let limit = BODY_BYTES_MAX >> 20;
            body.stop(
                Trouble::TooLarge,
                format!("the review is larger than {limit} MiB"),
            );
            continue;
        }
        let wanted = total.div_ceil(BUDGET_UNIT_BYTES);
        let more = u32::try_from(wanted - paid).unwrap_or(u32::MAX);
        match Arc::clone(budget).try_acquire_many_owned(more) {
            Ok(permit) => {
                body.budget.push(permit);
                paid = wanted;
            }
            Err(_) => body.stop(
                Trouble::Overload,
                "too many bytes of reviews are under way".to_owned(),
            ),
        }
    }
}

impl Body {
    fn stop(&mut self, trouble: Trouble, why: String) {
        self.bytes.truncate(PREFIX_BYTES);
        self.bytes.shrink_to_fit();
        self.budget.clear();
        self.trouble = Some((trouble, why));
    }
}
