//! Records: what the ring buffer and traces hold.
//!
//! The layout stands in `plimsoll_model::event`. Reading borrows the bytes and believes nothing:
//! lengths are checked, unknown parameters are skipped, a value of the wrong length is absent.

use plimsoll_model::event::{EventKind, ExecId, HEAD_BYTES, Param, RECORD_BYTES_MAX};

/// Why bytes are no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    #[error("{0} bytes are too few for a record of {HEAD_BYTES} and more")]
    Short(usize),
    #[error("its size, {size} bytes, does not fit the {held} that are there")]
    Size { size: usize, held: usize },
    #[error("kind {0} is not known")]
    Kind(u16),
    #[error("parameter {0} ends after the record")]
    Param(u16),
}

/// One event, borrowed from the bytes that it came in.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    pub kind: EventKind,
    pub flags: u16,
    /// Nanoseconds since boot.
    pub time_ns: u64,
    pub exec: ExecId,
    pub tid: u32,
    pub cgroup_id: u64,
    /// What the call returned; a negative errno when it failed.
    pub ret: i64,
    pub mnt_ns: u32,
    pub pid_ns: u32,
    pub cpu: u16,
    pub sequence: u32,
    params: &'a [u8],
    bytes: &'a [u8],
}

impl<'a> Record<'a> {
    /// Reads the record at the beginning of bytes; what follows it is left alone.
    pub fn read(bytes: &'a [u8]) -> Result<Self, RecordError> {
        let head: &[u8; HEAD_BYTES] = bytes.first_chunk().ok_or(RecordError::Short(bytes.len()))?;
        let size = u32_at(head, 0) as usize;
        let held = bytes.len();
        if !(HEAD_BYTES..=RECORD_BYTES_MAX).contains(&size) {
            return Err(RecordError::Size { size, held });
        }
        let whole = bytes.get(..size).ok_or(RecordError::Size { size, held })?;
        let number = u16_at(head, 4);
        let record = Self {
            kind: EventKind::from_number(number).ok_or(RecordError::Kind(number))?,
            flags: u16_at(head, 6),
            time_ns: u64_at(head, 8),
            exec: ExecId {
                pid: u32_at(head, 16),
                start_ns: u64_at(head, 24),
            },
            tid: u32_at(head, 20),
            cgroup_id: u64_at(head, 32),
            ret: u64_at(head, 40) as i64,
            mnt_ns: u32_at(head, 48),
            pid_ns: u32_at(head, 52),
            cpu: u16_at(head, 56),
            sequence: u32_at(head, 60),
            params: trimmed(
                whole.get(HEAD_BYTES..).unwrap_or_default(),
                u16_at(head, 58),
            )?,
            bytes: whole,
        };
        Ok(record)
    }

    /// All its bytes, as they are stored.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Its parameters in the order in which they were written, unknown ones included.
    pub const fn params(&self) -> Params<'a> {
        Params { rest: self.params }
    }

    /// The first value of a parameter.
    pub fn param(&self, param: Param) -> Option<&'a [u8]> {
        let number = param.number();
        self.params()
            .find(|(found, _)| *found == number)
            .map(|(_, value)| value)
    }

    /// An unsigned parameter.
    pub fn number(&self, param: Param) -> Option<u64> {
        Some(u64::from_le_bytes(self.param(param)?.try_into().ok()?))
    }

    /// A signed parameter.
    pub fn signed(&self, param: Param) -> Option<i64> {
        Some(i64::from_le_bytes(self.param(param)?.try_into().ok()?))
    }

    /// Whether a flag is set.
    pub const fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }
}

/// Parameters one after the other: number and value.
#[derive(Debug, Clone)]
pub struct Params<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Params<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (head, rest) = self.rest.split_first_chunk::<4>()?;
        let [a, b, c, d] = *head;
        let (value, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes([c, d])))?;
        self.rest = rest;
        Some((u16::from_le_bytes([a, b]), value))
    }
}

/// The bytes of as many parameters as the head says: padding is cut off.
fn trimmed(bytes: &[u8], count: u16) -> Result<&[u8], RecordError> {
    let mut params = Params { rest: bytes };
    for index in 0..count {
        // No parameter has the number 0: that is padding.
        if params.next().is_none_or(|(number, _)| number == 0) {
            return Err(RecordError::Param(index));
        }
    }
    let used = bytes.len() - params.rest.len();
    Ok(bytes.get(..used).unwrap_or_default())
}

/// Builds a record: what user space adds to the kernel's, and tests.
#[derive(Debug, Clone)]
pub struct RecordWriter {
    bytes: Vec<u8>,
    params: u16,
}

impl RecordWriter {
    /// A record of a kind, all else zero.
    pub fn new(kind: EventKind) -> Self {
        let mut bytes = vec![0; HEAD_BYTES];
        put(&mut bytes, 4, &kind.number().to_le_bytes());
        Self { bytes, params: 0 }
    }

    #[must_use]
    pub fn flags(mut self, flags: u16) -> Self {
        put(&mut self.bytes, 6, &flags.to_le_bytes());
        self
    }

