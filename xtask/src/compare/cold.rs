//! Cold scans: every contender in turn, round after round, so that whatever else the machine does
//! falls on all of them alike.

use std::path::Path;

use anyhow::Result;

use super::contenders::{self, Found, Peer};
use super::images::{Form, Image};
use super::statistics::{self, Sample, Spread};
use super::{Setup, floor};

/// What an image in one form cost everybody.
pub struct Measured {
    pub image: &'static str,
    pub form: Form,
    pub bytes: u64,
    pub floor: Vec<Sample>,
    pub ours: Vec<Sample>,
    pub peers: Vec<(Peer, Vec<Sample>)>,
    /// Peers that failed, with what they said.
    pub failed: Vec<String>,
}

impl Measured {
    /// Wall time of a peer over ours, round by round.
    pub fn faster_than(&self, peer: Peer) -> Option<Spread> {
        let (_, samples) = self.peers.iter().find(|(other, _)| *other == peer)?;
        statistics::ratio(samples, &self.ours, |sample| sample.wall)
    }
}

pub fn measure(setup: &Setup, image: &Image, form: Form) -> Result<Measured> {
    let scratch = &setup.scratch;
    let mut measured = Measured {
        image: image.name,
        form,
        bytes: image.bytes(form)?,
        floor: Vec::new(),
        ours: Vec::new(),
        peers: Vec::new(),
        failed: Vec::new(),
    };
    let floor = floor::invocation(image, form)?;
    // Once unmeasured, so that all of them find the image in the page cache.
    floor.run(scratch)?;
    let mut peers: Vec<&Found> = setup.peers.iter().collect();
    for round in 1..=setup.rounds {
        eprintln!(
            "{} as {}: round {round} of {}",
            image.name,
            form.name(),
            setup.rounds
        );
        measured.floor.push(floor.run(scratch)?.1);
        measured.ours.push(ours(setup, image, form)?);
        peers.retain(|peer| {
            let cost = run_peer(peer, image, form, scratch);
            match cost {
                None => return false,
                Some(Ok(sample)) => {
                    match measured.peers.iter_mut().find(|(p, _)| *p == peer.peer) {
                        Some((_, samples)) => samples.push(sample),
                        None => measured.peers.push((peer.peer, vec![sample])),
                    }
                }
                Some(Err(error)) => {
                    measured
                        .failed
                        .push(format!("{}: {error:#}", peer.peer.name()));
                    return false;
                }
            }
            true
        });
    }
    Ok(measured)
}

fn ours(setup: &Setup, image: &Image, form: Form) -> Result<Sample> {
    let cache = setup.scratch.join("cache");
    contenders::forget(&cache)?;
    let invocation = contenders::ours(&setup.program, &setup.database, image, form, &cache);
    Ok(invocation.run(&setup.scratch)?.1)
}

fn run_peer(peer: &Found, image: &Image, form: Form, scratch: &Path) -> Option<Result<Sample>> {
    let invocation = peer.invocation(image, form, scratch)?;
    let run = peer.prepare(scratch).and_then(|()| invocation.run(scratch));
    Some(run.map(|(_, sample)| sample))
}
