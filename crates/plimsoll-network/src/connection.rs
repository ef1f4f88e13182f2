//! Connections: which ports of which protocols.
//!
//! TCP, UDP and SCTP, which are those that NetworkPolicy defines. What a plugin does with others
//! (ICMP) is not said by Kubernetes, and not known here.

use std::fmt;

use super::intervals::Intervals;

/// Ports of one protocol, 1 to 65535.
pub type Ports = Intervals<u16>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    Tcp,
    Udp,
    Sctp,
}

impl Protocol {
    pub const ALL: [Self; 3] = [Self::Tcp, Self::Udp, Self::Sctp];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        }
    }

    /// Kubernetes' word for it, which is in capitals.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|protocol| protocol.as_str() == word)
    }
}

/// A set of ports for each protocol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Connections {
    ports: [Ports; 3],
}

impl Connections {
    /// Nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// Every port of every protocol.
    pub fn all() -> Self {
        Self {
            ports: [Ports::full(), Ports::full(), Ports::full()],
        }
    }

    pub fn of(protocol: Protocol, ports: Ports) -> Self {
        let mut out = Self::none();
        if let Some(slot) = out.ports.get_mut(protocol as usize) {
            *slot = ports;
        }
        out
    }

    /// The ports of one protocol.
    pub const fn ports(&self, protocol: Protocol) -> &Ports {
        let [tcp, udp, sctp] = &self.ports;
        match protocol {
            Protocol::Tcp => tcp,
            Protocol::Udp => udp,
            Protocol::Sctp => sctp,
        }
    }

    pub fn contains(&self, protocol: Protocol, port: u16) -> bool {
        self.ports(protocol).contains(port)
    }

    pub fn is_empty(&self) -> bool {
        self.ports.iter().all(Ports::is_empty)
    }

    pub fn is_all(&self) -> bool {
        self.ports.iter().all(Ports::is_full)
    }

    pub fn covers(&self, other: &Self) -> bool {
        other.minus(self).is_empty()
    }

    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.each(other, Ports::union)
    }

    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.each(other, Ports::intersection)
    }

    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.each(other, Ports::minus)
    }

    fn each(&self, other: &Self, with: impl Fn(&Ports, &Ports) -> Ports) -> Self {
        let of = |protocol| with(self.ports(protocol), other.ports(protocol));
        Self {
            ports: Protocol::ALL.map(of),
        }
    }

    /// As documents say it: protocol and ports. `any` and `all` where nothing narrows.
    pub fn listed(&self) -> Vec<(&'static str, String)> {
        if self.is_all() {
            return vec![("any", "all".to_owned())];
        }
        let [tcp, udp, sctp] = &self.ports;
        if tcp == udp && udp == sctp && !tcp.is_empty() {
            return vec![("any", ports_text(tcp))];
        }
        Protocol::ALL
            .into_iter()
            .filter(|protocol| !self.ports(*protocol).is_empty())
            .map(|protocol| (protocol.as_str(), ports_text(self.ports(protocol))))
            .collect()
    }

    /// What [`Self::listed`] and [`ports_text`] wrote: one protocol (or `any`) and its ports (or
    /// `all`). The error says what is wrong.
    pub fn parse(protocol: &str, ports: &str) -> Result<Self, String> {
        let ports = parse_ports(ports)?;
        if protocol.eq_ignore_ascii_case("any") {
            return Ok(Self {
                ports: [ports.clone(), ports.clone(), ports],
            });
        }
        Protocol::parse(&protocol.to_ascii_uppercase())
            .map(|protocol| Self::of(protocol, ports))
            .ok_or_else(|| format!("the protocol `{protocol}` is none of any, TCP, UDP, SCTP"))
    }
}

/// `80,443-445`, or `all`.
pub fn ports_text(ports: &Ports) -> String {
    if ports.is_full() {
        return "all".to_owned();
    }
    let parts: Vec<String> = ports
        .ranges()
        .iter()
        .map(|(from, to)| {
            if from == to {
                from.to_string()
            } else {
                format!("{from}-{to}")
            }
        })
        .collect();
    parts.join(",")
}

fn parse_ports(text: &str) -> Result<Ports, String> {
    if text.eq_ignore_ascii_case("all") {
        return Ok(Ports::full());
    }
    let mut out = Ports::default();
    for part in text.split(',') {
        let part = part.trim();
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let number = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
        match (number(from), number(to)) {
            (Some(from), Some(to)) if from <= to => out = out.union(&Ports::range(from, to)),
            _ => {
                return Err(format!(
                    "`{part}` is no port or range of ports from 1 to 65535"
                ));
            }
        }
    }
    Ok(out)
}

impl fmt::Display for Connections {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return out.write_str("nothing");
        }
        for (index, (protocol, ports)) in self.listed().into_iter().enumerate() {
            let between = if index == 0 { "" } else { "; " };
            match (protocol, ports.as_str()) {
                ("any", "all") => write!(out, "{between}everything")?,
                ("any", ports) => write!(out, "{between}any protocol {ports}")?,
                (protocol, ports) => write!(out, "{between}{protocol} {ports}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for (protocol, ports) in [
            ("TCP", "80,443-445"),
            ("any", "all"),
            ("UDP", "all"),
            ("any", "80"),
        ] {
            let read = Connections::parse(protocol, ports).unwrap();
            assert_eq!(read.listed(), [(protocol, ports.to_owned())]);
        }
        for bad in ["", "0", "70000", "9-8", "1-", "a", "80,,81"] {
            assert!(Connections::parse("TCP", bad).is_err(), "{bad}");
        }
        assert!(Connections::parse("ICMP", "all").is_err());
        let all = Connections::all();
        let some = Connections::parse("udp", "53").unwrap();
        assert_eq!(all.minus(&some).union(&some), all);
        assert_eq!(some.to_string(), "UDP 53");
        assert_eq!(all.to_string(), "everything");
    }
}
