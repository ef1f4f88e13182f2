//! Addresses and networks, as rules write them.

use std::net::IpAddr;

/// A network; an address alone is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Net {
    /// Right-aligned, bits behind the prefix cleared.
    bits: u128,
    mask: u128,
    is_v6: bool,
}

impl Net {
    /// `10.0.0.0/8`, `fe80::/10`, or an address; with a mask of dots too (`10.0.0.0/255.0.0.0`).
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv6() { 128 } else { 32 };
        let whole = u128::MAX >> (128 - width);
        let mask = match prefix {
            None => whole,
            Some(dots) if dots.contains('.') && width == 32 => {
                u128::from(u32::from(dots.parse::<std::net::Ipv4Addr>().ok()?))
            }
            Some(length) => {
                let length: u32 = length.parse().ok().filter(|length| *length <= width)?;
                whole & !whole.checked_shr(length).unwrap_or(0)
            }
        };
        Some(Self {
            bits: bits(address) & mask,
            mask,
            is_v6: width == 128,
        })
    }

    /// Whether an address is in it. One of the other family is not.
    pub fn holds(&self, address: IpAddr) -> bool {
        self.is_v6 == address.is_ipv6() && bits(address) & self.mask == self.bits
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// Ports that rules call by name.
const SERVICES: &[(&str, u16)] = &[
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("domain", 53),
    ("http", 80),
    ("pop3", 110),
    ("ntp", 123),
    ("imap2", 143),
    ("snmp", 161),
    ("ldap", 389),
    ("https", 443),
    ("syslog", 514),
    ("ldaps", 636),
    ("imaps", 993),
    ("pop3s", 995),
    ("mysql", 3306),
    ("postgresql", 5432),
    ("amqp", 5672),
    ("redis", 6379),
    ("http-alt", 8080),
];

/// The port of a service.
pub fn service(name: &str) -> Option<u16> {
    let found = SERVICES.iter().find(|(known, _)| *known == name)?;
    Some(found.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_addresses() {
        for (net, address, expected) in [
            ("127.0.0.0/8", "127.1.2.3", true),
            ("127.0.0.0/8", "128.0.0.1", false),
            ("10.1.2.3/8", "10.9.9.9", true),
            ("1.2.3.4", "1.2.3.4", true),
            ("1.2.3.4", "1.2.3.5", false),
            ("0.0.0.0/0", "9.9.9.9", true),
            ("0.0.0.0/0", "::1", false),
            ("10.0.0.0/255.255.0.0", "10.0.9.9", true),
            ("fe80::/10", "fe80::1", true),
            ("fe80::/10", "fc00::1", false),
            ("::/0", "::1", true),
            ("::1", "::1", true),
        ] {
            let parsed = Net::parse(net).unwrap();
            assert_eq!(
                parsed.holds(address.parse().unwrap()),
                expected,
                "{net} {address}"
            );
        }
        for wrong in ["", "1.2.3", "1.2.3.4/33", "::/129", "host", "1.2.3.4/x"] {
            assert_eq!(Net::parse(wrong), None, "{wrong}");
        }
    }
}
