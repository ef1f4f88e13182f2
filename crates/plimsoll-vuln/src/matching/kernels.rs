//! Which packages of Debian and its derivatives hold a kernel, and of which source package.
//!
//! Signed kernels come from source packages of their own (`linux-signed-amd64`, Ubuntu's
//! `linux-signed-aws`) of which no advisory speaks; the advisories are about what was signed. The
//! other way round one source package makes headers, documentation and empty packages beside the
//! kernel: an advisory about the kernel's code says nothing of those. Tools made of the same source
//! (`linux-perf`, `bpftool`) are between the two: hardly any advisory is about them, and none says
//! so. For them it is told how many advisories there are, and no finding made of each.

use std::borrow::Cow;

/// Architectures of which Debian signs the kernel.
const SIGNED_ARCHES: [&str; 4] = ["amd64", "arm64", "armhf", "i386"];

/// Beginnings of names of packages that hold nothing that runs.
const INERT: [&str; 6] = [
    "linux-config-",
    "linux-doc",
    "linux-headers",
    "linux-kbuild-",
    "linux-libc-dev",
    "linux-source",
];

/// What advisories about a kernel's source package mean for one of its binary packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// It holds the code, or is no kernel's package at all.
    Holds,
    /// A program made of the same source: they do not tell.
    Tool,
    /// Nothing that runs.
    Nothing,
}

/// Beginnings of names of packages that hold tools.
const TOOLS: [&str; 12] = [
    "bpftool",
    "hyperv-daemons",
    "intel-sdsi",
    "libbpf",
    "libcpupower",
    "linux-bpf-dev",
    "linux-cloud-tools",
    "linux-cpupower",
    "linux-perf",
    "linux-tools",
    "rtla",
    "usbip",
];

/// The source package of the kernel that a signed one holds: `linux` of `linux-signed-amd64`,
/// `linux-6.12` of `linux-signed-6.12-arm64`, `linux-aws` of `linux-signed-aws`. `None` for any
/// other source package. The version is the binary package's.
pub fn signed_source(source: &str) -> Option<Cow<'static, str>> {
    let rest = source.strip_prefix("linux-signed")?;
    if rest.is_empty() {
        return Some(Cow::Borrowed("linux"));
    }
    let rest = rest.strip_prefix('-')?;
    let flavour = SIGNED_ARCHES
        .iter()
        .find_map(|arch| rest.strip_suffix(arch))
        .map_or(rest, |front| front.trim_end_matches('-'));
    Some(match flavour {
        "" => Cow::Borrowed("linux"),
        _ => Cow::Owned(format!("linux-{flavour}")),
    })
}

/// What advisories about a source package mean for this binary package of it.
pub fn concern(source: &str, package: &str) -> Concern {
    if source != "linux" && !source.starts_with("linux-") {
        return Concern::Holds;
    }
    let is_inert = INERT.iter().any(|front| package.starts_with(front))
        // Ubuntu's `linux-aws-headers-5.15.0-1051`.
        || package.starts_with("linux-") && package.contains("-headers-")
        || package.ends_with("-dbg")
        || package.ends_with("-dbgsym");
    if is_inert {
        return Concern::Nothing;
    }
    if let Some(rest) = package.strip_prefix("linux-image-") {
        let is_kernel = names_an_abi(rest.strip_prefix("unsigned-").unwrap_or(rest));
        return if is_kernel {
            Concern::Holds
        } else {
            Concern::Nothing
        };
    }
    // `linux-tools` of Ubuntu has the flavour in its name: `linux-aws-tools-5.15.0-1051`.
    let is_tool = TOOLS.iter().any(|front| package.starts_with(front))
        || package.starts_with("linux-") && package.contains("-tools-");
    if is_tool {
        Concern::Tool
    } else {
        Concern::Holds
    }
}

/// `6.1.0-50-amd64` names one kernel; `amd64` and `6.12-amd64` are empty packages that depend on
/// the newest.
fn names_an_abi(name: &str) -> bool {
    let numbers = name
        .split(['-', '+'])
        .next()
        .unwrap_or_default()
        .split('.')
        .take_while(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    numbers.count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_of_signed_kernels() {
        for (source, expected) in [
            ("linux-signed-amd64", Some("linux")),
            ("linux-signed-6.12-arm64", Some("linux-6.12")),
            ("linux-signed", Some("linux")),
            ("linux-signed-aws", Some("linux-aws")),
            ("linux-signed-hwe-5.15", Some("linux-hwe-5.15")),
            ("linux", None),
            ("linux-signedness", None),
            ("shim-signed", None),
        ] {
            assert_eq!(signed_source(source).as_deref(), expected, "{source}");
        }
    }

    #[test]
    fn packages_that_hold_a_kernel() {
        for (source, package, expected) in [
            ("linux", "linux-image-6.1.0-50-amd64", Concern::Holds),
            (
                "linux-6.12",
                "linux-image-6.12.117+deb12-amd64",
                Concern::Holds,
            ),
            (
                "linux",
                "linux-image-unsigned-5.15.0-91-generic",
                Concern::Holds,
            ),
            ("linux", "linux-image-2.6.32-5-amd64", Concern::Holds),
            ("linux", "linux-modules-5.15.0-91-generic", Concern::Holds),
            ("linux", "linux-perf", Concern::Tool),
            ("linux", "linux-image-amd64", Concern::Nothing),
            ("linux-6.12", "linux-image-6.12-amd64", Concern::Nothing),
            (
                "linux-meta-hwe-5.15",
                "linux-image-generic-hwe-22.04",
                Concern::Nothing,
            ),
            ("linux", "linux-image-6.1.0-50-amd64-dbg", Concern::Nothing),
            ("linux", "linux-headers-6.1.0-50-common", Concern::Nothing),
            (
                "linux-aws",
                "linux-aws-headers-5.15.0-1051",
                Concern::Nothing,
            ),
            ("linux", "linux-libc-dev", Concern::Nothing),
            ("linux", "linux-kbuild-6.1", Concern::Nothing),
            ("linuxptp", "linux-headers-x", Concern::Holds),
            ("bash", "bash", Concern::Holds),
            ("linux-aws", "linux-aws-tools-5.15.0-1051", Concern::Tool),
            ("linux-atm", "libatm1", Concern::Holds),
        ] {
            assert_eq!(concern(source, package), expected, "{package}");
        }
    }
}
