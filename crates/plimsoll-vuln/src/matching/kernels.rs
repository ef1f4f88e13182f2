//! Which packages of Debian and its derivatives hold a kernel, and of which source package.
//!
//! Signed kernels come from source packages of their own (`linux-signed-amd64`, Ubuntu's
//! `linux-signed-aws`) of which no advisory speaks; the advisories are about what was signed. The
//! other way round one source package makes headers, documentation and empty packages beside the
//! kernel: an advisory about the kernel's code says nothing of those. The tools of the kernel's
//! source (`linux-perf`, `bpftool`) are programs made of it, and stay.

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

/// Whether advisories about the source package of a kernel concern this binary package.
pub fn is_concerned(source: &str, package: &str) -> bool {
    if source != "linux" && !source.starts_with("linux-") {
        return true;
    }
    let is_inert = INERT.iter().any(|front| package.starts_with(front))
        // Ubuntu's `linux-aws-headers-5.15.0-1051`.
        || package.starts_with("linux-") && package.contains("-headers-")
        || package.ends_with("-dbg")
        || package.ends_with("-dbgsym");
    if is_inert {
        return false;
    }
    match package.strip_prefix("linux-image-") {
        Some(rest) => names_an_abi(rest.strip_prefix("unsigned-").unwrap_or(rest)),
        None => true,
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
            ("linux", "linux-image-6.1.0-50-amd64", true),
            ("linux-6.12", "linux-image-6.12.117+deb12-amd64", true),
            ("linux", "linux-image-unsigned-5.15.0-91-generic", true),
            ("linux", "linux-image-2.6.32-5-amd64", true),
            ("linux", "linux-modules-5.15.0-91-generic", true),
            ("linux", "linux-perf", true),
            ("linux", "linux-image-amd64", false),
            ("linux-6.12", "linux-image-6.12-amd64", false),
            (
                "linux-meta-hwe-5.15",
                "linux-image-generic-hwe-22.04",
                false,
            ),
            ("linux", "linux-image-6.1.0-50-amd64-dbg", false),
            ("linux", "linux-headers-6.1.0-50-common", false),
            ("linux-aws", "linux-aws-headers-5.15.0-1051", false),
            ("linux", "linux-libc-dev", false),
            ("linux", "linux-kbuild-6.1", false),
            ("linuxptp", "linux-headers-x", true),
            ("bash", "bash", true),
        ] {
            assert_eq!(is_concerned(source, package), expected, "{package}");
        }
    }
}
