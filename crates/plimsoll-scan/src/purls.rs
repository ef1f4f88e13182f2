//! From what a cataloger found to a package with its package URL.
//!
//! Follows the type definitions of the package URL specification: which part is the namespace,
//! which qualifiers a distribution's packages carry.

use plimsoll_model::{Distribution, Package, Part, Purl, PurlError};

use crate::Found;
use crate::merge::cataloger_id;

/// Builds the package; its places are added by the caller.
pub fn package_of(
    found: &Found,
    os: Option<&Distribution>,
    cataloger: &str,
) -> Result<Package, PurlError> {
    let namespace = namespace(found, os);
    Ok(Package {
        ecosystem: found.ecosystem.clone(),
        purl: purl(found, namespace.as_deref(), os)?,
        namespace,
        name: found.name.clone(),
        version: found.version.clone(),
        arch: found.arch.clone(),
        part: found.part,
        state: found.state,
        source: found.source.clone(),
        licenses: found.licenses.clone(),
        cataloger: cataloger_id(cataloger),
        locations: Vec::new(),
        module: found.module.clone(),
    })
}

/// Operating system packages belong to their distribution; Red Hat's purl name differs from its
/// os-release id.
fn namespace(found: &Found, os: Option<&Distribution>) -> Option<String> {
    if found.namespace.is_some() || !is_os_package(found) {
        return found.namespace.clone();
    }
    let id = os?.id.as_str();
    Some(if id == "rhel" { "redhat" } else { id }.to_owned())
}

fn is_os_package(found: &Found) -> bool {
    found.part == Part::Os && matches!(found.ecosystem.as_str(), "deb" | "apk" | "rpm")
}

fn purl(
    found: &Found,
    namespace: Option<&str>,
    os: Option<&Distribution>,
) -> Result<Purl, PurlError> {
    let purl_type = found.ecosystem.as_str();
    let mut qualifiers: Vec<(&str, &str)> = found
        .qualifiers
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    if !is_os_package(found) {
        return match purl_type {
            "golang" => {
                let (namespace, name) = found
                    .name
                    .rsplit_once('/')
                    .map_or((None, found.name.as_str()), |(front, last)| {
                        (Some(front), last)
                    });
                Purl::new(purl_type, namespace, name, &found.version, &qualifiers)
            }
            _ => Purl::new(
                purl_type,
                namespace,
                &found.name,
                &found.version,
                &qualifiers,
            ),
        };
    }
    let distro = os.map(|os| match &os.version_id {
        Some(version) => format!("{}-{version}", os.id),
        None => os.id.clone(),
    });
    let upstream = upstream(found);
    let (epoch, version) = epoch(found);
    qualifiers.push(("arch", found.arch.as_deref().unwrap_or_default()));
    qualifiers.push(("distro", distro.as_deref().unwrap_or_default()));
    qualifiers.push(("upstream", upstream.as_deref().unwrap_or_default()));
    qualifiers.push(("epoch", epoch));
    Purl::new(purl_type, namespace, &found.name, version, &qualifiers)
}

/// The source package, where it says more than the package itself.
fn upstream(found: &Found) -> Option<String> {
    let source = found.source.as_ref()?;
    match (source.name == found.name, source.version == found.version) {
        (true, true) => None,
        (_, true) => Some(source.name.clone()),
        (_, false) => Some(format!("{}@{}", source.name, source.version)),
    }
}

/// In rpm purls the epoch is a qualifier; dpkg's stays in the version.
fn epoch(found: &Found) -> (&str, &str) {
    match found.version.split_once(':') {
        Some((epoch, version)) if found.ecosystem.as_str() == "rpm" => (epoch, version),
        _ => ("", &found.version),
    }
}
