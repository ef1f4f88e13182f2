//! Sets of addresses, IPv4 and IPv6, exact; CIDR in and out.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::intervals::Intervals;

/// Addresses of both families.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct IpSet {
    pub v4: Intervals<u32>,
    pub v6: Intervals<u128>,
}

impl IpSet {
    pub fn full() -> Self {
        Self {
            v4: Intervals::full(),
            v6: Intervals::full(),
        }
    }

    pub fn one(address: IpAddr) -> Self {
        let mut out = Self::default();
        match address {
            IpAddr::V4(address) => out.v4 = Intervals::one(address.to_bits()),
            IpAddr::V6(address) => out.v6 = Intervals::one(address.to_bits()),
        }
        out
    }

    /// The addresses of a CIDR: `10.0.0.0/8`, `fd00::/8`. Bits of the host are passed over, as
    /// Kubernetes does. The error says what is wrong.
    pub fn cidr(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("`{text}` is no CIDR: {why}");
        let Some((address, length)) = text.split_once('/') else {
            return Err(wrong(
                "the length of the prefix is missing, as in 10.0.0.0/8",
            ));
        };
        let address: IpAddr = address
            .parse()
            .map_err(|_| wrong("what stands before the slash is no address"))?;
        let length_max = if address.is_ipv4() { 32 } else { 128 };
        let is_number = !length.is_empty()
            && length.bytes().all(|byte| byte.is_ascii_digit())
            && (length == "0" || !length.starts_with('0'));
        let length: u32 = length
            .parse()
            .ok()
            .filter(|length| is_number && *length <= length_max)
            .ok_or_else(|| wrong(&format!("the prefix is 0 to {length_max} bits long")))?;
        let mut out = Self::default();
        match address {
            IpAddr::V4(address) => {
                let host = u32::MAX.checked_shr(length).unwrap_or(0);
                let first = address.to_bits() & !host;
                out.v4 = Intervals::range(first, first | host);
            }
            IpAddr::V6(address) if address.to_ipv4_mapped().is_some() => {
                return Err(wrong(
                    "an IPv4 address written as IPv6 means different things",
                ));
            }
            IpAddr::V6(address) => {
                let host = u128::MAX.checked_shr(length).unwrap_or(0);
                let first = address.to_bits() & !host;
                out.v6 = Intervals::range(first, first | host);
            }
        }
        Ok(out)
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.v4.contains(address.to_bits()),
            IpAddr::V6(address) => self.v6.contains(address.to_bits()),
        }
    }

    pub const fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    pub fn is_full(&self) -> bool {
        self.v4.is_full() && self.v6.is_full()
    }

    pub fn covers(&self, other: &Self) -> bool {
        self.v4.covers(&other.v4) && self.v6.covers(&other.v6)
    }

    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            v4: self.v4.union(&other.v4),
            v6: self.v6.union(&other.v6),
        }
    }

    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self {
            v4: self.v4.intersection(&other.v4),
            v6: self.v6.intersection(&other.v6),
        }
    }

    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self {
            v4: self.v4.minus(&other.v4),
            v6: self.v6.minus(&other.v6),
        }
    }

    /// Any one address of it.
    pub fn sample(&self) -> Option<IpAddr> {
        let v4 = self.v4.ranges().first();
        let v6 = self.v6.ranges().first();
        v4.map(|(first, _)| IpAddr::V4(Ipv4Addr::from_bits(*first)))
            .or_else(|| v6.map(|(first, _)| IpAddr::V6(Ipv6Addr::from_bits(*first))))
    }

    /// The fewest CIDRs that are exactly this set, IPv4 first, ascending.
    pub fn cidrs(&self) -> Vec<String> {
        let mut out = Vec::new();
        for (from, to) in self.v4.ranges() {
            blocks(u128::from(*from), u128::from(*to), 32, |first, length| {
                let address = Ipv4Addr::from_bits(u32::try_from(first).unwrap_or_default());
                out.push(format!("{address}/{length}"));
            });
        }
        for (from, to) in self.v6.ranges() {
            blocks(*from, *to, 128, |first, length| {
                out.push(format!("{}/{length}", Ipv6Addr::from_bits(first)));
            });
        }
        out
    }
}

/// The fewest aligned blocks of a range: first address and length of the prefix.
fn blocks(mut from: u128, to: u128, bits: u32, mut found: impl FnMut(u128, u32)) {
    loop {
        // As large as the alignment of its first address and the rest of the range allow.
        let mut size = from.trailing_zeros().min(bits);
        while last(from, size) > to {
            size -= 1;
        }
        found(from, bits - size);
        match last(from, size).checked_add(1) {
            Some(next) if next <= to => from = next,
            _ => return,
        }
    }
}

const fn last(first: u128, size: u32) -> u128 {
    match u128::MAX.checked_shr(128 - size) {
        Some(host) => first | host,
        None => first,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cidrs(of: &[&str]) -> IpSet {
        let sets = of.iter().map(|text| IpSet::cidr(text).unwrap());
        sets.fold(IpSet::default(), |all, one| all.union(&one))
    }

    #[test]
    fn writes_the_fewest() {
        for (set, written) in [
            (cidrs(&["0.0.0.0/0"]), vec!["0.0.0.0/0"]),
            (cidrs(&["::/0"]), vec!["::/0"]),
            (cidrs(&["10.1.2.3/8"]), vec!["10.0.0.0/8"]),
            (cidrs(&["10.0.0.0/9", "10.128.0.0/9"]), vec!["10.0.0.0/8"]),
            (
                cidrs(&["10.0.0.0/30"]).minus(&cidrs(&["10.0.0.0/32"])),
                vec!["10.0.0.1/32", "10.0.0.2/31"],
            ),
            (
                cidrs(&["fd00::/126"]).minus(&cidrs(&["fd00::3/128"])),
                vec!["fd00::/127", "fd00::2/128"],
            ),
            (
                cidrs(&["0.0.0.0/0"]).minus(&cidrs(&["255.255.255.255/32"])),
                (1..=32)
                    .map(|length| {
                        let first = u32::MAX.checked_shl(33 - length).unwrap_or(0);
                        &*format!("{}/{length}", Ipv4Addr::from_bits(first)).leak()
                    })
                    .collect(),
            ),
        ] {
            assert_eq!(set.cidrs(), written);
        }
    }

    #[test]
    fn refuses_what_is_none() {
        for bad in [
            "",
            "10.0.0.0",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "10.0.0.0/+8",
            "10.0.0/8",
            "::/129",
            "010.0.0.0/8",
            "10.0.0.0/08",
            "10.0.0.0/",
            "/8",
            "a/8",
            "::ffff:10.0.0.0/104",
            "1::2::3/8",
        ] {
            assert!(IpSet::cidr(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        /// What is written and read again is the same set, and neighbours are not in it.
        #[test]
        fn writes_exactly(a: u32, b: u32, c: u128, d: u128) {
            let set = IpSet {
                v4: Intervals::range(a.min(b), a.max(b)),
                v6: Intervals::range(c.min(d), c.max(d)),
            };
            let written = set.cidrs();
            let all: Vec<&str> = written.iter().map(String::as_str).collect();
            prop_assert_eq!(cidrs(&all), set);
        }
    }
}
