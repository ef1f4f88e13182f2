//! Records written as text: for tests, and for people who want to try a rule without a kernel.
//!
//! ```text
//! # One event a line; times go on by a millisecond each.
//! 100 execve exe_path=/bin/sh args=sh,-c,id comm=sh ppid=1 cgroup=7
//! 100 openat=3 name=/etc/shadow flags=0o2000000
//! 100 connect=-115 fd=4 sock_family=2 remote_address=192.0.2.1 remote_port=80
//! +5s
//! 100/103@900 procexit exit_code=0
//! ```
//!
//! A line is `PID[/TID][@START] KIND[=RET] KEY=VALUE…`. Keys are names of parameters, and of the
//! head's fields: `cgroup`, `mnt`, `pidns`, `cpu`, `seq`, `t` (nanoseconds), `head_flags`. Numbers may
//! be written as `0x` and `0o`; texts may stand in double quotes and hold `\xNN`, `\n`, `\0`, `\\`,
//! `\"`; `args` and `env` are lists with commas. A process that has no start is given its pid × 1000.

use plimsoll_model::event::{EventKind, ExecId, PARAMS, Param, Type};

use crate::wire::RecordWriter;

/// Longest scenario, in lines.
const LINES_MAX: usize = 100_000;

/// Why a line makes no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ScenarioError {
    /// From 1.
    pub line: usize,
    pub what: String,
}

/// A line that is no record, as the reader of scenarios passes it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The bytes of a record.
    Record(Vec<u8>),
    /// A line that begins with `?`: what is expected now, without the `?`.
    Question { line: usize, text: String },
}

/// Reads a scenario.
pub fn read(text: &str) -> Result<Vec<Step>, ScenarioError> {
    let mut steps = Vec::new();
    let mut time_ns = 1_000_000_000;
    for (index, line) in text.lines().enumerate().take(LINES_MAX) {
        let line = line.trim();
        let fail = |what: String| ScenarioError {
            line: index + 1,
            what,
        };
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(text) = line.strip_prefix('?') {
            let text = text.trim().to_owned();
            let line = index + 1;
            steps.push(Step::Question { line, text });
        } else if let Some(step) = line.strip_prefix('+') {
            time_ns += duration(step).ok_or_else(|| fail(format!("`{step}` is no duration")))?;
        } else {
            time_ns += 1_000_000;
            steps.push(Step::Record(record(line, time_ns).map_err(fail)?));
        }
    }
    Ok(steps)
}

/// The record of one line.
pub fn record(line: &str, time_ns: u64) -> Result<Vec<u8>, String> {
    let mut words = words(line)?.into_iter();
    let who = words.next().ok_or("no process")?;
    let (exec, tid) = process(&who).ok_or_else(|| format!("`{who}` is no process"))?;
    let what = words.next().ok_or("no kind")?;
    let (kind, ret) = what.split_once('=').unwrap_or((&what, "0"));
    let kind = EventKind::from_name(kind).ok_or_else(|| format!("`{kind}` is no kind"))?;
    let ret = number(ret).ok_or_else(|| format!("`{ret}` is no result"))?;
    let mut head = Head::default();
    let mut writer = RecordWriter::new(kind)
        .time_ns(time_ns)
        .exec(exec, tid)
        .ret(ret as i64);
    for word in words {
        let (key, value) = word
            .split_once('=')
            .ok_or_else(|| format!("`{word}` has no `=`"))?;
        if let Some(place) = head.place(key) {
            *place = number(value).ok_or_else(|| format!("`{value}` is no number"))? as u64;
            continue;
        }
        let param = PARAMS.iter().find(|param| param.name() == key);
        let param = *param.ok_or_else(|| format!("`{key}` is no parameter"))?;
        writer = match param.value_type() {
            Type::Bytes => writer.bytes(param, &bytes(param, value)?),
            Type::I64 | Type::U64 => {
                let value = number(value).ok_or_else(|| format!("`{value}` is no number"))?;
                writer.signed(param, value as i64)
            }
        };
    }
    if head.time != 0 {
        writer = writer.time_ns(head.time);
    }
    let writer = writer
        .cgroup_id(head.cgroup)
        .namespaces(head.mnt as u32, head.pid as u32)
        .flags(head.flags as u16)
        .cpu(head.cpu as u16, head.sequence as u32);
    Ok(writer.finish())
}

#[derive(Default)]
struct Head {
    cgroup: u64,
    mnt: u64,
    pid: u64,
    cpu: u64,
    sequence: u64,
    time: u64,
    flags: u64,
}