    #[must_use]
    pub fn time_ns(mut self, time_ns: u64) -> Self {
        put(&mut self.bytes, 8, &time_ns.to_le_bytes());
        self
    }

    /// The process and its thread.
    #[must_use]
    pub fn exec(mut self, exec: ExecId, tid: u32) -> Self {
        put(&mut self.bytes, 16, &exec.pid.to_le_bytes());
        put(&mut self.bytes, 20, &tid.to_le_bytes());
        put(&mut self.bytes, 24, &exec.start_ns.to_le_bytes());
        self
    }

    #[must_use]
    pub fn cgroup_id(mut self, id: u64) -> Self {
        put(&mut self.bytes, 32, &id.to_le_bytes());
        self
    }

    #[must_use]
    pub fn ret(mut self, ret: i64) -> Self {
        put(&mut self.bytes, 40, &ret.to_le_bytes());
        self
    }

    /// Mount and pid namespace.
    #[must_use]
    pub fn namespaces(mut self, mnt_ns: u32, pid_ns: u32) -> Self {
        put(&mut self.bytes, 48, &mnt_ns.to_le_bytes());
        put(&mut self.bytes, 52, &pid_ns.to_le_bytes());
        self
    }

    /// Processor and its count of events.
    #[must_use]
    pub fn cpu(mut self, cpu: u16, sequence: u32) -> Self {
        put(&mut self.bytes, 56, &cpu.to_le_bytes());
        put(&mut self.bytes, 60, &sequence.to_le_bytes());
        self
    }

    /// Adds bytes; they are cut to what a parameter and a record can hold.
    #[must_use]
    pub fn bytes(mut self, param: Param, value: &[u8]) -> Self {
        // Room for the value's own head and for the padding at the end.
        let room = RECORD_BYTES_MAX - 16 - self.bytes.len().min(RECORD_BYTES_MAX - 16);
        let length = value.len().min(usize::from(u16::MAX)).min(room);
        let value = value.get(..length).unwrap_or_default();
        self.bytes.extend(param.number().to_le_bytes());
        self.bytes.extend((length as u16).to_le_bytes());
        self.bytes.extend(value);
        self.params += 1;
        self
    }

    #[must_use]
    pub fn number(self, param: Param, value: u64) -> Self {
        self.bytes(param, &value.to_le_bytes())
    }

    #[must_use]
    pub fn signed(self, param: Param, value: i64) -> Self {
        self.bytes(param, &value.to_le_bytes())
    }

    /// The finished bytes.
    pub fn finish(mut self) -> Vec<u8> {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let size = self.bytes.len() as u32;
        put(&mut self.bytes, 0, &size.to_le_bytes());
        put(&mut self.bytes, 58, &self.params.to_le_bytes());
        self.bytes
    }
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    if let Some(place) = bytes.get_mut(at..at + value.len()) {
        place.copy_from_slice(value);
    }
}

fn u16_at(head: &[u8; HEAD_BYTES], at: usize) -> u16 {
    u16::from_le_bytes(chunk(head, at))
}

fn u32_at(head: &[u8; HEAD_BYTES], at: usize) -> u32 {
    u32::from_le_bytes(chunk(head, at))
}

fn u64_at(head: &[u8; HEAD_BYTES], at: usize) -> u64 {
    u64::from_le_bytes(chunk(head, at))
}

fn chunk<const N: usize>(head: &[u8; HEAD_BYTES], at: usize) -> [u8; N] {
    head.get(at..)
        .and_then(|rest| rest.first_chunk())
        .copied()
        .unwrap_or([0; N])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let bytes = RecordWriter::new(EventKind::Openat)
            .time_ns(7)
            .exec(
                ExecId {
                    pid: 3,
                    start_ns: 9,
                },
                4,
            )
            .cgroup_id(11)
            .ret(-2)
            .namespaces(5, 6)
            .bytes(Param::Name, b"/etc/shadow")
            .number(Param::Flags, 0o101)
            .finish();
        let record = Record::read(&bytes).unwrap();
        assert_eq!(record.kind, EventKind::Openat);
        assert_eq!(record.param(Param::Name), Some(&b"/etc/shadow"[..]));
        assert_eq!(record.number(Param::Flags), Some(0o101));
        assert_eq!((record.exec.pid, record.tid, record.ret), (3, 4, -2));
        assert_eq!((record.cgroup_id, record.mnt_ns, record.pid_ns), (11, 5, 6));
        assert_eq!(record.params().count(), 2);
        assert_eq!(record.bytes().len() % 8, 0);
    }

    #[test]
    fn halves_and_lies_are_refused() {
        let bytes = RecordWriter::new(EventKind::Close)
            .signed(Param::Fd, 3)
            .finish();
        for end in 0..bytes.len() {
            assert!(Record::read(&bytes[..end]).is_err(), "{end}");
        }
        let mut many = bytes.clone();
        many[58] = 9;
        assert_eq!(Record::read(&many).unwrap_err(), RecordError::Param(1));
        let mut kind = bytes;
        kind[4] = 255;
        kind[5] = 255;
        assert_eq!(Record::read(&kind).unwrap_err(), RecordError::Kind(65535));
    }
}
