//! The reader of the ring buffer.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use aya::maps::{MapData, RingBuf};
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};

/// The one ring buffer that all programs write to.
pub(crate) struct Ring {
    ring: RingBuf<MapData>,
    waits: OwnedFd,
}

impl Ring {
    pub(crate) fn new(ring: RingBuf<MapData>) -> io::Result<Self> {
        let waits = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        // Only a wake-up by the programs counts, not that there is something: they do that when much
        // has gathered, and what is less than much waits for the timeout.
        epoll::add(
            &waits,
            &ring,
            epoll::EventData::new_u64(0),
            epoll::EventFlags::IN | epoll::EventFlags::ET,
        )?;
        Ok(Self { ring, waits })
    }

    /// See [`Sensor::poll`](crate::Sensor::poll).
    pub(crate) fn poll(&mut self, timeout: Duration, each: impl FnMut(&[u8])) -> io::Result<usize> {
        self.poll_some(timeout, usize::MAX, each)
    }

    /// See [`Sensor::poll_some`](crate::Sensor::poll_some).
    pub(crate) fn poll_some(
        &mut self,
        timeout: Duration,
        records_max: usize,
        mut each: impl FnMut(&[u8]),
    ) -> io::Result<usize> {
        if timeout.is_zero() {
            return Ok(self.drain(records_max, &mut each));
        }
        let mut events = Vec::with_capacity(1);
        let limit = Timespec::try_from(timeout).map_err(io::Error::other)?;
        match epoll::wait(&self.waits, spare_capacity(&mut events), Some(&limit)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(self.drain(records_max, &mut each))
    }

    fn drain(&mut self, records_max: usize, each: &mut impl FnMut(&[u8])) -> usize {
        let mut count = 0;
        while count < records_max
            && let Some(item) = self.ring.next()
        {
            each(&item);
            count += 1;
        }
        count
    }
}