impl Head {
    fn place(&mut self, key: &str) -> Option<&mut u64> {
        Some(match key {
            "cgroup" => &mut self.cgroup,
            "mnt" => &mut self.mnt,
            "pidns" => &mut self.pid,
            "cpu" => &mut self.cpu,
            "seq" => &mut self.sequence,
            "t" => &mut self.time,
            "head_flags" => &mut self.flags,
            _ => return None,
        })
    }
}

/// `PID[/TID][@START]`.
pub fn process(text: &str) -> Option<(ExecId, u32)> {
    let (ids, start) = match text.split_once('@') {
        Some((ids, start)) => (ids, Some(start.parse().ok()?)),
        None => (text, None),
    };
    let (pid, tid) = ids.split_once('/').unwrap_or((ids, ids));
    let (pid, tid) = (pid.parse().ok()?, tid.parse().ok()?);
    let start_ns = start.unwrap_or(u64::from(pid) * 1000);
    Some((ExecId { pid, start_ns }, tid))
}

fn duration(text: &str) -> Option<u64> {
    let (number, unit) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, 1_000_000),
        (None, Some(number)) => (number, 1_000_000_000),
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// A number of 64 bits, signed or not.
fn number(text: &str) -> Option<i128> {
    let value = if let Some(hex) = text.strip_prefix("0x") {
        i128::from(u64::from_str_radix(hex, 16).ok()?)
    } else if let Some(octal) = text.strip_prefix("0o") {
        i128::from(u64::from_str_radix(octal, 8).ok()?)
    } else {
        text.parse().ok()?
    };
    let fits = i128::from(i64::MIN) <= value && value <= i128::from(u64::MAX);
    fits.then_some(value)
}

fn bytes(param: Param, value: &str) -> Result<Vec<u8>, String> {
    if matches!(param, Param::LocalAddress | Param::RemoteAddress)
        && let Ok(address) = value.parse::<std::net::IpAddr>()
    {
        return Ok(match address {
            std::net::IpAddr::V4(four) => four.octets().to_vec(),
            std::net::IpAddr::V6(six) => six.octets().to_vec(),
        });
    }
    let mut out = unescaped(value)?;
    if matches!(param, Param::Args | Param::Env) {
        for byte in &mut out {
            if *byte == b',' {
                *byte = 0;
            }
        }
        out.push(0);
    }
    Ok(out)
}

fn unescaped(text: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        out.push(match rest.next() {
            Some(b'n') => b'\n',
            Some(b'0') => 0,
            Some(b'x') => {
                let mut digit = || (rest.next()? as char).to_digit(16);
                let pair = digit().zip(digit());
                let (high, low) = pair.ok_or("`\\x` needs two hexadecimal digits")?;
                (high * 16 + low) as u8
            }
            Some(other @ (b'\\' | b'"')) => other,
            _ => return Err("an escape is not known".to_owned()),
        });
    }
    Ok(out)
}

/// Words parted by blanks, where a part in double quotes holds its blanks. Escapes stay.
fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for char in line.chars() {
        match char {
            _ if escaped => {
                word.push(char);
                escaped = false;
            }
            '\\' => {
                word.push(char);
                escaped = true;
            }
            '"' => quoted = !quoted,
            ' ' | '\t' if !quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => word.push(char),
        }
    }
    if quoted {
        return Err("a quote is not closed".to_owned());
    }
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Record;

    #[test]
    fn lines_become_records() {
        let line = r#"7/8@9 openat=-2 name="/a b\x00\"" flags=0o101 cgroup=5 args=a,b"#;
        let bytes = record(line, 3).unwrap();
        let record = Record::read(&bytes).unwrap();
        assert_eq!(
            (record.exec.pid, record.tid, record.exec.start_ns),
            (7, 8, 9)
        );
        assert_eq!((record.kind, record.ret), (EventKind::Openat, -2));
        assert_eq!((record.time_ns, record.cgroup_id), (3, 5));
        assert_eq!(record.param(Param::Name), Some(&b"/a b\0\""[..]));
        assert_eq!(record.param(Param::Args), Some(&b"a\0b\0"[..]));
        assert_eq!(record.number(Param::Flags), Some(0o101));
    }

    #[test]
    fn nonsense_is_named_with_its_line() {
        for (text, what) in [
            ("x open", "`x` is no process"),
            ("1", "no kind"),
            ("1 opened", "`opened` is no kind"),
            ("1 open nam=x", "`nam` is no parameter"),
            ("1 open name", "`name` has no `=`"),
            ("1 open name=\"x", "a quote is not closed"),
            ("1 open flags=x", "`x` is no number"),
            ("+5m", "`5m` is no duration"),
        ] {
            let error = read(&format!("# first\n{text}")).unwrap_err();
            assert_eq!((error.line, &*error.what), (2, what));
        }
    }
}
